"""A theme as its page tells it: its numbers, the year up to the latest run as bars, and its name. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row

MONTHS = 12
NAMELESS = "Words that vary"  # its notes share none that is theirs alone


@dataclass(frozen=True)
class Bar:
    """One month, as 2026-03. `share`: of the theme's greatest month in the year, from 0 to 1."""

    month: str
    notes: int
    share: float


@dataclass(frozen=True)
class Shown:
    """`row`: as the table of themes has it. `bars`: a year, the present month last. `all_months`: every month that has a note."""

    row: Row[Any]
    name: str
    bars: Sequence[Bar]

    @property
    def near_misses(self) -> int:
        return int(self.row.notes - self.row.insights)

    @property
    def all_months(self) -> Sequence[tuple[str, int]]:
        return sorted(self.row.months.items(), reverse=True)

    @property
    def expected(self) -> str:
        """How many times were to be expected lately."""
        return f"{self.row.expected:.1f}"


def shown(row: Row[Any], names: Mapping[str, str], until: date) -> Shown:
    return Shown(row, names.get(row.id) or NAMELESS, bars(row.months, until))


def bars(months: Mapping[str, int], until: date) -> tuple[Bar, ...]:
    """The year that ends with the month of a day."""
    last = until.year * 12 + until.month - 1
    named = [f"{number // 12}-{number % 12 + 1:02}" for number in range(last - MONTHS + 1, last + 1)]
    most = max((months.get(name, 0) for name in named), default=0) or 1
    return tuple(Bar(name, months.get(name, 0), months.get(name, 0) / most) for name in named)
