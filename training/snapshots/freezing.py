"""From labelled notes to a snapshot: place the authors, keep twins from straddling, check what is left, write it whole."""

import json
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml

from insight_classifier.definition import Definition
from insight_classifier.errors import FileError, LabelError
from insight_classifier.notes import LabelledNote, labelled_record
from insight_classifier.whole_folder import checksums, whole_folder
from training.learnable import require_learnable, thin
from training.snapshots.card import card
from training.snapshots.folder import CARD, FORMAT, LATER, MANIFEST, SIDES, UNCHECKED, Snapshot, content_of, open_snapshot, write_rows
from training.snapshots.placing import TEST, TRAIN, VALIDATION, Shares, place
from training.snapshots.reviewed import Reviewed
from training.snapshots.twins import runs, straddling, twins

LEAST_AUTHORS = 3  # one a side
# Of twins the one in an earlier snapshot stays, where it was learned from already above all; else the one that tests.
EARLIER = {TRAIN: 0, VALIDATION: 1, TEST: 2}
NEW = {TEST: 3, VALIDATION: 4, TRAIN: 5, LATER: 6}


@dataclass(frozen=True)
class Asked:
    """What a snapshot is to be. `query`: in words, what was taken; `test_from`: notes written from then on test, earlier ones train."""

    query: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)  # sha256 by file name
    shares: Shares = field(default_factory=Shares)
    test_from: date | None = None
    after: Snapshot | None = None
    fixed: Mapping[str, str] = field(default_factory=dict)  # sides of authors that a split.yaml names


@dataclass(frozen=True)
class Frozen:
    """What goes into a snapshot."""

    rows: Mapping[str, Sequence[Reviewed]]  # by side, and LATER
    sides: Mapping[str, str]
    left_out: Sequence[Mapping[str, str]]


def freeze(output: Path, notes: Sequence[Reviewed], definition: Definition, asked: Asked) -> Snapshot:
    """Write a snapshot, whole or not at all. Raises FileError or LabelError with what to do."""
    if output.exists():
        raise FileError(f"{output}: exists already, and a snapshot is never changed. Choose another --output.")
    frozen = split(notes, definition, asked)
    require_learnable({side: [item.note for item in rows] for side, rows in frozen.rows.items()}, definition, str(output))
    with whole_folder(output) as folder:
        for side, rows in frozen.rows.items():
            if side in SIDES or rows:
                write_rows(folder / f"{side}.jsonl", [labelled_record(r.note, definition) | {"writer": r.writer} for r in rows])
        _json(folder / "sides.json", dict(sorted(frozen.sides.items())))
        _json(folder / "left_out.json", list(frozen.left_out))
        shutil.copyfile(definition.source, folder / "definition.yaml")
        if (definition.source.parent / "cues").is_dir():
            shutil.copytree(definition.source.parent / "cues", folder / "cues")
        files = checksums(folder, UNCHECKED)
        facts = {"format": FORMAT, "name": output.name, "content": content_of(files), **_facts(frozen, definition, asked), "files": files}
        (folder / CARD).write_text(card(facts), encoding="utf-8")
        _json(folder / MANIFEST, facts)
    return open_snapshot(output)


def split(notes: Sequence[Reviewed], definition: Definition, asked: Asked) -> Frozen:
    """The notes on their sides. Raises FileError or LabelError."""
    _require_unique(notes)
    authors = {item.author for item in notes}
    if len(authors) < LEAST_AUTHORS:
        raise FileError(
            f"the {len(notes)} notes are of {len(authors)} authors, at least {LEAST_AUTHORS} are needed: "
            "nobody's notes may train and test alike. Add notes of others."
        )
    earlier = asked.after.sides() if asked.after else {}
    sides = place(authors, placed=dict(asked.fixed) | earlier, shares=asked.shares)
    stood = asked.after.places() if asked.after else {}
    ordered = sorted(notes, key=lambda item: item.id)
    where = [_when(item, sides[item.author], asked.test_from) for item in ordered]
    groups = twins([item.note for item in ordered])
    _require_agreement(ordered, groups, definition)
    ranks = [(EARLIER if stood.get(item.id) == side else NEW)[side] for item, side in zip(ordered, where, strict=True)]
    out = straddling(groups, where, ranks)
    left = [
        {"id": ordered[row].id, "side": where[row], "twin": ordered[stays].id, "its_side": where[stays]}
        for row, stays in sorted(out.items())
    ]
    rows = {side: [item for row, item in enumerate(ordered) if where[row] == side and row not in out] for side in (*SIDES, LATER)}
    return Frozen(rows, sides, left)


def _when(item: Reviewed, side: str, test_from: date | None) -> str:
    """The side of a note: its author's, unless it was written on the wrong side of the cut."""
    if test_from is None:
        return side
    if item.written is None:
        raise FileError(f"the note {item.id} has no date, which --test-from needs. Give it written_at, or leave --test-from out.")
    return side if (item.written >= test_from) == (side == TEST) else LATER


def _require_unique(notes: Sequence[Reviewed]) -> None:
    twice = [name for name, count in Counter(item.id for item in notes).items() if count > 1]
    if twice:
        raise LabelError(f"the note {twice[0]} stands {len(twice)} times or more in what was given. Give each note in one file alone.")


def _require_agreement(notes: Sequence[Reviewed], groups: Sequence[Sequence[int]], definition: Definition) -> None:
    """Raises LabelError where the same words have other labels: a model cannot learn both."""
    problems = []
    for group in groups:
        first, same = notes[group[0]], runs(notes[group[0]].note)
        for item in (notes[row] for row in group[1:]):
            if runs(item.note) == same and (parts := _differing(first.note, item.note, definition)):
                problems.append(f"{first.id} and {item.id} have the same words and other labels in {', '.join(parts)}")
    if problems:
        more = f"; and {len(problems) - 10} pairs more" if len(problems) > 10 else ""
        raise LabelError("; ".join(problems[:10]) + more + ". Let somebody settle them, or take one of each pair out.")


def _differing(one: LabelledNote, other: LabelledNote, definition: Definition) -> list[str]:
    first, second = labelled_record(one, definition), labelled_record(other, definition)
    shared = [d.name for d in definition.dimensions if d.name in first and d.name in second]
    return [name for name in shared if first[name] != second[name]]


def _facts(frozen: Frozen, definition: Definition, asked: Asked) -> dict[str, Any]:
    every = [item for rows in frozen.rows.values() for item in rows]
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "query": asked.query,
        "sources": dict(asked.sources),
        "definition": {"name": definition.name, "version": definition.version, "fingerprint": definition.fingerprint},
        "labelled_under": dict(Counter(item.definition for item in every if item.definition)),
        "settled_by": dict(Counter(item.kind for item in every)),
        "test_from": asked.test_from.isoformat() if asked.test_from else None,
        "after": asked.after.content if asked.after else None,
        "left_out": len(frozen.left_out),
        "few_labels": list(thin([item.note for item in frozen.rows[TRAIN]], definition)),
        "sides": {side: _side_facts(rows, definition) for side, rows in frozen.rows.items()},
    }


def _side_facts(rows: Sequence[Reviewed], definition: Definition) -> dict[str, Any]:
    dates = sorted(item.written.isoformat() for item in rows if item.written)
    labels = Counter(definition.label.name(item.note.label_met(definition)) for item in rows if item.note.label_known(definition))
    return {
        "notes": len(rows),
        "authors": len({item.author for item in rows}),
        "labels": dict(sorted(labels.items())),
        "written": [dates[0], dates[-1]] if dates else None,
    }


def fixed_sides(folder: Path) -> dict[str, str]:
    """The side of each file of a corpus whose split.yaml decides; nothing where it has none. Raises FileError.

    Authors of whom it divides the notes among two sides train: in a snapshot nobody stands on two.
    """
    file = folder / "split.yaml"
    if not file.is_file():
        return {}
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
        named = {author: side for side in (VALIDATION, TEST) for author in content.get(side) or ()}
    except (OSError, yaml.YAMLError, AttributeError, TypeError, UnicodeDecodeError) as problem:
        raise FileError(f"{file}: cannot be read ({str(problem).splitlines()[0]}). Correct it.") from problem
    return {path.stem: named.get(path.stem, TRAIN) for path in folder.rglob("*.jsonl")}


def _json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
