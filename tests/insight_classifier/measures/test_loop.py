from datetime import date, timedelta

import numpy as np
import pytest

from insight_classifier.measures.facts import Column, Facts
from insight_classifier.measures.loop import Loop, loop


def dates(name: str, days: list[int | None]) -> Column:
    facts = Facts(frozenset({name}))
    for row, day in enumerate(days):
        if day is not None:
            facts.add(row, {name: (date(2026, 1, 1) + timedelta(days=day)).isoformat()})
    return facts.column(name, len(days))


def told(answers: list[int | None], authors: list[int]) -> Loop | None:
    written = dates("date", [10] * len(answers))
    return loop(written, dates("answered", answers), np.array(authors), np.arange(len(answers)))


def test_the_share_and_the_median_days():
    found = told([12, None, 20, None, 14, None], [0, 0, 1, 1, 2, 2])
    assert found is not None
    assert (found.answered, found.notes, found.share, found.days) == (3, 6, 0.5, 4.0)
    assert found.share_range is not None
    assert found.days_range is not None
    assert found.share_range.holds(0.5)
    assert found.days_range.low >= 2
    assert found.days_range.high <= 10


def test_an_answer_before_its_note_took_no_days():
    found = told([3, 3], [0, 1])
    assert found is not None
    assert found.days == 0


def test_notes_of_one_author_have_no_range():
    found = told([12, None], [0, 0])
    assert found is not None
    assert (found.share_range, found.days_range) == (None, None)


@pytest.mark.parametrize("answers", [[None, None]])
def test_where_no_note_has_an_answer_nothing_is_said(answers: list[int | None]):
    assert told(answers, [0, 1]) is None
