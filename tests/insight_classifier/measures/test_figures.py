from collections.abc import Callable

import numpy as np
import pytest

from insight_classifier.measures.comparisons import LEVELS, Pair, compare
from insight_classifier.measures.declared_reader import shipped_measures
from insight_classifier.measures.figures import Figure, figures
from insight_classifier.measures.groups import grouped
from insight_classifier.measures.measure import Measure, measures_of
from insight_classifier.measures.rates import Rate
from tests.insight_classifier.measures.conftest import Year


def told(year: Year, chosen: Callable[[Measure], bool], labelled: int = 300) -> list[Figure]:
    observations = year.read(labelled)
    measures = measures_of(year.definition, shipped_measures(year.definition).measures)
    return list(figures(observations, [measure for measure in measures if chosen(measure)], grouped(observations)))


def rate(figure: Figure) -> Rate:
    assert figure.rate is not None
    return figure.rate


def value(figure: Figure) -> float:
    estimate = rate(figure).estimate
    assert estimate is not None
    return estimate.value


def test_where_all_notes_are_labelled_a_share_is_theirs(year: Year):
    for figure in told(year, lambda measure: measure.name in year.definition.checks):
        assert value(figure) == pytest.approx(np.mean([truth[figure.measure.name] for truth in year.truths]), abs=0.01)


def test_a_share_among_some_is_counted_among_them(year: Year):
    for figure in told(year, lambda measure: measure.among is not None):
        declared = next(one for one in shipped_measures(year.definition).measures if one.name == figure.measure.name)
        assert declared.among is not None
        among = [truth for truth in year.truths if declared.among(truth)]
        assert value(figure) == pytest.approx(np.mean([declared.rule(truth) for truth in among]), abs=0.02)
        assert figure.base == pytest.approx(len(among), rel=0.4)


def test_a_mean_is_that_of_the_levels(year: Year):
    (figure,) = told(year, lambda measure: measure.mean_of is not None)
    levels = [truth[figure.measure.mean_of] for truth in year.truths]
    assert value(figure) == pytest.approx(np.mean(levels), abs=0.01)
    within = rate(figure).range
    assert within is not None
    assert within.reach < 0.3


def test_the_levels_shares_add_up(year: Year):
    dimension = next(year.definition.of_kind("scale"))
    shares = told(year, lambda measure: measure.dimension == dimension.name and measure.mean_of is None)
    assert sum(map(value, shares)) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("labelled", [0, 20])
def test_without_enough_labels_there_is_the_models_share_and_nothing_else(year: Year, labelled: int):
    for figure in told(year, lambda _: True, labelled):
        found = rate(figure)
        assert (found.estimate, found.range) == (None, None)
        assert found.model >= 0
        assert found.why
        assert found.needed
        assert found.needed > labelled


def test_hidden_groups_have_no_figure(make_year: Callable[..., Year]):
    assert [figure.rate for figure in told(make_year(notes=40, authors=4), lambda measure: measure.dimension is None, 40)] == [None] * 4


def test_mean_levels_of_two_groups_can_be_compared(make_year: Callable[..., Year]):
    observations = make_year(600).read(300, ["team"])
    means = [measure for measure in measures_of(observations.definition) if measure.mean_of]
    _, first, second = (rate(figure) for figure in figures(observations, means, grouped(observations, ["team"])))
    (found,) = compare([Pair("Mean", first, second, ("A", "B"), LEVELS)])
    assert found.range is not None
    assert found.range.holds(0)
