"""How often the test for emerging themes calls falsely in a year of weekly looks, and how soon it calls a subject that is really new.

    python -m benchmarks.emerging [--years 100]

Themes are those of real notes of the training writers, under invented dates over two years and invented authors, of whom some write much
more than others, and some of one theme above all. A false alarm is any theme that is called where all dates are drawn alike.
A new subject is a theme of so many notes by as many authors, spread over the four weeks before the look.
"""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from benchmarks.themes import corpus
from insight_classifier.measures.emerging import RECENT, YEAR, emerging
from insight_classifier.measures.theme import Theme, ThemeNote, Themes
from insight_classifier.measures.themes import themes

LAST, DAYS, AUTHORS = date(2026, 12, 31), 728, 60


def drawn(found: Themes, random: np.random.Generator) -> Themes:
    """The same themes under other dates and authors."""
    busy = random.dirichlet(np.full(AUTHORS, 0.5))
    inside = [_themed(theme, random.dirichlet(busy * 20 + 1e-3), random) for theme in found.themes]
    return replace(found, themes=tuple(inside), outside=tuple(_dated(note, busy, random) for note in found.outside))


def _themed(theme: Theme, authors: np.ndarray, random: np.random.Generator) -> Theme:
    return replace(theme, notes=tuple(_dated(note, authors, random) for note in theme.notes))


def _dated(note: ThemeNote, authors: np.ndarray, random: np.random.Generator) -> ThemeNote:
    day = LAST - timedelta(days=int(random.integers(DAYS)))
    return replace(note, author=f"a{random.choice(AUTHORS, p=authors)}", day=day)


def looks() -> Iterator[date]:
    return (LAST - timedelta(weeks=week) for week in range(YEAR))


def with_new(found: Themes, notes: int, random: np.random.Generator) -> Themes:
    new = tuple(
        ThemeNote(f"new-{n}", "", author=f"b{n}", day=LAST - timedelta(days=int(random.integers(7 * RECENT)))) for n in range(notes)
    )
    return replace(found, themes=(*found.themes, Theme("new", "new", new[0], new)))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--years", type=int, default=100)
    years, random = arguments.parse_args().years, np.random.default_rng(5)
    known = corpus(1500).theme_notes()
    found = themes(known)
    alarms = [
        sum(any(one.emerging for one in emerging(year, day).values()) for day in looks())
        for year in (drawn(found, random) for _ in range(years))
    ]
    print(f"{len(known):,} notes, {len(found.themes)} themes; {years} years of {YEAR} looks in which nothing changed")
    print(f"years with a false alarm: {sum(number > 0 for number in alarms)} (expected at most {0.05 * years:.0f})\n")
    print("| notes of a new subject in four weeks | called |\n|---|---|")
    for notes in (3, 4, 5, 6, 8):
        called = [emerging(with_new(drawn(found, random), notes, random), LAST)["new"].emerging for _ in range(years)]
        print(f"| {notes} | {np.mean(called):.0%} |")


if __name__ == "__main__":
    main()
