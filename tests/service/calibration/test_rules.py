"""When a person is calibrated, and where they differ from gold."""

import pytest

from insight_classifier.definition import Definition
from service.calibration.rules import Answered, left_of, passed, standing
from service.reviews.answers import answer_of
from tests.service.reviews.desk import every_check, judgement


@pytest.mark.parametrize(("notes", "same", "left", "enough"), [(10, 8, 0, True), (10, 7, 0, False), (9, 9, 1, False), (0, 0, 0, False)])
def test_it_takes_enough_notes_and_enough_labels(notes: int, same: int, left: int, enough: bool) -> None:
    assert passed(notes, same, left) is enough


@pytest.mark.parametrize(("notes", "open_", "left"), [(0, 50, 10), (4, 3, 3), (12, 5, 0), (0, 0, 0)])
def test_as_many_are_left_as_there_are_at_most(notes: int, open_: int, left: int) -> None:
    assert left_of(notes, open_) == left


def test_each_miss_is_told_in_words(definition: Definition) -> None:
    check = every_check(definition)[0]
    gold, own = (answer_of(judgement(definition, *met), definition) for met in ((check,), ()))
    found = standing([Answered("n1", gold, own, same_label=True)], 0, definition)
    missed = [(line.title, line.misses[0].said, line.misses[0].agreed) for line in found.lines if line.misses]
    assert missed == [(definition.checks[check].title, "No", "Yes")]
    assert len(found.lines) == len(definition.checks) + 2
