"""What is known of notes beside their words: author, team, date and the like, as columns of small numbers.

Files call the same thing by several names; the first that holds something counts.
"""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int32]

ANSWERED, AUTHOR, DATE, TICKED = "answered", "author", "date", "field_label"
SAME: Mapping[str, tuple[str, ...]] = {
    ANSWERED: ("answered", "answered_at"),
    AUTHOR: ("author", "msl"),
    "hcp": ("hcp", "hcp_id"),
    DATE: ("date", "written_at"),
    "tenure_months": ("tenure_months", "tenure", "months_in_role"),
}
PERIODS: Mapping[str, str] = {"month": "%Y-%m", "quarter": "%Y-Q", "year": "%Y"}
TENURE = "tenure_band"
Bands = Sequence[tuple[float, str]]  # months in role below which each ends, and its name; in rising order
UNKNOWN = -1
DAY = len("2026-03-01")  # the hour is not kept


@dataclass(frozen=True)
class Column:
    """`codes`: of each note the number of its value in `names`; -1 where none is known. Names are in order."""

    codes: Codes
    names: tuple[str, ...]


@dataclass
class Facts:
    """The facts of this many names that records bring, added row by row; others are only remembered by name."""

    wanted: frozenset[str]
    seen: set[str] = field(default_factory=set)
    _values: dict[str, dict[str, int]] = field(default_factory=dict)
    _rows: dict[str, tuple["array[int]", "array[int]"]] = field(default_factory=dict)

    def add(self, row: int, record: Mapping[str, Any]) -> None:
        """What a record says of the note in this row; a mapping under `metadata` counts as if it stood in the record itself."""
        self.seen.update(record)
        inner = record.get("metadata")
        for name in self.wanted:
            value = _first(record, name)
            if value is None and isinstance(inner, Mapping):
                value = _first(inner, name)
            if value is not None:
                self._add(name, row, value)
        if isinstance(inner, Mapping):
            self.seen.update(inner)

    def _add(self, name: str, row: int, value: object) -> None:
        known = self._values.setdefault(name, {})
        rows, codes = self._rows.setdefault(name, (array("i"), array("i")))
        rows.append(row)
        text = value if isinstance(value, str) else _text(value)
        codes.append(known.setdefault(text[:DAY] if name in (ANSWERED, DATE) else text, len(known)))

    def column(self, name: str, notes: int) -> Column:
        """One fact of all notes; of a note that was told twice the later word counts."""
        known = self._values.get(name, {})
        found = np.full(notes, UNKNOWN, dtype=np.int32)
        if name in self._rows:
            rows, codes = (np.frombuffer(part, dtype=np.int32) for part in self._rows[name])
            found[rows] = codes
        return in_order(found, list(known))


def in_order(codes: Codes, names: Sequence[str], key: Any = None) -> Column:  # noqa: ANN401 any key of sorted
    """The column with its names sorted, and only those that some note has."""
    there = set(np.unique(codes).tolist()) - {UNKNOWN}
    order = sorted(there, key=lambda code: names[code] if key is None else key(names[code]))
    place = np.full(len(names) + 1, UNKNOWN, dtype=np.int32)  # the last stands for -1
    place[order] = np.arange(len(order), dtype=np.int32)
    return Column(place[codes], tuple(names[code] for code in order))


def mapped(column: Column, to: Mapping[str, str | None], order: Sequence[str] | None = None) -> Column:
    """Each name becomes another; None: nothing is known then. `order`: of the new names, by alphabet where not given."""
    new = list(dict.fromkeys(value for value in to.values() if value is not None))
    place = {name: number for number, name in enumerate(new)}
    table = np.array([*(place[value] if (value := to[name]) is not None else UNKNOWN for name in column.names), UNKNOWN], dtype=np.int32)
    return in_order(table[column.codes], new, order.index if order else None)


def day_of(text: str) -> date | None:
    """The day that a text in ISO 8601 begins with; None where it is none."""
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        return None


def period(dates: Column, unit: str) -> Column:
    """The month, quarter or year of each date."""
    days = {name: day_of(name) for name in dates.names}
    return mapped(dates, {name: None if day is None else _period(day, unit) for name, day in days.items()})


def _period(day: date, unit: str) -> str:
    return f"{day.year}-Q{(day.month + 2) // 3}" if unit == "quarter" else day.strftime(PERIODS[unit])


def tenure_band(months: Column, bands: Bands) -> Column:
    """The band of each number of months in role."""
    return mapped(months, {name: _band(name, bands) for name in months.names}, [name for _, name in bands])


def _band(text: str, bands: Bands) -> str | None:
    try:
        months = float(text)
    except ValueError:
        return None
    return next((name for limit, name in bands if 0 <= months < limit), None)


def _first(record: Mapping[str, Any], name: str) -> object:
    return next((record[key] for key in SAME.get(name, (name,)) if record.get(key) not in (None, "")), None)


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, date) else str(value)
