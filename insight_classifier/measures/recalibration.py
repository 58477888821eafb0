"""A model's scores made true by people's labels: a logistic regression of labels on scores, for many subsets at once. Pure.

Scores are counted in bins of their log-odds, so that a fit costs the same for a thousand notes as for a million.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

REACH = 8.0  # log-odds beyond it count as it: a probability of 0.9997
BINS = 201
CENTRES: Floats = np.linspace(-REACH, REACH, BINS)
PRIOR = 0.5  # how strongly the slope is held to 1, in units of its information: without it a perfect model has no finite slope
ROUNDS, STEP = 25, 2.0  # of Newton's method, and its longest step
SETTLED = 1e-9


def bins_of(probabilities: Floats) -> Ints:
    """The bin of each probability."""
    safe = np.clip(probabilities, 1e-9, 1 - 1e-9)
    log_odds = np.clip(np.log(safe / (1 - safe)), -REACH, REACH)
    return np.rint((log_odds + REACH) * ((BINS - 1) / (2 * REACH))).astype(np.int64)


def slopes(no: Floats, yes: Floats) -> Floats:
    """How much of the scores' spread is true: one slope for each row of counts of labels by bin, shapes (rows, BINS)."""
    intercept, slope = np.zeros(len(no)), np.ones(len(no))
    for _ in range(ROUNDS):
        chance, weight, missing = _fitted(no, yes, intercept, slope)
        of_slope = (missing * CENTRES).sum(axis=1) - PRIOR * (slope - 1)
        a, b, c = weight.sum(axis=1) + SETTLED, (weight * CENTRES).sum(axis=1), (weight * CENTRES**2).sum(axis=1) + PRIOR
        of_intercept, determinant = missing.sum(axis=1), a * c - b * b + SETTLED
        up, steeper = (c * of_intercept - b * of_slope) / determinant, (a * of_slope - b * of_intercept) / determinant
        shrink = np.minimum(1.0, STEP / np.maximum(np.maximum(np.abs(up), np.abs(steeper)), SETTLED))
        intercept, slope = intercept + shrink * up, slope + shrink * steeper
        if max(np.abs(up).max(initial=0), np.abs(steeper).max(initial=0)) < SETTLED:
            break
    return slope


def recalibrated(no: Floats, yes: Floats, slope: Floats) -> Floats:
    """The true chance in each bin, shape (rows, BINS): the intercept makes the labelled notes' chances sum to their labels exactly.

    That is what frees the estimate of the model's errors, whatever the slope. Each row needs a yes and a no.
    """
    intercept = np.zeros(len(no))
    for _ in range(ROUNDS):
        chance, weight, missing = _fitted(no, yes, intercept, slope)
        step = np.clip(missing.sum(axis=1) / (weight.sum(axis=1) + SETTLED), -STEP, STEP)
        intercept = intercept + step
        if np.abs(step).max(initial=0) < SETTLED:
            break
    return _chance(intercept, slope)


def _fitted(no: Floats, yes: Floats, intercept: Floats, slope: Floats) -> tuple[Floats, Floats, Floats]:
    chance, labels = _chance(intercept, slope), no + yes
    return chance, labels * chance * (1 - chance), yes - labels * chance


def _chance(intercept: Floats, slope: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(intercept[:, None] + slope[:, None] * CENTRES, -40, 40))))
