"""How far people agree beyond chance, with intervals: Cohen's kappa for two, Krippendorff's alpha for any number. Pure.

Answers are numbers of categories, from 0; of a scale in its order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Metric = Literal["nominal", "ordinal", "interval"]
Matrix = NDArray[np.float64]
Whole = NDArray[np.integer[Any]]

NORMAL_95 = 1.959964
DRAWS = 1000
TAIL = 0.025  # on either side of an interval


@dataclass(frozen=True)
class Agreement:
    """1 is perfect, 0 is chance. `value` is None where everybody always gave one and the same answer: nothing can be said then.

    `low` and `high` bound it with 95%; `units`: notes that were judged by two or more; `observed`: share of pairs of answers that agree.
    """

    value: float | None
    low: float | None
    high: float | None
    units: int
    observed: float | None


NOTHING = Agreement(None, None, None, 0, None)


def kappa(pairs: Sequence[tuple[int, int]] | Whole, categories: int, metric: Metric = "nominal") -> Agreement:
    """Cohen's kappa of two people, weighted by squared distance unless nominal; interval of Fleiss, Cohen and Everitt (1969)."""
    if not len(pairs):
        return NOTHING
    first, second = np.array(pairs, dtype=int).T
    shares = np.bincount(first * categories + second, minlength=categories**2).reshape(categories, categories) / len(pairs)
    observed, weights = float(np.trace(shares)), _weights(categories, metric)
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    seen, chance = float((weights * shares).sum()), float(rows @ weights @ columns)
    if 1 - chance < 1e-12:
        return Agreement(None, None, None, len(pairs), observed)
    value = (seen - chance) / (1 - chance)
    expected = (weights @ columns)[:, None] + (rows @ weights)[None, :]
    spread = float((shares * (weights - expected * (1 - value)) ** 2).sum()) - (value - chance * (1 - value)) ** 2
    reach = NORMAL_95 * float(np.sqrt(max(spread, 0.0) / len(pairs))) / (1 - chance)
    low = _least(len(pairs), float(rows @ columns)) if observed > 1 - 1e-12 else max(value - reach, -1.0)
    return Agreement(value, low, min(value + reach, 1.0), len(pairs), observed)


def alpha(
    units: Sequence[Sequence[int]], categories: int, metric: Metric = "nominal", *, draws: int = DRAWS, seed: int = 0
) -> Agreement:  # fmt: skip
    """Krippendorff's alpha; a unit holds the answers of all who judged one note, those of fewer than two are left out.

    The interval is a bootstrap over units: notes are drawn again, not single answers, for the answers to one note belong together.
    """
    counts = np.array([np.bincount(unit, minlength=categories) for unit in units if len(unit) > 1], dtype=int)
    return alpha_of_counts(counts, categories, metric, draws=draws, seed=seed)


def alpha_of_counts(
    counts: Whole, categories: int, metric: Metric = "nominal", *, draws: int = DRAWS, seed: int = 0
) -> Agreement:  # fmt: skip
    """As `alpha`, of units that are counted already: how many gave each answer, (units, categories). It takes hardly longer for more."""
    counts = counts.reshape(-1, categories)
    counts = counts[counts.sum(axis=1) > 1]
    if not len(counts):
        return NOTHING
    kinds, often = np.unique(counts, axis=0, return_counts=True)  # many notes were answered alike
    together = _coincidences(kinds.astype(float))
    whole = np.tensordot(often.astype(float), together, axes=1)[None]
    observed = float(np.trace(whole[0]) / whole.sum())
    value = float(_alphas(whole, metric)[0])
    if np.isnan(value):
        return Agreement(None, None, None, len(counts), observed)
    if observed > 1 - 1e-12:
        shares = whole[0].sum(axis=1) / whole.sum()
        return Agreement(value, _least(len(counts), float(shares @ shares)), 1.0, len(counts), observed)
    low, high = _interval(together, often, metric, draws, seed)
    return Agreement(value, min(low, value), max(high, value), len(counts), observed)


def _least(units: int, alike: float) -> float:
    """The lower bound where nobody ever differed, of which a bootstrap sees no spread: as many notes may differ as the binomial leaves
    open, and by what two answers drawn by chance differ, which are `alike` so often."""
    differing = 1 - TAIL ** (1 / units)
    return float(max(1 - differing / (1 - alike), -1.0))


def _weights(categories: int, metric: Metric) -> Matrix:
    if metric == "nominal" or categories < 2:
        return np.eye(categories)
    places = np.arange(categories)
    return np.asarray(1.0 - ((places[:, None] - places[None, :]) / (categories - 1)) ** 2)


def _coincidences(counts: Matrix) -> Matrix:
    """Of each unit: how often each two answers stand beside each other, (units, categories, categories)."""
    pairs = counts[:, :, None] * counts[:, None, :] - np.eye(counts.shape[1]) * counts[:, :, None]
    return np.asarray(pairs / (counts.sum(axis=1) - 1)[:, None, None])


def _alphas(together: Matrix, metric: Metric) -> Matrix:
    """One alpha for each matrix of coincidences; not a number where all answers are one."""
    totals = together.sum(axis=2)
    distance = _distances(totals, metric)
    seen = (together * distance).sum(axis=(1, 2))
    chance = (totals[:, :, None] * totals[:, None, :] * distance).sum(axis=(1, 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(chance > 0, 1 - (totals.sum(axis=1) - 1) * seen / chance, np.nan))


def _distances(totals: Matrix, metric: Metric) -> Matrix:
    """How far two answers are apart, squared, for each row of totals; an ordinal step is as wide as the answers that it passes."""
    places = np.arange(totals.shape[1], dtype=float)
    if metric == "nominal":
        return np.broadcast_to(1 - np.eye(len(places)), (len(totals), len(places), len(places)))
    middles = np.broadcast_to(places, totals.shape) if metric == "interval" else np.cumsum(totals, axis=1) - totals / 2
    return np.asarray((middles[:, :, None] - middles[:, None, :]) ** 2)


def _interval(together: Matrix, often: Whole, metric: Metric, draws: int, seed: int) -> tuple[float, float]:
    """`together`: coincidences of each kind of unit; `often`: how many units are of it."""
    drawn = np.random.default_rng(seed).multinomial(often.sum(), often / often.sum(), size=draws).astype(float)
    found = _alphas(np.tensordot(drawn, together, axes=1), metric)
    found = found[~np.isnan(found)]
    low, high = np.percentile(found, (2.5, 97.5)) if len(found) else (-1.0, 1.0)
    return float(low), float(high)
