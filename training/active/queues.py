"""The ways to choose what to label next, by name. Each gives the rows of a pool in the order of their worth, with the reason. Pure.

The audit alone is a random sample: only of its notes may rates be counted. The others say where a label teaches most.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from insight_classifier.outputs import Floats
from training.active.out_of_fold import out_of_fold
from training.active.pool import Ints, Pool
from training.active.suspects import suspects

NEIGHBOURS = 10
FEW = 50  # labels under which a class counts as rare
LEAST_CHANCE = 0.02  # a rarer class is not looked for where the model sees no sign of it


@dataclass(frozen=True)
class Choice:
    """One row of the pool, and why, in words that name the label but nothing of the note."""

    row: int
    reason: str


Queue = Callable[[Pool, int], Iterator[Choice]]  # the number seeds whatever is drawn


def audit(pool: Pool, seed: int) -> Iterator[Choice]:
    """By chance alone, from the notes that have no label."""
    for row in np.random.default_rng(seed).permutation(pool.unlabelled).tolist():
        yield Choice(row, "drawn by chance: what is found here holds for all")


def uncertain(pool: Pool, seed: int) -> Iterator[Choice]:
    """Where the model's two likeliest classes are nearest; of a check, where its chance is nearest to the threshold."""
    if pool.chances is None:
        return
    top = np.sort(pool.chances, axis=1)
    checks = pool.part.member is not None
    margin = np.abs(pool.chances[:, 1] - pool.part.threshold) if checks else top[:, -1] - top[:, -2]
    for row in _rising(margin, pool.unlabelled).tolist():
        first, second = np.argsort(-pool.chances[row], kind="stable")[:2].tolist()
        said = ", ".join(f"{pool.part.classes[k]} {pool.chances[row, k]:.2f}" for k in (first, second))
        yield Choice(row, f"the model is unsure: {said}")


def neighbours(pool: Pool, seed: int) -> Iterator[Choice]:
    """Where the model says otherwise than people said of the most similar notes of other authors; the largest majority first."""
    if pool.chances is None or len(pool.labelled) < NEIGHBOURS:
        return
    verdict, rows = _verdicts(pool, pool.chances), pool.unlabelled
    votes = np.stack([_votes(pool, row) for row in rows.tolist()]) if len(rows) else np.zeros((0, len(pool.part.classes)))
    against = votes.max(axis=1) - votes[np.arange(len(rows)), verdict[rows]]
    for place in np.argsort(-against, kind="stable").tolist():
        if against[place] <= 0:
            return
        share, said = votes[place].max(), pool.part.classes[int(votes[place].argmax())]
        yield Choice(
            int(rows[place]), f"similar notes are labelled {said} ({share:.0%}), the model says {pool.part.classes[verdict[rows[place]]]}"
        )


def diverse(pool: Pool, seed: int) -> Iterator[Choice]:
    """The farthest from everything that is labelled or chosen: greedy k-center (Gonzalez, 1985; Sener and Savarese, 2018)."""
    waiting = np.zeros(len(pool.ids), dtype=bool)
    waiting[pool.unlabelled] = True
    nearest = np.full(len(pool.ids), -1.0)
    if len(pool.labelled):
        nearest = (pool.vectors @ pool.vectors[pool.labelled].T).max(axis=1)
    elif waiting.any():  # begin in the middle of all notes
        nearest = -(pool.vectors @ pool.vectors.mean(axis=0))
    while waiting.any():
        row = int(np.where(waiting, nearest, np.inf).argmin())
        waiting[row] = False
        yield Choice(row, "unlike everything that is labelled or chosen so far")
        nearest = np.maximum(nearest, pool.vectors @ pool.vectors[row])


def rare(pool: Pool, seed: int) -> Iterator[Choice]:
    """Likely of a class that has few labels, the rarest class and the likeliest note first."""
    if pool.chances is None:
        return
    counts = np.bincount(pool.labels[pool.labelled], minlength=len(pool.part.classes))
    found = np.array([], dtype=np.int64)
    for kind in np.argsort(counts, kind="stable").tolist():
        if counts[kind] >= FEW:
            return
        rows = np.setdiff1d(pool.unlabelled[pool.chances[pool.unlabelled, kind] >= LEAST_CHANCE], found)
        found = np.union1d(found, rows)
        for row in _rising(-pool.chances[:, kind], rows).tolist():
            share = pool.chances[row, kind]
            yield Choice(row, f"may be {pool.part.classes[kind]} ({share:.2f}), which has {counts[kind]} labels so far")


def label_errors(pool: Pool, seed: int) -> Iterator[Choice]:
    """Labelled notes whose label may be wrong: notes of other authors that resemble them speak for another class."""
    held_out = out_of_fold(pool.vectors, pool.labels, pool.authors, len(pool.part.classes), seed=seed)
    if held_out is None:
        return
    for row in suspects(pool.labels[held_out.rows], held_out.chances):
        chances = held_out.chances[row]
        likely = pool.part.classes[int(chances.argmax())]
        at = int(held_out.rows[row])
        yield Choice(at, f"the label {pool.said(at)} may be wrong: from other authors' notes {likely} is likelier ({chances.max():.2f})")


QUEUES: Mapping[str, Queue] = {
    "audit": audit,
    "uncertain": uncertain,
    "neighbours": neighbours,
    "diverse": diverse,
    "rare": rare,
    "label_errors": label_errors,
}


def _rising(values: Floats, rows: Ints) -> Ints:
    """The rows in the order of their values."""
    return np.asarray(rows[np.argsort(values[rows], kind="stable")])


def _verdicts(pool: Pool, chances: Floats) -> Ints:
    """The class that the model says."""
    if pool.part.member is not None:
        return np.asarray(chances[:, 1] >= pool.part.threshold, dtype=np.int64)
    return np.asarray(chances.argmax(axis=1), dtype=np.int64)


def _votes(pool: Pool, row: int) -> Floats:
    """The share of each class among the nearest labelled notes of other authors, weighed by nearness: (classes,)."""
    others = pool.labelled[pool.authors[pool.labelled] != pool.authors[row]]
    near = pool.vectors[others] @ pool.vectors[row]
    best = np.argsort(-near, kind="stable")[:NEIGHBOURS]
    votes = np.bincount(pool.labels[others[best]], weights=np.maximum(near[best], 0), minlength=len(pool.part.classes))
    return np.asarray(votes / max(votes.sum(), 1e-9))
