"""A theme: notes about the same thing, and what is told of them. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

LEAST_VOICES = 3  # authors from which a theme counts as a pattern


@dataclass(frozen=True)
class ThemeNote:
    """`text`: the words of all fields. `insight`: the label's positive outcome, else a near miss."""

    id: str
    text: str
    insight: bool = True
    author: str | None = None
    physician: str | None = None
    country: str | None = None
    day: date | None = None


@dataclass(frozen=True)
class Theme:
    """`id` stays as long as notes of the theme are remembered. `typical`: the note that is most like the others.

    `notes` and `copies` are in order of time; near duplicates of a note are in `copies`, and count for nothing.
    """

    id: str
    name: str
    typical: ThemeNote
    notes: tuple[ThemeNote, ...]
    copies: tuple[ThemeNote, ...] = ()

    @property
    def insights(self) -> int:
        return sum(note.insight for note in self.notes)

    @property
    def authors(self) -> int:
        return _different(note.author for note in self.notes)

    @property
    def physicians(self) -> int:
        return _different(note.physician for note in self.notes)

    @property
    def countries(self) -> int:
        return _different(note.country for note in self.notes)

    @property
    def first_seen(self) -> date | None:
        return min((note.day for note in self.notes if note.day), default=None)

    @property
    def last_seen(self) -> date | None:
        return max((note.day for note in self.notes if note.day), default=None)

    @property
    def by_month(self) -> Mapping[str, int]:
        """How many notes in each month that has any, as 2026-03, in order of time."""
        return Counter(note.day.strftime("%Y-%m") for note in self.notes if note.day)

    @property
    def is_pattern(self) -> bool:
        """Several independent voices; else it is a candidate, as each single note is."""
        return self.authors >= LEAST_VOICES


@dataclass(frozen=True)
class Themes:
    """Patterns first, the greatest first. `outside`: notes of no theme. `copies`: how many notes were near duplicates of others.

    `memory`: by the id of every note what it stands with; handed in the next time, it keeps the themes. It holds no word of a note.
    """

    themes: tuple[Theme, ...]
    outside: tuple[ThemeNote, ...]
    copies: int
    memory: Mapping[str, str]


def _different(names: Iterable[str | None]) -> int:
    return len({name for name in names if name is not None})
