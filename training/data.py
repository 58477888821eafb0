"""Labelled notes on disk, checked against the definition and split by writer, as a `datasets.DatasetDict`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from datasets import Dataset, DatasetDict

from insight_classifier.definition import Definition
from insight_classifier.errors import FileError, LabelError
from insight_classifier.notes import LabelledNote, labelled_record, read_labelled_note
from training.snapshots.folder import is_snapshot, open_snapshot

SIDES = ("train", "validation", "test")
MAX_SHOWN = 20


def load_notes(path: Path, definition: Definition, *, partial: bool = False) -> list[LabelledNote]:
    """Every labelled note of a JSON Lines file, or of all such files under a folder. Raises FileError or LabelError.

    `partial`: whether notes may be labelled in part, as in `read_labelled_note`.
    """
    return [note for _, note in read_notes(path, definition, partial=partial)]


def load_corpus(folder: Path, definition: Definition) -> DatasetDict:
    """The notes under a folder on their three sides; each row is a labelled note and its `writer`.

    A snapshot has its sides. Else a file is a writer. `split.yaml` says which writers test and validate; without it every fifth
    writer validates (or, where there are fewer than five, every fifth note). Notes may be labelled in part.
    """
    if is_snapshot(folder):
        return _corpus(folder, {side: _checked(rows, definition, folder) for side, rows in open_snapshot(folder).rows().items()})
    rows = [(writer, note) for writer, note in read_notes(folder, definition, partial=True)]
    split = _read_split(folder, sorted({writer for writer, _ in rows}))
    sides: dict[str, list[dict[str, Any]]] = {side: [] for side in SIDES}
    seen: dict[str, int] = {}
    for writer, note in rows:
        seen[writer] = seen.get(writer, 0) + 1
        sides[_side(split, writer, seen[writer])].append(labelled_record(note, definition) | {"writer": writer})
    return _corpus(folder, sides)


def _corpus(folder: Path, sides: dict[str, list[dict[str, Any]]]) -> DatasetDict:
    if not sides["train"] or not sides["validation"]:
        raise FileError(f"{folder}: no notes are left to train on or to validate with. Add notes, or change split.yaml.")
    keys = {key: None for side in SIDES for row in sides[side] for key in row}
    return DatasetDict({side: Dataset.from_list([{**keys, **row} for row in rows]) for side, rows in sides.items() if rows})


def _checked(rows: list[dict[str, Any]], definition: Definition, folder: Path) -> list[dict[str, Any]]:
    """The rows of a snapshot's side under a definition, which may be a later one than its own. Raises LabelError."""
    try:
        return [labelled_record(read_labelled_note(row, definition, partial=True), definition) for row in rows]
    except LabelError as problem:
        raise LabelError(f"{folder}: {problem}. Take the definition of the snapshot, or freeze the notes anew under this one.") from problem


def labelled_notes(dataset: Dataset, definition: Definition) -> list[LabelledNote]:
    """The rows of one side as labelled notes; `writer` is in their metadata."""
    return [read_labelled_note(_without_nothing(row), definition, partial=True) for row in dataset]


def _without_nothing(value: Any) -> Any:  # noqa: ANN401 any JSON value
    """Arrow fills keys that only some rows have with None, at any depth; such keys were not there."""
    if isinstance(value, dict):
        return {key: _without_nothing(item) for key, item in value.items() if item is not None}
    return [_without_nothing(item) for item in value] if isinstance(value, list) else value


def read_notes(
    path: Path, definition: Definition, *, partial: bool = False, repeated: bool = False
) -> Iterator[tuple[str, LabelledNote]]:  # fmt: skip
    """Each note of a file, or of all files under a folder, with the name of its file. Raises FileError, or LabelError at the end."""
    files = sorted(path.rglob("*.jsonl")) if path.is_dir() else [path]
    if not files:
        raise FileError(f"{path}: no .jsonl file in this folder. Give a folder of labelled notes, one JSON object a line.")
    problems: list[str] = []
    identifiers: dict[str, str] = {}
    for file in files:
        for number, record in _lines(file):
            try:
                note = read_labelled_note(record, definition, partial=partial)
            except LabelError as problem:
                problems.append(f"{file}, line {number}: {problem}")
                continue
            if note.note.id in identifiers and not repeated:
                problems.append(f"{file}, line {number}: the id {note.note.id!r} is used already in {identifiers[note.note.id]}")
            identifiers[note.note.id] = f"{file}, line {number}"
            yield file.stem, note
    if problems:
        more = f"\n… and {len(problems) - MAX_SHOWN} more" if len(problems) > MAX_SHOWN else ""
        raise LabelError("\n".join(problems[:MAX_SHOWN]) + more)


def _lines(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as problem:
        raise FileError(f"{file}: {problem.strerror or problem}") from problem
    except UnicodeDecodeError as problem:
        raise FileError(f"{file}: byte {problem.start} is not UTF-8. Save the file as UTF-8.") from problem
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as problem:  # also a number of more digits than Python reads
            said = problem.msg if isinstance(problem, json.JSONDecodeError) else str(problem).split(";")[0]
            raise FileError(f"{file}, line {number}: not JSON ({said}). Write one JSON object a line.") from problem
        if not isinstance(record, dict):
            raise FileError(f"{file}, line {number}: not a JSON object. Write one JSON object a line.")
        yield number, record


def _read_split(folder: Path, writers: list[str]) -> dict[str, set[str]]:
    file = folder / "split.yaml"
    if not file.is_file():
        return {"validation": set(writers[4::5]), "every_fifth": set(writers) if len(writers) < 5 else set()}
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as problem:
        raise FileError(f"{file}: not valid YAML ({str(problem).splitlines()[0]}). Correct it.") from problem
    if not isinstance(content, dict):
        raise FileError(f"{file}: not a mapping. Write test: [writer, …] and so on.")
    known = {"test", "validation", "every_fourth"}
    for key in content:
        if key not in known:
            raise FileError(f"{file}: unknown key {key!r}. Use {', '.join(sorted(known))}.")
    split = {key: set(content.get(key) or ()) for key in known}
    missing = set().union(*split.values()) - set(writers)
    if missing:
        raise FileError(f"{file}: there is no file {sorted(missing)[0]}.jsonl in {folder}. Correct the name.")
    return split


def _side(split: dict[str, set[str]], writer: str, number: int) -> str:
    if writer in split.get("test", ()):
        return "test"
    if writer in split.get("validation", ()):
        return "validation"
    if writer in split.get("every_fourth", ()) and number % 4 == 0:
        return "validation"
    return "validation" if writer in split.get("every_fifth", ()) and number % 5 == 0 else "train"
