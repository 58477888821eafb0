from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from insight_classifier.measures.emerging import emerging
from insight_classifier.measures.theme import Theme, ThemeNote, Themes

TODAY = date(2026, 12, 31)


def note(name: str, days_ago: int, author: str) -> ThemeNote:
    return ThemeNote(name, "words", author=author, day=TODAY - timedelta(days=days_ago))


def steady(name: str, every: int = 20) -> tuple[ThemeNote, ...]:
    return tuple(note(f"{name}-{days}", days, f"{name}-{days % 5}") for days in range(0, 364, every))


def lately(name: str, authors: int, notes: int = 8) -> tuple[ThemeNote, ...]:
    return tuple(note(f"{name}-{number}", number % 27, f"{name}-{number % authors}") for number in range(notes))


def themes_of(*parts: tuple[ThemeNote, ...]) -> Themes:
    return Themes(tuple(Theme(str(number), "words", part[0], part) for number, part in enumerate(parts)), steady("outside", 2), 0, {})


def test_what_comes_up_only_lately_by_several_authors_is_emerging():
    found = emerging(themes_of(lately("new", 8), steady("old")), TODAY)
    assert [found[name].emerging for name in "01"] == [True, False]
    assert (found["0"].recent, found["0"].before) == (8, 0)


def test_one_author_alone_makes_nothing_emerge():
    assert not emerging(themes_of(lately("pet", 1, 40)), TODAY)["0"].emerging


def test_an_author_counts_once_a_week():
    thrice = tuple(note(f"n{number}", 1, "ann") for number in range(3))
    assert emerging(themes_of(thrice), TODAY)["0"].recent == 1


def test_where_everybody_writes_more_lately_nothing_emerges():
    crowd = tuple(note(f"crowd-{number}", number % 28, f"a{number}") for number in range(2000))
    found = themes_of(lately("new", 8))
    assert not emerging(Themes(found.themes, crowd, 0, {}), TODAY)["0"].emerging


def test_without_dates_or_notes_nothing_is_told():
    assert emerging(Themes((), (), 0, {}), TODAY) == {}
    undated = ThemeNote("1", "words")
    assert emerging(Themes((Theme("t", "words", undated, (undated,)),), (), 0, {}), TODAY) == {}


def test_what_was_written_after_the_day_is_not_seen():
    assert emerging(themes_of(lately("new", 8)), TODAY - timedelta(days=60))["0"].recent == 0


def test_notes_at_a_steady_pace_raise_few_alarms_whoever_writes_them():
    random = np.random.default_rng(11)
    raised = sum(any(one.emerging for one in emerging(themes_of(*at_random(random)), TODAY).values()) for _ in range(40))
    assert raised <= 2


def at_random(random: np.random.Generator) -> Iterator[tuple[ThemeNote, ...]]:
    """Thirty themes, each with authors of whom some write much more of it than others."""
    for theme in range(30):
        authors = random.zipf(1.7, size=random.integers(3, 40)).clip(1, 8)
        yield tuple(note(f"{theme}-{n}", int(random.integers(364)), f"a{n}") for n in authors)
