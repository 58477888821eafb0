"""Which notes are measured together: by team, period or any other fact of notes, and by filters. Groups of few authors are hidden."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from insight_classifier.errors import ArgumentError
from insight_classifier.measures.facts import UNKNOWN, Column
from insight_classifier.measures.guard import Bools, may_show
from insight_classifier.measures.observations import Observations
from insight_classifier.measures.recalibration import Ints

NOT_STATED = "not stated"
MOST_GROUPS = 2000


@dataclass(frozen=True)
class Group:
    """`values` by key, none of the total; `rows`: the numbers of its notes, or None where they are hidden."""

    values: Mapping[str, str]
    rows: Ints | None = field(repr=False, default=None)

    @property
    def title(self) -> str:
        return ", ".join(self.values.values()) or "all notes"


def grouped(
    observations: Observations, by: Sequence[str] = (), where: Mapping[str, str] | None = None, own: int | None = None
) -> list[Group]:
    """All notes that the filters let pass, then their groups in the order of the keys' values.

    `own`: the number of the author who looks. Raises ArgumentError where a filter fits no note, or groups are too many to read.
    """
    filters = dict(where or {})
    if twice := set(by) & set(filters):
        raise ArgumentError(f"{sorted(twice)[0]} is grouped by and filtered: choose one of the two")
    passed = np.ones(len(observations), dtype=bool)
    for key, value in filters.items():
        passed &= observations[key].codes == _code(key, value, observations[key])
    rows = np.flatnonzero(passed)
    if not len(rows):
        raise ArgumentError("no note fits all filters together: leave one out")
    total = Group({}, rows if _visible(observations, list(filters), own)[rows[0]] else None)
    return [total, *(_groups(observations, rows, by, list(filters), own) if by else [])]


def _groups(observations: Observations, rows: Ints, by: Sequence[str], filters: list[str], own: int | None) -> list[Group]:
    code = np.zeros(len(rows), dtype=np.int64)
    for key in by:
        column = observations[key]
        # What is not stated comes last.
        place = np.where(column.codes[rows] == UNKNOWN, len(column.names), column.codes[rows])
        code = code * (len(column.names) + 1) + place
    order = np.argsort(code, kind="stable")
    _, starts = np.unique(code[order], return_index=True)
    if len(starts) > MOST_GROUPS:
        raise ArgumentError(f"{len(starts):,} groups by {' and '.join(by)}: at most {MOST_GROUPS:,} are shown. Leave out one --by")
    visible = _visible(observations, [*filters, *by], own)
    parts = np.split(rows[order], starts[1:])
    return [Group({key: _name(observations[key], part[0]) for key in by}, part if visible[part[0]] else None) for part in parts]


def _visible(observations: Observations, keys: Sequence[str], own: int | None) -> Bools:
    """Of each note, whether its group by these keys may be shown. Where no note names its author only all notes together may."""
    if not observations.author.names:
        return np.full(len(observations), not keys)
    ladders = [[column.codes.astype(np.int64) for column in observations.ladder(key)] for key in keys]
    return may_show(ladders, observations.author.codes.astype(np.int64), own)


def _code(key: str, value: str, column: Column) -> int:
    if value == NOT_STATED:
        return UNKNOWN
    if value not in column.names:
        known = ", ".join(column.names[:20]) + (f" and {len(column.names) - 20} more" if len(column.names) > 20 else "")
        raise ArgumentError(f"{key}={value}: no note has it. Use {known}")
    return column.names.index(value)


def _name(column: Column, row: int) -> str:
    code = int(column.codes[row])
    return NOT_STATED if code == UNKNOWN else column.names[code]
