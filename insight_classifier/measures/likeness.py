"""How alike the notes of one author are, and how well a model tells notes apart, as labels show. Pure."""

from dataclasses import dataclass

import numpy as np

from insight_classifier.measures.rates import Sample
from insight_classifier.measures.recalibration import BINS, Floats, Ints, bins_of, recalibrated, slopes


@dataclass(frozen=True)
class Likeness:
    """`correlation`: of two notes of an author in a period, from 0 to 1; `stability`: that of two of different periods in proportion to it.

    `stability` is None with one period, or where authors do not differ.
    """

    correlation: float
    stability: float | None


def likeness(labels: Ints, authors: Ints, periods: Ints) -> Likeness:
    """From labels (1 or 0), by the mean product of two notes' distances from their periods' rates. Needs an author with two notes."""
    distance = labels - _rates(labels, periods)
    spread = float(distance @ distance) / len(labels)
    cells = authors * (int(periods.max()) + 1) + periods
    within, across = _products(distance, cells), _products(distance, authors)
    others = _products(distance, np.zeros_like(authors))
    # Distances sum to zero, which alone makes two notes of different authors a little unlike: that is taken off.
    apart = _mean(others, across)
    same = _mean(within, (0.0, 0.0)) - apart
    correlation = float(np.clip(same / spread, 0, 1)) if spread else 0.0
    if not correlation or across[1] == within[1]:
        return Likeness(correlation, None)
    return Likeness(correlation, float(np.clip((_mean(across, within) - apart) / same, 0, 1)))


def quality(sample: Sample) -> float:
    """How much of the difference between labelled notes the recalibrated scores explain, from 0 to 1. Needs a yes and a no."""
    labelled = sample.labels >= 0
    said, bins = sample.labels[labelled], bins_of(sample.scores[labelled])
    no, yes = (np.bincount(bins[said == answer], minlength=BINS).astype(np.float64)[None] for answer in (0, 1))
    chance = recalibrated(no, yes, slopes(no, yes))[0][bins]
    return float(np.clip(1 - ((said - chance) ** 2).sum() / ((said - said.mean()) ** 2).sum(), 0, 1))


def counted_authors(authors: Ints) -> float:
    """How many authors who wrote alike tell as much as these do, who did not (Kish, 1965)."""
    notes = np.bincount(authors).astype(np.float64)
    return float(notes.sum() ** 2 / (notes @ notes))


def _rates(labels: Ints, periods: Ints) -> Floats:
    yes, all_of = np.bincount(periods, weights=labels), np.bincount(periods)
    return np.asarray((yes / np.maximum(all_of, 1))[periods])


def _products(distance: Floats, cells: Ints) -> tuple[float, float]:
    """The sum of products of all ordered pairs within a cell, and how many pairs."""
    _, cells = np.unique(cells, return_inverse=True)
    sums, numbers = np.bincount(cells, weights=distance), np.bincount(cells).astype(np.float64)
    return float(sums @ sums - distance @ distance), float(numbers @ numbers - numbers.sum())


def _mean(pairs: tuple[float, float], without: tuple[float, float]) -> float:
    number = pairs[1] - without[1]
    return (pairs[0] - without[0]) / number if number else 0.0
