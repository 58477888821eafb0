"""People's labels of a random sample of notes, from a file of labelled notes."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from insight_classifier.definition import Definition
from insight_classifier.errors import FileError, LabelError
from insight_classifier.measures.events import Audited, Event
from insight_classifier.note_files import read_records
from insight_classifier.notes import LabelledNote, read_labelled_note


@dataclass(frozen=True)
class Audit:
    """`rows`: which notes people labelled; `audited`: what they said, in this order; `elsewhere`: labels of notes that are not measured."""

    rows: NDArray[np.int64]
    audited: Audited
    elsewhere: int = 0

    def labels(self, event: Event, notes: int) -> NDArray[np.int64]:
        """Of each note 1 or 0 as people say, -1 where nobody looked: (notes,)."""
        found = np.full(notes, -1, dtype=np.int64)
        if len(self.rows) and self.audited.checks.keys() >= set(event.asked):
            found[self.rows] = event.truths(self.audited)
        return found


def no_audit() -> Audit:
    """Nobody has looked at any note."""
    return Audit(np.zeros(0, dtype=np.int64), Audited({}, {}))


def read_audit(path: Path, definition: Definition, rows: Mapping[str, int]) -> Audit:
    """The labels of the notes whose ids are in `rows`. Raises FileError with the line of a wrong label, or where none is of them."""
    found: dict[int, LabelledNote] = {}
    elsewhere = 0
    for record in read_records(str(path), definition):
        try:
            labelled = read_labelled_note(record.content, definition) if record.error is None else None
        except LabelError as problem:
            raise FileError(f"{path}, line {record.number}: {problem}. Correct the label.") from problem
        if labelled is None:
            raise FileError(f"{path}, {record.error}.")
        row = rows.get(labelled.note.id)
        if row is None:
            elsewhere += 1
        elif row in found:
            raise FileError(f"{path}, line {record.number}: note {labelled.note.id[:60]!r} is labelled twice. Leave the settled label.")
        else:
            found[row] = labelled
    if not found:
        raise FileError(f"{path}: none of its {elsewhere:,} labels is of a note that was judged. The ids must be those of the judgements.")
    return audit_of(found, definition, elsewhere)


def audit_of(found: Mapping[int, LabelledNote], definition: Definition, elsewhere: int = 0) -> Audit:
    """From people's labels by row. A check that some were not asked (rules judge it alone) is as if nobody had been."""
    labelled = [found[row] for row in sorted(found)]
    asked = [name for name in definition.checks if all(name in one.checks for one in labelled)]
    checks = {name: np.array([one.checks[name] for one in labelled], dtype=bool) for name in asked}
    members = {d.name: np.array([one.levels[d.name] for one in labelled], dtype=np.int8) for d in definition.of_kind("scale")}
    for dimension in definition.of_kind("choice"):
        places = [dimension.names.index(one.options[dimension.name]) for one in labelled]
        members[dimension.name] = np.array(places, dtype=np.int8)
    return Audit(np.array(sorted(found), dtype=np.int64), Audited(checks, members), elsewhere)
