"""A model folder: fixed, self-describing, checked to the byte at load, never overwritten.

models/NAME/
    manifest.json      name, version, sizes and sha256 of every other file; its own hash is the model's fingerprint
    model.onnx         the graph with compact weights
    tokenizer.json     the tokenizer as trained with
    definition.yaml    the definition that it was trained under (cues/ beside it)
    calibration.json   temperatures and evidence thresholds, fitted on validation
    training.json      settings, data, code, metrics: where it comes from
    README.md          the model card
"""

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from insight_classifier.calibration import Calibration
from insight_classifier.errors import FileError, ModelError
from insight_classifier.judgement import Origin
from insight_classifier.whole_folder import checksums, sha256, whole_folder
from insight_classifier.windows import TokenizerLayout

MANIFEST = "manifest.json"
REQUIRED = ("model.onnx", "tokenizer.json", "definition.yaml", "calibration.json", "training.json")
FORMAT = 1
# The card is for people; it may be mended without making another model of it.
UNCHECKED = frozenset({"README.md", MANIFEST})


@dataclass(frozen=True)
class Artifact:
    """A model folder that passed its check."""

    folder: Path
    origin: Origin
    layout: TokenizerLayout
    calibration: Calibration
    precision: str | None = None  # "f32" where the processor's own would make another model of it

    @property
    def graph(self) -> Path:
        return self.folder / "model.onnx"

    @property
    def tokenizer(self) -> Path:
        return self.folder / "tokenizer.json"

    @property
    def definition(self) -> Path:
        return self.folder / "definition.yaml"

    @property
    def training(self) -> dict[str, Any]:
        """What training wrote of itself."""
        return dict(json.loads((self.folder / "training.json").read_text(encoding="utf-8")))


def open_artifact(folder: Path) -> Artifact:
    """Check a folder and describe it. Raises ModelError with the name of the missing, altered or foreign file."""
    manifest = _manifest(folder)
    files: Mapping[str, Mapping[str, Any]] = manifest["files"]
    for name in sorted({*REQUIRED, *files}):
        _check_file(folder, name, files)
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in files and name not in UNCHECKED:
            raise ModelError(f"{path}: foreign file, which the manifest does not list. Remove it, or restore the folder.")
    fingerprint = hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()[:16]
    calibration = json.loads((folder / "calibration.json").read_text(encoding="utf-8"))
    return Artifact(
        folder=folder,
        origin=Origin(manifest["name"], manifest["version"], fingerprint),
        layout=TokenizerLayout(**manifest["tokenizer"]),
        calibration=Calibration(**calibration),
        precision=manifest["precision"],
    )


def _manifest(folder: Path) -> dict[str, Any]:
    if not folder.is_dir():
        raise ModelError(
            f"{folder}: there is no model folder here. Give one with --model, or train one: insight train --data DIR --output {folder}"
        )
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as problem:
        raise ModelError(f"{path}: missing file. Restore the model folder.") from problem
    except (ValueError, OSError) as problem:
        raise ModelError(f"{path}: altered file, cannot be read ({problem}). Restore the model folder.") from problem
    if (
        not isinstance(manifest, dict)
        or manifest.get("format") != FORMAT
        or not {"name", "version", "files", "tokenizer", "precision"} <= set(manifest)
        or not all(isinstance(manifest[key], dict) for key in ("files", "tokenizer"))
    ):
        raise ModelError(
            f"{path}: not a manifest of format {FORMAT}. Restore the model folder, or take the version of this program that wrote it."
        )
    return manifest


def _check_file(folder: Path, name: str, files: Mapping[str, Mapping[str, Any]]) -> None:
    path = folder / name
    if not path.is_file():
        raise ModelError(f"{path}: missing file. Restore the model folder.")
    if name not in files:
        raise ModelError(f"{path}: foreign file, which the manifest does not list. Restore the model folder.")
    if path.stat().st_size != files[name]["bytes"] or sha256(path) != files[name]["sha256"]:
        raise ModelError(f"{path}: altered file, its checksum is not the manifest's. Restore the model folder.")


def write_artifact(
    folder: Path,
    *,
    version: str,
    graph: Path,
    tokenizer: str,
    definition: Path,
    layout: TokenizerLayout,
    calibration: Calibration,
    precision: str | None,
    training: Mapping[str, Any],
    card: str,
) -> Artifact:
    """Write a new model folder, in one step: it appears whole or not at all. Raises FileError where it exists, or the disk is full."""
    if folder.exists():
        raise FileError(f"{folder}: exists already, and a model is never overwritten. Choose another --output.")
    with whole_folder(folder) as unfinished:
        shutil.copyfile(graph, unfinished / "model.onnx")
        (unfinished / "tokenizer.json").write_text(tokenizer, encoding="utf-8")
        shutil.copyfile(definition, unfinished / "definition.yaml")
        if (definition.parent / "cues").is_dir():
            shutil.copytree(definition.parent / "cues", unfinished / "cues")
        _write_json(unfinished / "calibration.json", asdict(calibration))
        _write_json(unfinished / "training.json", training)
        (unfinished / "README.md").write_text(card, encoding="utf-8")
        manifest = {
            "format": FORMAT,
            "name": folder.name,
            "version": version,
            "tokenizer": asdict(layout),
            "precision": precision,
            "files": checksums(unfinished, UNCHECKED),
        }
        _write_json(unfinished / MANIFEST, manifest)
    return open_artifact(folder)


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
