"""Which themes come up more often lately than in the year before. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from insight_classifier.measures.emergence import LEAST_RECENT, LOOKS, Emergence, alarms, emergence
from insight_classifier.measures.theme import ThemeNote, Themes

RECENT, YEAR = 4, 52  # weeks that count as lately, and weeks that are looked at in all
DAYS = 7

Mention = tuple[str, int]  # an author (or the id of a note without one), and how many weeks ago


def emerging(found: Themes, today: date, looks: int = LOOKS) -> dict[str, Emergence]:
    """By theme's id; empty where no note has a date in the year up to `today`. `looks`: how many are planned in a year.

    An author counts once a week: one who writes of a thing three times in a week is one voice. The share of recent notes is counted
    by notes and by authors' weeks, and the greater counts: of the two, the one that calls less.
    """
    everything = [note for theme in found.themes for note in theme.notes] + list(found.outside)
    share = max(_share(_weeks(everything, today)), _share(_mentions(everything, today)))
    if not share:
        return {}
    times = {theme.id: _mentions(theme.notes, today) for theme in found.themes}
    told = {name: emergence(sum(map(_is_recent, own)), sum(not _is_recent(one) for one in own), share) for name, own in times.items()}
    calls = alarms([one.chance for one in told.values()], looks)
    return {
        name: replace(one, emerging=called and len({author for author, _ in filter(_is_recent, times[name])}) >= LEAST_RECENT)
        for (name, one), called in zip(told.items(), calls, strict=True)
    }


def _mentions(notes: Iterable[ThemeNote], today: date) -> list[Mention]:
    """Each author once in each week of the year."""
    return sorted(set(_weeks(notes, today)))


def _weeks(notes: Iterable[ThemeNote], today: date) -> list[Mention]:
    """Of each note of the year its author and week."""
    dated = ((note.author or f"\0{note.id}", (today - note.day).days // DAYS) for note in notes if note.day)
    return [(author, week) for author, week in dated if 0 <= week < YEAR]


def _is_recent(mention: Mention) -> bool:
    return mention[1] < RECENT


def _share(times: Sequence[Mention]) -> float:
    return sum(map(_is_recent, times)) / len(times) if times else 0.0
