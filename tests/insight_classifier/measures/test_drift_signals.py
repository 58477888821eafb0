"""Each signal moves with what it watches, and an alarm leads to the notes behind it."""

from datetime import date, timedelta

import numpy as np
import pytest

from insight_classifier.measures.drift import watch
from insight_classifier.measures.drift_signals import LEAST_NOTES, Watched, behind, inputs, overrides, weeks
from insight_classifier.notes import Note

REFERENCE, LATER, EACH = 10, 6, 20
WORDS = [f"word{chr(97 + a)}{chr(97 + b)}" for a in range(20) for b in range(20)]
RARE = [f"rare{word}{other}" for word in WORDS[:26] for other in WORDS]


def days() -> list[date]:
    return [date(2026, 1, 5) + timedelta(weeks=week, days=day % 5) for week in range(REFERENCE + LATER) for day in range(EACH)]


def note(row: int, random: np.random.Generator, words: list[str] = WORDS, size: int = 30) -> Note:
    """Common words, and as in any text a few that hardly come again."""
    said = [*random.choice(words, size + random.integers(-5, 5)), *random.choice(RARE, 2)]
    return Note(f"n{row}", {"text": " ".join(said)})


def watched(notes: list[Note], vectors: np.ndarray | None = None) -> dict[str, Watched]:
    return {item.signal.name: item for item in inputs(notes, vectors, weeks(days()), REFERENCE)}


def later(row: int) -> bool:
    return row >= (REFERENCE + 2) * EACH


def test_weeks_begin_on_mondays_and_those_of_few_notes_are_left_out():
    found = weeks([date(2026, 1, 7)] * LEAST_NOTES + [date(2026, 1, 12)])
    assert (found.starts, found.left_out) == ((date(2026, 1, 5),), 1)


def test_notes_that_are_alike_raise_no_alarm():
    random = np.random.default_rng(1)
    vectors = random.normal(size=(len(days()), 8))
    found = watched([note(row, random) for row in range(len(days()))], vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
    assert watch([item.signal for item in found.values()], REFERENCE) == []


def test_new_words_raise_an_alarm_with_the_notes_that_have_them():
    random, new = np.random.default_rng(1), ["congress", "launch", "biosimilar"]
    notes = [note(row, random, WORDS + new * 40 if later(row) and row % 2 else WORDS) for row in range(len(days()))]
    found = watched(notes)
    (alarm,) = watch([found["new words"].signal], REFERENCE)
    assert alarm.up
    assert all(row % 2 for row in behind(alarm, found["new words"], weeks(days())))


def test_shorter_notes_raise_an_alarm():
    random = np.random.default_rng(1)
    notes = [note(row, random, size=15 if later(row) else 30) for row in range(len(days()))]
    (alarm,) = watch([watched(notes)["length"].signal], REFERENCE)
    assert not alarm.up


def test_another_subject_moves_the_centre():
    random = np.random.default_rng(1)
    vectors = random.normal(size=(len(days()), 8)) + np.array([[2.0 if later(row) else 0.0, *[0.0] * 7] for row in range(len(days()))])
    found = watched([note(row, random) for row in range(len(days()))], vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
    assert watch([found["vectors"].signal], REFERENCE)[0].up


def test_overrides_need_reviews_in_every_week():
    overruled = np.full(len(days()), np.nan)
    assert overrides("label", overruled, weeks(days()), REFERENCE) is None
    overruled[:] = np.arange(len(days())) % 4 == 0
    item = overrides("label", overruled, weeks(days()), REFERENCE)
    assert item is not None
    assert item.signal.values == pytest.approx(0.25)
