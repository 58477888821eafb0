"""A model folder is refused at load, with the name of the file that is missing, altered or foreign."""

import json
import shutil
from pathlib import Path

import pytest

from insight_classifier.artifact import MANIFEST, REQUIRED, open_artifact
from insight_classifier.errors import ModelError


@pytest.fixture
def copy(tiny_model: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_model, tmp_path / "copy"))


def test_a_whole_folder_is_opened(tiny_model: Path):
    artifact = open_artifact(tiny_model)
    assert artifact.origin.name == "tiny"
    assert len(artifact.origin.fingerprint) == 16


@pytest.mark.parametrize("name", [*REQUIRED, MANIFEST])
def test_a_missing_file_is_named(copy: Path, name: str):
    (copy / name).unlink()
    with pytest.raises(ModelError, match=f"{name}: missing"):
        open_artifact(copy)


@pytest.mark.parametrize("name", [*REQUIRED, "cues/adverse_event.yaml"])
def test_an_altered_file_is_named(copy: Path, name: str):
    data = bytearray((copy / name).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / name).write_bytes(data)
    with pytest.raises(ModelError, match=f"{name}: altered"):
        open_artifact(copy)


def test_a_truncated_file_is_named(copy: Path):
    with (copy / "model.onnx").open("r+b") as file:
        file.truncate(1000)
    with pytest.raises(ModelError, match=r"model\.onnx: altered"):
        open_artifact(copy)


def test_a_foreign_file_is_named(copy: Path):
    (copy / "extra.bin").write_bytes(b"x")
    with pytest.raises(ModelError, match=r"extra\.bin: foreign"):
        open_artifact(copy)


def test_a_file_that_the_manifest_forgot_is_foreign(copy: Path):
    manifest = json.loads((copy / MANIFEST).read_text())
    del manifest["files"]["model.onnx"]
    (copy / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(ModelError, match=r"model\.onnx: foreign"):
        open_artifact(copy)


@pytest.mark.parametrize(
    "text", ["", "[]", '{"format": 99}', '{"format": 1, "name": "a", "version": "1", "precision": null, "files": null, "tokenizer": null}']
)
def test_a_broken_manifest_is_named(copy: Path, text: str):
    (copy / MANIFEST).write_text(text)
    with pytest.raises(ModelError, match=MANIFEST):
        open_artifact(copy)


def test_the_card_may_be_mended(copy: Path):
    before = open_artifact(copy).origin
    (copy / "README.md").write_text("another card")
    assert open_artifact(copy).origin == before


def test_no_folder_says_how_to_train_one(tmp_path: Path):
    with pytest.raises(ModelError, match="insight train"):
        open_artifact(tmp_path / "none")
