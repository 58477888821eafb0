from dataclasses import replace

import numpy as np
import pytest

from insight_classifier.errors import ArgumentError
from insight_classifier.judgement import Origin
from insight_classifier.measures.comparisons import Verdict
from insight_classifier.measures.estimates import Estimate, Range
from insight_classifier.measures.kept import Kept
from insight_classifier.measures.rates import Rate
from insight_classifier.measures.remeasuring import Measurement, remeasured, separated

OLD, NEW = Origin("home", "1", "old-definition"), Origin("home", "2", "new-definition")


def measured(name: str, value: float, definition: Origin = OLD, model: str = "old-model", measure: str = "checked") -> Measurement:
    rate = Rate(500, 100, 20, value, Estimate(value, np.full(20, 0.001), 19.0), Range(value - 0.01, value + 0.01))
    figure = Kept(measure, measure.capitalize(), False, {}, rate, tuple("abcdefghijklmnopqrst"))
    return Measurement(name, definition, model, (figure,), frozenset({"n1", "n2"}))


def test_under_the_same_judge_all_that_changed_is_behaviour():
    step = remeasured(measured("last year", 0.16), measured("this year", 0.33))
    assert step.cause == "behaviour"
    assert step.comparisons[0].sentence == "Checked: up by 17.0 points from last year to this year (95% range 17.0 to 17.0)."


@pytest.mark.parametrize(
    ("definition", "model", "what"),
    [(NEW, "old-model", "the definition changed"), (OLD, "new-model", "the model changed"), (NEW, "new-model", "definition and the model")],
)
def test_under_another_judge_nothing_is_compared(definition: Origin, model: str, what: str):
    with pytest.raises(ArgumentError, match=what) as problem:
        remeasured(measured("last year", 0.16), measured("this year", 0.33, definition, model))
    assert "Judge the later notes by the old ones too" in str(problem.value)


def test_step_by_step_the_parts_add_up():
    old, rules, new = ("old judge", 0.33, OLD), ("new rules", 0.30, NEW), ("new judge", 0.31, NEW, "new-model")
    path = [measured("last year", 0.16), measured(*old), measured(*rules), measured(*new)]
    steps = separated(path)
    assert [step.cause for step in steps] == ["behaviour", "definition", "model"]
    changes = [step.comparisons[0].difference for step in steps]
    assert sum(one.value for one in changes if one) == pytest.approx(0.15)
    assert [step.comparisons[0].verdict for step in steps] == [Verdict.UP, Verdict.DOWN, Verdict.UP]


def test_where_both_changed_at_once_they_are_not_told_apart():
    found = separated([measured("last year", 0.16), measured("old judge", 0.33), measured("new judge", 0.31, NEW, "new-model")])
    assert found[1].cause == "definition and model together"


def test_both_judges_must_have_judged_the_same_notes():
    other = replace(measured("new judge", 0.3, NEW), ids=frozenset({"n1"}))
    with pytest.raises(ArgumentError, match="not of the same notes: 1 stand in one"):
        separated([measured("last year", 0.16), measured("old judge", 0.33), other])


def test_the_same_judge_twice_separates_nothing():
    with pytest.raises(ArgumentError, match="Leave one of them out"):
        separated([measured("last year", 0.16), measured("old judge", 0.33), measured("new judge", 0.33)])


def test_what_only_one_side_measures_is_named():
    found = separated([measured("last year", 0.16), measured("old judge", 0.33), measured("new judge", 0.3, NEW, measure="asked")])
    assert (found[1].comparisons, found[1].alone) == ((), ("Checked", "Asked"))
