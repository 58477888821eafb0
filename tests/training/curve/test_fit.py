"""The power law finds what made a curve, and says so where nothing can be told."""

import numpy as np
import pytest

from training.curve.fit import gain, power_law

SIZES = np.array([100.0, 180, 320, 560, 1000])


def noisy(spread: float, draws: int = 100) -> np.ndarray:
    return (0.9 - 2 * SIZES**-0.5) + np.random.default_rng(0).normal(0, spread, (draws, len(SIZES)))


def test_a_power_law_is_found_again():
    assert power_law(SIZES, 0.9 - 2 * SIZES**-0.5) == pytest.approx((0.9, 2, 0.5), rel=1e-3)


def test_the_gain_is_what_the_law_says_within_its_interval():
    true = 2 * (1000**-0.5 - 1300**-0.5)
    found = gain(SIZES, noisy(0.003), 300)
    assert found.low is not None
    assert found.high is not None
    assert found.low < true < found.high


def test_a_curve_that_falls_promises_nothing():
    found = gain(SIZES, np.tile(0.9 - SIZES / 1e5, (10, 1)), 300)
    assert found.value == 0.0


@pytest.mark.parametrize(
    ("sizes", "spread", "more", "says"), [(3, 0.001, 100, "3 points"), (5, 0.001, 5000, "too far"), (5, 0.5, 900, "fits")]
)
def test_what_cannot_be_told_is_said(sizes: int, spread: float, more: int, says: str):
    found = gain(SIZES[:sizes], noisy(spread)[:, :sizes], more)
    assert found.value is None
    assert says in str(found.why)
