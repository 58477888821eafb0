"""Whether notes or judgements have changed since a reference period, week by week, with few false alarms however often one looks. Pure.

Every signal is one number a week. It is watched in two ways, each as Student's t against the spread among the weeks of reference, in which
everything that makes weeks differ (authors, congresses) is contained: the week alone, which finds a sudden change, and an exponentially
weighted mean of the weeks so far (Roberts, 1959), which finds a slow one. The limit is simulated once for all signals, both ways and a
whole year of looks, so that a year without any change gives an alarm with a chance of RATE at most.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RATE = 0.05  # chance of a false alarm in a year, over all signals together
YEAR = 52  # weeks
LEAST_REFERENCE = 8  # weeks
SMOOTHING = 0.2  # of the weighted mean: half of it is the last three weeks
YEARS = 4000  # that are simulated
SKEW = 16.0  # the shape of the gamma distribution that weeks are drawn from: rates of rare things are no bells
ALONE, SLOW = "week", "trend"


@dataclass(frozen=True)
class Signal:
    """`values`: one a week, shape (weeks,). `weights`: what a week's value is worth: its variance goes with 1 / weight."""

    name: str
    values: Floats
    weights: Floats


@dataclass(frozen=True)
class Alarm:
    """The first of a signal. `week`: its row; `way`: week or trend; `expected`: of the reference; `distance`: in units of the limit."""

    signal: str
    week: int
    way: str
    value: float
    expected: float
    distance: float

    @property
    def up(self) -> bool:
        return self.value > self.expected


def watch(signals: Sequence[Signal], reference: int, *, rate: float = RATE) -> list[Alarm]:
    """The first alarm of each signal after the weeks of `reference`, in the order of time; the later weeks should be a year at most.

    Raises ValueError where the reference is too short, or a year is over.
    """
    if reference < LEAST_REFERENCE:
        raise ValueError(f"{reference} weeks of reference, at least {LEAST_REFERENCE} are needed")
    if any(len(signal.values) - reference > YEAR for signal in signals):
        raise ValueError(f"more than {YEAR} weeks after the reference: take a later reference")
    moving = [signal for signal in signals if np.ptp(signal.values[:reference]) > 0]  # what never varied has no spread to judge by
    limit = threshold(len(moving), reference, rate)
    found = [alarm for signal in moving if (alarm := _first(signal, reference, limit)) is not None]
    return sorted(found, key=lambda alarm: (alarm.week, -alarm.distance))


def statistics(values: Floats, weights: Floats, reference: int) -> tuple[Floats, Floats, Floats]:
    """Of series (..., weeks): t of each later week alone, t of the weighted mean so far, and that mean; each (..., later weeks)."""
    known, share = values[..., :reference], weights[..., :reference]
    total = share.sum(axis=-1, keepdims=True)
    middle = (share * known).sum(axis=-1, keepdims=True) / total
    spread = np.sqrt((share * (known - middle) ** 2).sum(axis=-1, keepdims=True) / (reference - 1))
    later, worth = values[..., reference:], weights[..., reference:]
    alone = (later - middle) / (spread * np.sqrt(1 / worth + 1 / total))
    mean, error = np.empty_like(later), np.empty_like(later)
    running, variance = np.zeros_like(middle[..., 0]), np.zeros_like(middle[..., 0])
    for week in range(later.shape[-1]):
        running = (1 - SMOOTHING) * running + SMOOTHING * later[..., week]
        variance = (1 - SMOOTHING) ** 2 * variance + SMOOTHING**2 / worth[..., week]
        filled = 1 - (1 - SMOOTHING) ** (week + 1)
        mean[..., week], error[..., week] = running / filled, variance / filled**2
    return alone, (mean - middle) / (spread * np.sqrt(error + 1 / total)), mean


@cache
def threshold(signals: int, reference: int, rate: float = RATE) -> float:
    """The limit of |t| that a year of so many unrelated signals passes with this chance; related signals pass it more seldom."""
    if not signals:
        return float("inf")
    random = np.random.default_rng(reference)
    series = random.gamma(SKEW, size=(YEARS, reference + YEAR))
    alone, slow, _ = statistics(series, np.ones_like(series), reference)
    highest = np.maximum(np.abs(alone).max(axis=-1), np.abs(slow).max(axis=-1))
    return float(_quantile(highest, (1 - rate) ** (1 / signals)))


def _quantile(highest: Floats, level: float) -> float:
    """Beyond what the simulated years can tell, the tail of the highest ones goes on as a power, as Student's does (Hill, 1975)."""
    tail = np.sort(highest)[-len(highest) // 20 :]
    beyond, base = (1 - level) * len(highest), float(tail[0])
    if beyond >= 100:
        return float(np.quantile(highest, level))
    slope = float(np.log(tail / base).mean())
    return float(base * (len(tail) / max(beyond, 1e-9)) ** slope)


def _first(signal: Signal, reference: int, limit: float) -> Alarm | None:
    alone, slow, mean = statistics(signal.values, signal.weights, reference)
    over = np.flatnonzero(np.maximum(np.abs(alone), np.abs(slow)) > limit)
    if not len(over):
        return None
    week = int(over[0])
    expected = float(np.average(signal.values[:reference], weights=signal.weights[:reference]))
    sudden = abs(alone[week]) >= abs(slow[week])
    value = signal.values[reference + week] if sudden else mean[week]
    size = float(max(abs(alone[week]), abs(slow[week])) / limit)
    return Alarm(signal.name, reference + week, ALONE if sudden else SLOW, float(value), expected, size)
