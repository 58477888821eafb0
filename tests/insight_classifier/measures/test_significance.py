import numpy as np
import pytest
from scipy import stats

from insight_classifier.measures.estimates import Estimate
from insight_classifier.measures.significance import chance_alone, holm, power


@pytest.mark.parametrize("freedom", [2, 3, 7.5, 40, 199])
@pytest.mark.parametrize("t", [0.0, 0.3, 1.96, 4.5, 9.0])
def test_the_chance_is_students(t: float, freedom: float):
    assert chance_alone(Estimate(-t, np.ones(1), freedom)) == pytest.approx(2 * stats.t.sf(t, freedom), rel=1e-6)


@pytest.mark.parametrize(("value", "chance"), [(0.0, 1.0), (0.1, 0.0)])
def test_without_spread_only_zero_is_by_chance(value: float, chance: float):
    assert chance_alone(Estimate(value, np.zeros(3), 2)) == chance


def test_holm_by_hand():
    assert holm([0.04, 0.01, 0.03, 0.005]) == pytest.approx([0.06, 0.03, 0.06, 0.02])
    assert holm([]) == []


@pytest.mark.parametrize("freedom", [4, 9, 40])
@pytest.mark.parametrize("effect", [1.0, 2.9, 4.0])
def test_power_is_that_of_the_noncentral_t(effect: float, freedom: float):
    exact = stats.nct.sf(stats.t.ppf(0.975, freedom), freedom, effect)
    assert power(effect, freedom) == pytest.approx(exact, abs=0.012)
