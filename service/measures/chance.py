"""Which decided notes are a sample by chance, whatever queue the decisions came from. Pure.

Each note's `draw` is chance by its id, and has nothing to do with what the note says. The first so many notes in the order of draws are
therefore a random sample of all. People decide on some of them from other queues, such as the model's doubts, and those decided alone would
be no sample. So a beginning of that order is taken of which at least 95% are decided; what happens to be decided behind it does
not count. Of all such beginnings the one is taken that has most decided beyond 95% of it: it then ends where people stopped, while the
longest would go on into notes that were decided for what they say, until those made up 5% of it (found by simulation: 1.6 points of error,
where every note that says yes was decided for that, and none otherwise; none now). What is missing of the sample is told: had it all the
other answer, a rate would be off by the share of it, five points at most.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

NEARLY_ALL = 0.95


@dataclass(frozen=True)
class Drawn:
    """`rows`: the decided notes of the sample, in rising order; `notes`: how many it has, those included that nobody has decided on."""

    rows: Ints
    notes: int
    decided_elsewhere: int

    @property
    def missing(self) -> int:
        return self.notes - len(self.rows)


def drawn(draws: Ints, decided: Bools, rows: Ints) -> Drawn:
    """The sample of these notes. `draws`, `decided`: of all notes, (notes,)."""
    order = rows[np.argsort(draws[rows], kind="stable")]
    beyond = np.concatenate([[0.0], np.cumsum(decided[order] - NEARLY_ALL)])
    notes = len(order) - int(np.argmax(beyond[::-1]))  # of equal ones the longest
    first = order[:notes]
    return Drawn(np.sort(first[decided[first]]), notes, int(decided[order].sum()) - int(decided[first].sum()))


def decisions_for(draws: Ints, decided: Bools, rows: Ints, labels: int) -> int | None:
    """How many more notes of the queue of chance must be decided for a sample of so many labels; None where there are too few notes."""
    if labels > len(rows):
        return None
    order = rows[np.argsort(draws[rows], kind="stable")]
    return labels - int(decided[order[:labels]].sum())
