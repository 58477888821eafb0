"""What an agreement means in words: too few, nothing to tell, and the bounds."""

import pytest

from insight_classifier.agreement import NOTHING, Agreement
from service.agreement.words import beside, meaning


def found(value: float | None, low: float | None = None, high: float | None = None, units: int = 100) -> Agreement:
    return Agreement(value, value if low is None else low, value if high is None else high, units, 0.9)


def test_too_few_say_how_many_are_missing() -> None:
    assert "30 more" in meaning(NOTHING)
    assert "8 more" in meaning(found(0.9, units=22))


def test_one_answer_of_all_tells_nothing() -> None:
    assert "cannot be told" in meaning(found(None))


@pytest.mark.parametrize(("value", "words"), [(0.9, "conclude from"), (0.7, "with care"), (0.5, "often"), (0.2, "settle the wording")])
def test_each_reach_has_its_sentence(value: float, words: str) -> None:
    assert words in meaning(found(value))


def test_an_interval_across_a_bound_says_so() -> None:
    assert "may change" in meaning(found(0.82, 0.7, 0.9))
    assert "may change" not in meaning(found(0.9, 0.85, 0.95))


@pytest.mark.parametrize(("low", "high", "words"), [(0.85, 0.95, "more than"), (0.5, 0.7, "Less"), (0.7, 0.9, "About")])
def test_the_model_is_told_beside_people(low: float, high: float, words: str) -> None:
    assert words in beside(found((low + high) / 2, low, high), found(0.8))
    assert beside(found(0.9, units=3), found(0.8)) == ""
