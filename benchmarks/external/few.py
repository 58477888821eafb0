"""Few-shot draws: so many labels of each class, as a team has them that begins."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from benchmarks.external.source import Sides
from benchmarks.external.task import classes
from insight_classifier.definition import Definition
from insight_classifier.notes import LabelledNote


def few(sides: Sides, definition: Definition, labels: int, draw: int) -> Sides:
    """The test side with a few notes to learn from: every fifth of those drawn validates, since nobody has other labels either.

    A class of which there are fewer is drawn whole. Same draw, same notes, whichever judge learns from them.
    """
    drawn = _drawn(sides.train, definition, labels, np.random.default_rng([labels, draw]))
    validation = _every_fifth(drawn, definition)
    chosen = {note.note.id for note in validation}
    return Sides(tuple(note for note in drawn if note.note.id not in chosen), validation, sides.test)


def _drawn(notes: Sequence[LabelledNote], definition: Definition, labels: int, random: np.random.Generator) -> list[LabelledNote]:
    """In random order each note of which some class still lacks labels."""
    count: Counter[tuple[str, str | None]] = Counter()
    found = []
    for row in random.permutation(len(notes)).tolist():
        of = set(classes(notes[row], definition))
        if any(count[one] < labels for one in of):
            found.append(notes[row])
            count.update(of)
    return found


def _every_fifth(notes: Sequence[LabelledNote], definition: Definition) -> tuple[LabelledNote, ...]:
    """Of each kind of label every fifth, so that both sides know all of them that are not rarer."""
    of_label: dict[bool, list[LabelledNote]] = {}
    for note in notes:
        of_label.setdefault(note.label_met(definition), []).append(note)
    return tuple(note for same in of_label.values() for note in same[4::5])
