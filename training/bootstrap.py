"""Intervals: percentiles over resamples that draw whole MSLs, with replacement, within each writer.

Notes of one MSL resemble each other, so drawing notes one by one would make the intervals too narrow. From few MSLs
(the test split has twelve) percentile intervals still run somewhat narrow.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insight_classifier.notes import LabelledNote
from insight_classifier.outputs import Floats
from training.aligned import Aligned, Ints
from training.metrics import lower_is_better, measures

RESAMPLES = 1000
SEED = 1
PERCENTILES = (2.5, 97.5)
CELLS = 2_000_000  # samples x notes that are measured at once; bounds the memory

Counts = NDArray[np.int16]


@dataclass(frozen=True)
class Interval:
    """A value with its 95% interval. `undefined` is the share of resamples that have no value and are left out."""

    value: float
    low: float
    high: float
    undefined: float = 0.0


@dataclass(frozen=True)
class Difference:
    """Two judges on the same notes: A minus B with its interval, and the share of resamples in which A is better (a tie is half)."""

    a: float
    b: float
    difference: Interval
    a_better: float


def writer_of(labelled: LabelledNote) -> str:
    """The writer's name: from the metadata, else the part of the id before the first hyphen."""
    return str(labelled.note.metadata.get("writer") or labelled.note.id.partition("-")[0])


def resamples(notes: Sequence[LabelledNote], *, rounds: int = RESAMPLES, seed: int = SEED) -> Counts:
    """How often each resample draws each note, shape (rounds, notes)."""
    random = np.random.default_rng(seed)
    counts = np.zeros((rounds, len(notes)), dtype=np.int16)
    for rows, members in _clusters(notes):
        size = int(members.max()) + 1
        drawn = random.multinomial(size, np.full(size, 1 / size), size=rounds)
        counts[:, rows] = drawn[:, members]
    return counts


def msls(notes: Sequence[LabelledNote]) -> int:
    """How many units are drawn from: MSLs, counted within writers."""
    return sum(int(members.max()) + 1 for _, members in _clusters(notes))


def _clusters(notes: Sequence[LabelledNote]) -> Iterator[tuple[Ints, Ints]]:
    """For each writer the rows of the notes and the number of the MSL of each.

    A note without an MSL stands for itself; so do the notes of a writer who has one MSL only, for lack of anything wider.
    """
    writers: dict[str, list[int]] = {}
    for row, labelled in enumerate(notes):
        writers.setdefault(writer_of(labelled), []).append(row)
    for _, rows in sorted(writers.items()):
        keys = [_msl(notes[row]) for row in rows]
        if len(set(keys)) == 1:
            keys = [("note", notes[row].note.id) for row in rows]
        yield np.array(rows, dtype=np.int64), np.unique(keys, axis=0, return_inverse=True)[1].reshape(-1)


def _msl(labelled: LabelledNote) -> tuple[str, str]:
    msl = labelled.note.metadata.get("msl")
    return ("note", labelled.note.id) if msl is None else ("msl", str(msl))


def intervals(aligned: Aligned, counts: NDArray[Any]) -> dict[str, Interval]:
    """Every metric of a judge with its interval."""
    values = {name: float(value[0]) for name, value in measures(aligned, np.ones((1, len(aligned.notes)))).items()}
    sampled = drawn(aligned, counts)
    return {name: _interval(value, sampled[name]) for name, value in values.items()}


def differences(a: Aligned, b: Aligned, counts: NDArray[Any]) -> dict[str, Difference]:
    """Every metric that both judges have, on the same resamples of the same notes."""
    once = np.ones((1, len(a.notes)))
    of_a, of_b = measures(a, once), measures(b, once)
    drawn_a, drawn_b = (_drawn(lambda block, judge=judge: measures(judge, block), counts) for judge in (a, b))  # type: ignore[misc]
    return {
        name: _difference(float(of_a[name][0]), float(of_b[name][0]), drawn_a[name] - drawn_b[name], lower=lower_is_better(name))
        for name in of_a
        if name in of_b
    }


def drawn(aligned: Aligned, counts: NDArray[Any]) -> dict[str, Floats]:
    """Every metric of a judge, one value a resample."""
    return _drawn(lambda block: measures(aligned, block), counts)


def _drawn(statistic: Callable[[Floats], dict[str, Floats]], counts: NDArray[Any]) -> dict[str, Floats]:
    """The statistic of every resample, a block of resamples at a time."""
    step = max(1, CELLS // max(1, counts.shape[1]))
    blocks = [statistic(counts[first : first + step].astype(np.float64)) for first in range(0, len(counts), step)]
    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}


def _interval(value: float, drawn: Floats) -> Interval:
    defined = drawn[~np.isnan(drawn)]
    if np.isnan(value) or not len(defined):
        return Interval(value, np.nan, np.nan, 1.0)
    low, high = np.percentile(defined, PERCENTILES)
    return Interval(value, float(low), float(high), 1 - len(defined) / len(drawn))


def _difference(a: float, b: float, drawn: Floats, *, lower: bool) -> Difference:
    defined = drawn[~np.isnan(drawn)] * (-1 if lower else 1)
    better = float(((defined > 0) + (defined == 0) / 2).mean()) if len(defined) else np.nan
    return Difference(a, b, _interval(a - b, drawn), better)
