"""Notes of several exclusive kinds (levels, objectives): their shares in all notes, and whatever follows from shares. Pure.

A plain rate is better estimated by `rates`. Here the correction is linear (prediction-powered inference, its weight fitted): only so do
shares add up to 1, and can they be told where a kind has no label yet. The jackknife is over authors, as everywhere.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insight_classifier.measures.estimates import Estimate, jackknifed
from insight_classifier.measures.rates import LEAST_AUTHORS, LEAST_LABELS, blocks_of
from insight_classifier.measures.recalibration import Floats, Ints

Statistic = Callable[[Floats], Floats]  # from shares, (rows, kinds), one value a row


@dataclass(frozen=True)
class Kinds:
    """`chances`: the model's, (notes, kinds), rows sum to 1; `labels`: the kind by people's word, -1: nobody looked; `authors` from 0."""

    chances: Floats
    labels: Ints
    authors: Ints

    def of(self, rows: Ints) -> "Kinds":
        """These notes alone. Authors keep their numbers, so that estimates of two parts can be compared."""
        return Kinds(self.chances[rows], self.labels[rows], self.authors[rows])


@dataclass(frozen=True)
class Shares:
    """`rows`: shares of everything, then without each block of authors, (1 + blocks, kinds); `model`: the model's own."""

    rows: Floats
    present: NDArray[np.bool_]
    labels: int
    model: Floats

    def estimate(self, statistic: Statistic) -> Estimate:
        """Of anything that follows from shares."""
        values = statistic(self.rows)
        return jackknifed(float(values[0]), np.where(self.present, values[1:], 0.0), self.present)


def shares(kinds: Kinds, blocks: Ints | None = None, number: int | None = None) -> Shares | None:
    """None where labels are too few, or of one author.

    `blocks`: of each note, and their `number`, where another set of notes is to be compared with: their moves must stand side by side.
    """
    blocks = blocks_of(kinds.authors) if blocks is None else blocks
    labelled = kinds.labels >= 0
    if labelled.sum() < LEAST_LABELS or len(np.unique(blocks[labelled])) < LEAST_AUTHORS:
        return None
    said = np.eye(kinds.chances.shape[1])[kinds.labels[labelled]]
    weight = _weight(said, kinds.chances[labelled])
    number = int(blocks.max()) + 1 if number is None else number
    of_all, of_labelled = _sums(kinds.chances, blocks, number), _sums(said - weight * kinds.chances[labelled], blocks[labelled], number)
    corrected = weight * _means(of_all) + _means(of_labelled)
    whole = np.clip(corrected, 0.0, 1.0)
    present = np.asarray(of_all[:, -1] > 0)
    return Shares(whole / whole.sum(axis=1, keepdims=True), present, int(labelled.sum()), kinds.chances.mean(axis=0))


def _weight(said: Floats, seen: Floats) -> float:
    """How far the model's word is worth following: 0 where it says nothing, as ordinary regression would have it."""
    spread = ((seen - seen.mean(axis=0)) ** 2).sum()
    together = ((seen - seen.mean(axis=0)) * (said - said.mean(axis=0))).sum()
    return float(np.clip(together / spread, 0.0, 1.0)) if spread else 0.0


def _sums(values: Floats, blocks: Ints, number: int) -> Floats:
    """Sums by block, and in the last column how many notes: (blocks, kinds + 1)."""
    columns = [np.bincount(blocks, weights=column, minlength=number) for column in values.T]
    return np.stack([*columns, np.bincount(blocks, minlength=number).astype(np.float64)], axis=1)


def _means(sums: Floats) -> Floats:
    """The mean with all blocks, and without each: (1 + blocks, kinds)."""
    rows = np.vstack([sums.sum(axis=0), sums.sum(axis=0) - sums])
    return np.asarray(rows[:, :-1] / np.maximum(rows[:, -1:], 1.0))
