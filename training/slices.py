"""How the label and its criteria do on parts of the notes: by length, area, tenure, channel and writer."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from insight_classifier.definition import Definition
from insight_classifier.notes import LabelledNote
from training.aligned import LABEL, Aligned, rule_parts
from training.bootstrap import RESAMPLES, SEED, Interval, intervals, resamples, writer_of

LEAST_NOTES = 30  # under it a slice is shown, but nothing may be claimed of it
METRICS = ("auc", "f1", "kappa")

Grouping = Callable[[LabelledNote], str | None]


@dataclass(frozen=True)
class Slice:
    """One part of the notes."""

    by: str
    name: str
    notes: int
    values: Mapping[str, Interval]

    @property
    def claim(self) -> bool:
        """Whether there are enough notes to say anything."""
        return self.notes >= LEAST_NOTES


def slices(aligned: Aligned, definition: Definition, *, rounds: int = RESAMPLES, seed: int = SEED) -> list[Slice]:
    """Every slice, the groups of each in the order of their names; notes that do not say where they belong are left out."""
    judged = _label_and_criteria(aligned, definition)
    found = []
    for by, group in groupings(aligned.notes).items():
        names = [group(labelled) for labelled in aligned.notes]
        for name in sorted({name for name in names if name is not None}, key=str.casefold):
            part = judged.rows(np.array([row for row, other in enumerate(names) if other == name], dtype=np.int64))
            values = intervals(part, resamples(part.notes, rounds=rounds, seed=seed))
            kept = {metric: value for metric, value in values.items() if metric.rpartition(".")[2] in METRICS}
            found.append(Slice(by, name, len(part.notes), kept))
    return found


def groupings(notes: Sequence[LabelledNote]) -> dict[str, Grouping]:
    """How notes are cut into slices, by name."""
    edges = np.quantile([_characters(labelled) for labelled in notes], (0.25, 0.5, 0.75))
    return {
        "length": lambda labelled: _quartile(_characters(labelled), edges.tolist()),
        "therapeutic_area": lambda labelled: _text(labelled.note.metadata.get("therapeutic_area")),
        "tenure": tenure_pair,
        "channel": lambda labelled: _text(labelled.note.metadata.get("channel")),
        "writer": writer_of,
    }


def tenure_pair(labelled: LabelledNote) -> str | None:
    """The pair of MSLs of like time in the role: in the corpus m01 and m02 are the newest, m05 and m06 the longest there.

    An MSL that is not numbered so is in none: figures of one person are nobody's business here.
    """
    numbered = re.fullmatch(r"m(\d\d)", _text(labelled.note.metadata.get("msl")) or "")
    if not numbered:
        return None
    first = (int(numbered[1]) - 1) // 2 * 2 + 1
    return f"m{first:02}, m{first + 1:02}"


def _label_and_criteria(aligned: Aligned, definition: Definition) -> Aligned:
    """What a slice is measured on."""
    wanted = {LABEL, *rule_parts(definition).values()}
    binary = {name: binary for name, binary in aligned.binary.items() if name in wanted}
    return Aligned(aligned.notes, binary, {}, frozenset(), (), aligned.characters)


def _characters(labelled: LabelledNote) -> int:
    return sum(map(len, labelled.note.fields.values()))


def _quartile(characters: int, edges: list[float]) -> str:
    for number, edge in enumerate(edges, start=1):
        if characters <= edge:
            return f"{number}: up to {edge:,.0f} characters"
    return f"{len(edges) + 1}: over {edges[-1]:,.0f} characters"


def _text(value: object) -> str | None:
    return None if value is None else str(value)
