"""The labelled notes of a checkout that a demonstration shows: some of each writer, none of those on whom models are tested."""

from collections.abc import Iterator
from pathlib import Path

import yaml

from insight_classifier.definition import Definition
from insight_classifier.errors import FileError, LabelError
from insight_classifier.json_lines import json_lines
from insight_classifier.notes import LabelledNote, read_labelled_note
from insight_classifier.record import open_file

FOLDER = Path(__file__).resolve().parents[2] / "data"
NOTES = 400


def choose(folder: Path, definition: Definition, count: int = NOTES) -> list[LabelledNote]:
    """Notes at even steps through every writer's file, in the same order each time. Raises FileError where there are none."""
    files = [path for path in sorted(folder.rglob("*.jsonl")) if path.stem not in _tested(folder)]
    if not files:
        raise FileError(f"{folder}: no demonstration notes. Run it in a checkout of the project, or name a folder of labelled notes.")
    found = [list(_read(path, definition)) for path in files]
    share = count // len(files) + 1
    chosen = [note for notes in found for note in notes[:: max(1, len(notes) // share)][:share]]
    return chosen[:count]


def _read(path: Path, definition: Definition) -> Iterator[LabelledNote]:
    """Notes that this definition cannot say are left out: a demonstration is no place to mend them."""
    with open_file(path) as file:
        for record in json_lines(file, definition.main_field, str(path)):
            if record.error:
                raise FileError(f"{path}: {record.error}")
            try:
                yield read_labelled_note(record.content, definition)
            except LabelError:
                continue


def _tested(folder: Path) -> frozenset[str]:
    """The writers whose notes nobody looks at before a model is measured."""
    split = folder / "split.yaml"
    content = yaml.safe_load(split.read_text(encoding="utf-8")) if split.is_file() else {}
    return frozenset((content or {}).get("test", ()))
