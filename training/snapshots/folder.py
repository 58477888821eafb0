"""A snapshot on disk, its name for the format: what it holds, and the check of every byte before anything is learned from it.

snapshot.json      what was frozen, when and how, with the checksum of every other file
train.jsonl        labelled notes, one a line, with `writer`; validation.jsonl and test.jsonl likewise
later.jsonl        notes that the cut in time takes from every side, where one was asked for
sides.json         the side of every author, which later snapshots keep
left_out.json      notes that have a twin on another side, and which
definition.yaml    the definition that the labels were checked against (cues/ beside it)
README.md          the dataset card
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from insight_classifier.errors import FileError
from insight_classifier.whole_folder import read_manifest

MANIFEST = "snapshot.json"
FORMAT = 1
SIDES = ("train", "validation", "test")
LATER = "later"
CARD = "README.md"
UNCHECKED = frozenset({MANIFEST, CARD})  # the card is for people, and may be mended


@dataclass(frozen=True)
class Snapshot:
    """A snapshot that passed its check. `facts`: what its manifest says."""

    folder: Path
    facts: Mapping[str, Any]

    @property
    def content(self) -> str:
        """Sixteen hex digits of the notes, their labels and their sides; the same for the same content, whatever its name."""
        return str(self.facts["content"])

    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """Labelled notes by side, as records."""
        return {side: read_rows(self.folder / f"{side}.jsonl") for side in SIDES}

    def sides(self) -> dict[str, str]:
        """The side of every author."""
        return dict(json.loads((self.folder / "sides.json").read_text(encoding="utf-8")))

    def places(self) -> dict[str, str]:
        """The side of every note, by id."""
        return {str(row["id"]): side for side, rows in self.rows().items() for row in rows}


def is_snapshot(folder: Path) -> bool:
    return (folder / MANIFEST).is_file()


def open_snapshot(folder: Path) -> Snapshot:
    """Check a folder to the byte. Raises FileError with the name of the missing, altered or foreign file."""
    facts = read_manifest(folder / MANIFEST, "snapshot", "insight snapshot", FORMAT, MEND, unlisted=UNCHECKED)
    if content_of(facts["files"]) != facts.get("content"):
        raise FileError(f"{folder / MANIFEST}: altered file, its content hash is not that of its files. {MEND}")
    return Snapshot(folder, facts)


MEND = "Restore the snapshot, or make another one with insight snapshot."


def content_of(files: Mapping[str, Mapping[str, Any]]) -> str:
    """The content hash, from the checksums of the sides."""
    return hashlib.sha256("".join(files[f"{side}.jsonl"]["sha256"] for side in SIDES).encode()).hexdigest()[:16]


def read_rows(file: Path) -> list[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def write_rows(file: Path, rows: list[dict[str, Any]]) -> None:
    with file.open("w", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
