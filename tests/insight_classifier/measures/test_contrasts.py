from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest

from insight_classifier.definition import Definition
from insight_classifier.measures.comparisons import LEVELS, Verdict
from insight_classifier.measures.contrasts import between, gaps_over_time, over_time
from insight_classifier.measures.estimates import Estimate, rate_range
from insight_classifier.measures.figures import Figure
from insight_classifier.measures.groups import Group
from insight_classifier.measures.measure import Measure, measures_of
from insight_classifier.measures.rates import Rate


def rate(value: float) -> Rate:
    estimate = Estimate(value, np.full(20, 0.0005), 19.0)
    return Rate(1000, 200, 20, value, estimate, rate_range(estimate))


@pytest.fixture
def figure(definition: Definition) -> Callable[..., Figure]:
    """A figure of the label, in a group."""
    measure = measures_of(definition)[0]

    def make(value: float | None, of: Measure = measure, **group: str) -> Figure:
        return Figure(of, Group(group), None if value is None else rate(value))

    return make


Make = Callable[..., Figure]
RISING: Mapping[str, float] = {"2026-Q1": 0.2, "2026-Q2": 0.25, "2026-Q3": 0.3}


def test_each_group_has_its_line_and_its_change_from_first_to_last(figure: Make):
    found = over_time([figure(value, quarter=name, team=team) for team in "AB" for name, value in RISING.items()], "quarter")
    assert [one.title for one in found.trends] == [one.pair.title for one in found.changes]
    assert [one.title[-4:] for one in found.trends] == [" (A)", " (B)"]
    assert {one.pair.names for one in found.changes} == {("2026-Q1", "2026-Q3")}
    assert found.trends[0].slope
    assert found.trends[0].slope.value == pytest.approx(0.05)


def test_the_total_hidden_groups_and_notes_without_a_date_stay_out(figure: Make):
    figures = [figure(0.5), figure(None, quarter="2025-Q4"), figure(0.9, quarter="not stated")]
    found = over_time([*figures, *(figure(value, quarter=name) for name, value in RISING.items())], "quarter")
    assert [one.periods for one in found.trends] == [tuple(RISING)]


def test_groups_are_compared_with_the_first(figure: Make):
    found = between([figure(0.5), figure(0.2, team="A"), figure(0.4, team="B"), figure(0.1, team="C")], "team")
    assert [(one.pair.names, one.verdict) for one in found] == [(("A", "B"), Verdict.UP), (("A", "C"), Verdict.DOWN)]
    assert {one.of for one in found} == {2}


def test_a_gap_is_followed_over_time(figure: Make):
    figures = [figure(0.4, band="old", year=year) for year in ("2024", "2025", "2026")]
    figures += [figure(value, band="new", year=year) for year, value in (("2024", 0.1), ("2025", 0.2), ("2026", 0.3))]
    (found,) = gaps_over_time(figures, "band", "year")
    assert found.trend.verdict is Verdict.UP
    assert found.trend.title.endswith("new less old")
    assert [one.verdict for one in found.by_period.values()] == [Verdict.DOWN] * 3


def test_mean_levels_are_told_in_levels(figure: Make, definition: Definition):
    mean = next(measure for measure in measures_of(definition) if measure.mean_of)
    found = between([figure(0.2, mean, team="A"), replace(figure(0.4, mean, team="B"))], "team")
    assert found[0].pair.unit == LEVELS


def test_nothing_to_compare_is_nothing(figure: Make):
    found = over_time([figure(0.5)], "quarter")
    assert (found.trends, found.changes, between([figure(0.2, team="A")], "team")) == ((), (), ())
