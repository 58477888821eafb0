import numpy as np
import pytest
from scipy import stats

from insight_classifier.measures.estimates import Estimate, combined, jackknifed, quantile, range_of, rate_range, ratio


def of(values: np.ndarray) -> Estimate:
    """The mean of one value an author."""
    without = (values.sum() - values) / (len(values) - 1)
    return jackknifed(float(values.mean()), without, np.ones(len(values), dtype=bool))


@pytest.mark.parametrize("freedom", [3, 4, 7.5, 20, 1000])
def test_the_quantile_is_students(freedom: float):
    assert quantile(freedom) == pytest.approx(stats.t.ppf(0.975, freedom), abs=0.01)


def test_the_jackknife_of_a_mean_is_its_standard_error():
    values = np.random.default_rng(1).normal(size=12)
    assert of(values).error == pytest.approx(values.std(ddof=1) / np.sqrt(12))


def test_authors_who_stand_in_both_are_compared_with_themselves():
    values = np.random.default_rng(1).normal(size=12)
    before, after = of(values), of(values + 1)
    assert range_of(combined([after, before], [1, -1])).reach == pytest.approx(0, abs=1e-9)


def test_other_authors_add_their_spread_and_freedom():
    values = np.random.default_rng(1).normal(size=8)
    nobody = np.zeros(8)
    first = Estimate(0.0, np.concatenate([of(values).moves, nobody]), 7)
    second = Estimate(0.0, np.concatenate([nobody, of(values).moves]), 7)
    difference = combined([first, second], [1, -1])
    assert difference.error == pytest.approx(first.error * np.sqrt(2))
    assert difference.freedom == pytest.approx(14)


def test_the_noisier_of_two_decides_how_sure_a_difference_is():
    values = np.random.default_rng(1).normal(size=5)
    noisy = Estimate(0.0, np.concatenate([of(values).moves, np.zeros(60)]), 4)
    precise = Estimate(0.0, np.concatenate([np.zeros(5), np.full(60, 1e-6)]), 59)
    assert combined([noisy, precise], [1, -1]).freedom == pytest.approx(4, abs=0.01)


def test_a_ratio_moves_with_what_its_parts_do_not_share():
    moves = np.array([0.02, -0.01, 0.03])
    found = ratio(Estimate(0.2, moves, 4), Estimate(0.4, 2 * moves, 9))
    assert (found.value, found.freedom) == (0.5, 4)
    assert found.error == pytest.approx(0, abs=1e-9)
    assert ratio(Estimate(0.2, moves, 4), Estimate(0.4, 0 * moves, 9)).error == pytest.approx(np.sqrt((moves**2).sum()) / 0.4)


def test_a_part_is_never_more_than_the_whole():
    assert ratio(Estimate(0.42, np.zeros(3), 4), Estimate(0.4, np.zeros(3), 4)).value == 1


def test_a_rates_range_stays_within_0_and_1():
    found = rate_range(Estimate(0.02, np.full(4, 0.02), 3))
    assert 0 < found.low < 0.02 < found.high < 1
