"""Original rows of a data set become labelled notes, as its `source.yaml` says: files, sides, fields, and which column means what."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from insight_classifier.definition import Definition
from insight_classifier.errors import FileError
from insight_classifier.notes import LabelledNote, read_labelled_note

SIDES = ("test", "validation", "train")  # whoever comes first keeps a text that stands on several
Row = Mapping[str, str]


@dataclass(frozen=True)
class Sides:
    """The notes of a data set, each text once."""

    train: tuple[LabelledNote, ...]
    validation: tuple[LabelledNote, ...]
    test: tuple[LabelledNote, ...]


def read_source(folder: Path, definition: Definition) -> Sides:
    """All notes of a data set. In their metadata `msl` is the group (dialogue, transcript) that resamples draw whole.

    Raises FileError where a file or column is missing, LabelError where a label is none of the definition's.
    """
    file = folder / "source.yaml"
    if not file.is_file():
        raise FileError(f"{file}: there is no such file. It says how the rows of the data set are read.")
    source = yaml.safe_load(file.read_text(encoding="utf-8"))
    placed: dict[str, list[dict[str, Any]]] = {side: [] for side in SIDES}
    for side, record in _records(folder, source):
        placed[side].append(record)
    sides = {side: tuple(read_labelled_note(record, definition) for record in records) for side, records in _once(placed, source).items()}
    return Sides(sides["train"], sides["validation"], sides["test"])


def _records(folder: Path, source: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each labelled row with its side; rows without a label or without words are left out."""
    groups = _split(folder)
    for name, side in source["files"].items():
        with (folder / name).open(encoding="utf-8-sig", newline="") as rows:
            for number, row in enumerate(csv.DictReader(rows, delimiter=source.get("delimiter", ",")), start=1):
                try:
                    record = _record(row, source, f"{Path(name).stem}-{number}")
                    if record is not None:
                        yield side or _side(row, source, groups), record | {"writer": folder.name}
                except KeyError as problem:
                    raise FileError(f"{folder / name}, row {number}: {problem} is no column or side. Correct source.yaml.") from problem


def _record(row: Row, source: Mapping[str, Any], identifier: str) -> dict[str, Any] | None:
    record: dict[str, Any] = {name: row[column].strip() for name, column in source["fields"].items()}
    for dimension, columns in source.get("scales", {}).items():
        [(column, levels)] = columns.items()
        if row[column] not in levels:
            return None
        record[dimension] = levels.index(row[column])
    for dimension, checks in source.get("checks", {}).items():
        record[dimension] = {name: _met(row, columns) for name, columns in checks.items()}
    if not all(record[name] for name in source["fields"]):
        return None
    record["id"] = "-".join(row[column] for column in source["id"]) if "id" in source else identifier
    return record | ({"msl": _group(row, source)} if "group" in source else {})


def _met(row: Row, columns: Mapping[str, str]) -> bool:
    """Whether any of the columns holds its value among its words, which commas part."""
    return any(value in [word.strip() for word in row[column].split(",")] for column, value in columns.items())


def _group(row: Row, source: Mapping[str, Any]) -> str:
    return "-".join(row[column] for column in source["group"])


def _side(row: Row, source: Mapping[str, Any], groups: Mapping[str, str]) -> str:
    if "side" in source:
        [(column, names)] = source["side"].items()
        return str(names[row[column]])
    return groups[_group(row, source)]


def _split(folder: Path) -> dict[str, str]:
    """The side of each group, where the data set has a `split.csv`."""
    file = folder / "split.csv"
    if not file.is_file():
        return {}
    with file.open(encoding="utf-8", newline="") as rows:
        return {row["group"]: row["side"] for row in csv.DictReader(rows)}


def _once(placed: Mapping[str, list[dict[str, Any]]], source: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Each text once, on the first of `SIDES` that it stands on; a text whose labels differ there is left out everywhere."""
    labels = [*source.get("scales", {}), *source.get("checks", {})]
    seen: set[str] = set()
    kept: dict[str, list[dict[str, Any]]] = {}
    for side in SIDES:
        alike: dict[str, list[dict[str, Any]]] = {}
        for record in placed[side]:
            alike.setdefault(_normal(record, source), []).append(record)
        new = {key: same for key, same in alike.items() if key not in seen}
        kept[side] = [same[0] for same in new.values() if all(other[name] == same[0][name] for other in same for name in labels)]
        seen |= alike.keys()
    return kept


def _normal(record: Mapping[str, Any], source: Mapping[str, Any]) -> str:
    return "\n".join(" ".join(record[name].casefold().split()) for name in source["fields"])
