"""How likely a difference is by chance alone, and among many of them. Pure.

A test beside a range must agree with it, so both take Student's t with the freedom of the estimate.
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from statistics import NormalDist

import numpy as np

from insight_classifier.measures.estimates import Estimate, quantile
from insight_classifier.measures.recalibration import Floats

LEVEL = 0.05  # two-sided: what the 95% of the ranges leave
LEAST_FREEDOM = 2.0  # as in `quantile`
_NODES = 64


def chance_alone(estimate: Estimate) -> float:
    """The chance of a value at least so far from zero, either way, where the truth is zero: from 0 to 1."""
    if not estimate.error:
        return 1.0 if not estimate.value else 0.0
    freedom = max(estimate.freedom, LEAST_FREEDOM)
    return _beyond(abs(estimate.value) / estimate.error, freedom)


def holm(chances: Sequence[float]) -> list[float]:
    """Each chance as it counts among all of them, in the same order (Holm, 1979).

    Called a change where at most `LEVEL`, the chance of even one false call among all is at most `LEVEL`, however they hang together.
    """
    adjusted, least = [0.0] * len(chances), 0.0
    for place, number in enumerate(sorted(range(len(chances)), key=chances.__getitem__)):
        least = max(least, min(1.0, (len(chances) - place) * chances[number]))
        adjusted[number] = least
    return adjusted


def power(effect: float, freedom: float) -> float:
    """The chance that the 95% range of a difference shows it, where the truth is `effect` of its standard errors from zero.

    By the normal approximation to the noncentral t (Johnson and Kotz): off by less than a point from a freedom of 3.
    """
    limit, v = quantile(freedom), max(freedom, LEAST_FREEDOM)
    return NormalDist().cdf((effect - limit * (1 - 1 / (4 * v))) / math.sqrt(1 + limit**2 / (2 * v)))


def _beyond(t: float, freedom: float) -> float:
    """Both tails of Student's t. With t = sqrt(freedom) tan(a) its density is that of cos(a) to the power of freedom - 1."""
    start = math.atan(t / math.sqrt(freedom))
    nodes, weights = _rule()
    half = (math.pi / 2 - start) / 2
    angles = start + half * (nodes + 1)
    tail = half * float(weights @ np.cos(angles) ** (freedom - 1))
    log_whole = 0.5 * math.log(math.pi) + math.lgamma(freedom / 2) - math.lgamma((freedom + 1) / 2) - math.log(2)
    return min(1.0, tail / math.exp(log_whole))


@lru_cache(maxsize=1)
def _rule() -> tuple[Floats, Floats]:
    """Gauss and Legendre's: exact for polynomials of degree 127."""
    return np.polynomial.legendre.leggauss(_NODES)
