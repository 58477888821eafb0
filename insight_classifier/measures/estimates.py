"""A value with how much each author moves it, from which intervals of it, of differences and of sums follow. Pure.

Notes of one author resemble each other, so certainty is counted in authors, not in notes: a jackknife that leaves out one author at a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NORMAL_95 = 1.959963984540054
MOST_BLOCKS = 200  # authors beyond that many are left out in groups
EDGE = 1e-4  # nearer to 0 or 1 a rate has no log-odds worth speaking of


@dataclass(frozen=True)
class Estimate:
    """`moves`: of each block of authors, scaled so that their squares sum to the variance; 0 where a block has no part in it.

    `blocks`: how many have. `freedom`: degrees of it, for Student's t.
    """

    value: float
    moves: Floats = field(repr=False, compare=False)
    freedom: float

    @property
    def error(self) -> float:
        """The standard error."""
        return float(np.sqrt(self.moves @ self.moves))


@dataclass(frozen=True)
class Range:
    """95% of such ranges hold the truth."""

    low: float
    high: float

    @property
    def reach(self) -> float:
        """Half its width."""
        return (self.high - self.low) / 2

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high


def jackknifed(value: float, without: Floats, present: NDArray[np.bool_]) -> Estimate:
    """From the value `without` each block; blocks that are not `present` count for nothing. Needs two that are."""
    blocks = int(present.sum())
    centred = np.where(present, without - without[present].mean(), 0.0)
    return Estimate(value, centred * np.sqrt((blocks - 1) / blocks), blocks - 1.0)


def combined(estimates: Sequence[Estimate], weights: Sequence[float]) -> Estimate:
    """A weighted sum, such as a difference with weights 1 and -1. Authors who stand in several count once, as themselves."""
    value = float(sum(w * e.value for e, w in zip(estimates, weights, strict=True)))
    moves = np.sum([w * e.moves for e, w in zip(estimates, weights, strict=True)], axis=0)
    return Estimate(value, moves, _freedom(estimates, weights))


def ratio(part: Estimate, whole: Estimate) -> Estimate:
    """What share of the whole a part of it is, by the delta method: the same authors move both."""
    value = part.value / whole.value
    moves = (part.moves - value * whole.moves) / whole.value
    return Estimate(min(value, 1.0), moves, min(part.freedom, whole.freedom))


def range_of(estimate: Estimate) -> Range:
    """Of something that may take any value, such as a difference."""
    reach = quantile(estimate.freedom) * estimate.error
    return Range(estimate.value - reach, estimate.value + reach)


def rate_range(estimate: Estimate) -> Range:
    """Of a rate: even on the scale of log-odds, so that it stays between 0 and 1 and is longer towards the middle."""
    rate = min(max(estimate.value, EDGE), 1 - EDGE)
    middle, reach = np.log(rate / (1 - rate)), quantile(estimate.freedom) * estimate.error / (rate * (1 - rate))
    low, high = (1 / (1 + np.exp(-np.clip(middle + sign * reach, -40, 40))) for sign in (-1, 1))
    return Range(float(min(low, estimate.value)), float(max(high, estimate.value)))


def quantile(freedom: float) -> float:
    """That of Student's t for 95%, by the expansion in 1 / freedom (Abramowitz and Stegun 26.7.5): off by 0.001 at 4, by 0.03 at 2."""
    z, v = NORMAL_95, max(freedom, 2.0)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    fourth = (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160
    return z + first / v + second / v**2 + third / v**3 + fourth / v**4


def _freedom(estimates: Sequence[Estimate], weights: Sequence[float]) -> float:
    """Welch and Satterthwaite's, but no more than the authors behind all of them allow."""
    parts = [(w * e.error) ** 2 for e, w in zip(estimates, weights, strict=True)]
    authors = np.any([e.moves != 0 for e in estimates], axis=0).sum() - 1.0
    if not sum(parts):
        return float(max(authors, 1.0))
    welch = sum(parts) ** 2 / sum(part**2 / max(e.freedom, 1.0) for part, e in zip(parts, estimates, strict=True))
    return float(max(min(welch, authors), 1.0))
