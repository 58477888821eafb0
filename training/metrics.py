"""Statistics of a judge against a person: pure functions of arrays and of how often each note counts.

`counts` has the shape (samples, notes): a row of ones is the data itself, a row of a bootstrap says how often each
note was drawn. So a thousand resamples cost a few matrix products. Every statistic returns one number a sample. It is NaN
where it is undefined: where the person uses one class only (AUC, kappa, macro F1), or says yes to none (F1, recall).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from insight_classifier.definition import Definition
from insight_classifier.judgement import Judgement
from insight_classifier.notes import LabelledNote
from insight_classifier.outputs import Floats
from training.aligned import EVIDENCE, Aligned, Binary, Bools, Characters, Graded, Ints, align

BINS = 10  # of the calibration, each with the same number of notes
PRECISION_FLOOR = 0.5  # of the safety lane: one alarm in two may be false
LOWER_IS_BETTER = ("ece", "brier")


def measure(
    definition: Definition, labelled: Sequence[LabelledNote], judged: Sequence[Judgement], parts: frozenset[str] | None = None
) -> dict[str, float]:
    """Every metric by its flat name, `label.auc` for example. `parts` names what the judge judges; None is everything."""
    aligned = align(definition, labelled, judged, parts)
    return {name: float(values[0]) for name, values in measures(aligned, np.ones((1, len(labelled)))).items()}


def measures(aligned: Aligned, counts: Floats) -> dict[str, Floats]:
    """Every metric, one value a sample."""
    found: dict[str, Floats] = {}
    for name, binary in aligned.binary.items():
        found |= _under(name, of_binary(binary, counts))
        if name in aligned.safety:
            found |= _under(name, of_safety(binary, counts))
    for name, graded in aligned.graded.items():
        found |= _under(name, of_graded(graded, counts))
    if aligned.tags:
        found |= _under(EVIDENCE, of_evidence(aligned.tags, aligned.characters, counts))
    return found


def lower_is_better(metric: str) -> bool:
    """Whether a smaller value of the metric is the better one."""
    return metric.rpartition(".")[2] in LOWER_IS_BETTER


def of_binary(binary: Binary, counts: Floats) -> dict[str, Floats]:
    """F1 and kappa of the decision; AUC and calibration of the probability where there is one."""
    table = confusion(binary.gold.astype(np.int64), binary.met.astype(np.int64), 2, counts)
    found = {"f1": f1(table), "kappa": kappa(table)}
    if binary.probability is None:
        return found
    gold, chance = binary.gold, binary.probability
    return {"auc": auc(gold, chance, counts), **found, "ece": ece(gold, chance, counts), "brier": brier(gold, chance, counts)}


def of_safety(binary: Binary, counts: Floats) -> dict[str, Floats]:
    """What a safety lane is judged by."""
    table = confusion(binary.gold.astype(np.int64), binary.met.astype(np.int64), 2, counts)
    found = {"precision": _ratio(table[:, 1, 1], table[:, :, 1].sum(axis=1)), "recall": _ratio(table[:, 1, 1], table[:, 1].sum(axis=1))}
    if binary.probability is None:
        return found
    return found | {"recall_at_precision": recall_at_precision(binary, counts)}


def of_graded(graded: Graded, counts: Floats) -> dict[str, Floats]:
    """How near a scale's level is, or how often a choice's option is right."""
    table = confusion(graded.gold, graded.said, graded.size, counts)
    if not graded.ordered:
        return {"accuracy": within(table, 0), "macro_f1": macro_f1(table), "kappa": kappa(table)}
    return {
        "quadratic_kappa": kappa(table, quadratic=True),
        "accuracy": within(table, 0),
        "adjacent_accuracy": within(table, 1),
        "macro_f1": macro_f1(table),
    }


def of_evidence(tags: Sequence[str], characters: Characters, counts: Floats) -> dict[str, Floats]:
    """F1 over characters, all notes together (micro), a tag; and the mean of the tags that the person used."""
    shared, said, gold = (counts @ sizes for sizes in (characters.shared, characters.said, characters.gold))
    each = np.where(gold > 0, _ratio(2 * shared, said + gold), np.nan)
    mean = _ratio(np.nansum(each, axis=1), (~np.isnan(each)).sum(axis=1))
    return {f"{tag}.f1": each[:, column] for column, tag in enumerate(tags)} | {"mean.f1": mean}


def confusion(gold: Ints, said: Ints, size: int, counts: Floats) -> Floats:
    """Counts by what the person and the judge say, shape (samples, size, size)."""
    cells = np.zeros((len(gold), size * size))
    cells[np.arange(len(gold)), gold * size + said] = 1.0
    return np.asarray((counts @ cells).reshape(len(counts), size, size))


def f1(table: Floats) -> Floats:
    """Of the positive class of a two by two table."""
    positive = table[:, 1].sum(axis=1)
    return np.where(positive > 0, _ratio(2 * table[:, 1, 1], positive + table[:, :, 1].sum(axis=1)), np.nan)


def macro_f1(table: Floats) -> Floats:
    """The mean F1 of the classes that the person or the judge uses."""
    used = table.sum(axis=1) + table.sum(axis=2)
    each = _ratio(2 * np.diagonal(table, axis1=1, axis2=2), used)
    return np.where(_several(table), _ratio(np.nansum(each, axis=1), (used > 0).sum(axis=1)), np.nan)


def within(table: Floats, distance: int) -> Floats:
    """The share of notes at most so many levels apart."""
    index = np.arange(table.shape[1])
    near = np.abs(index[:, None] - index) <= distance
    return _ratio((table * near).sum(axis=(1, 2)), table.sum(axis=(1, 2)))


def kappa(table: Floats, *, quadratic: bool = False) -> Floats:
    """Cohen's kappa; `quadratic` weighs a disagreement by its squared distance."""
    index = np.arange(table.shape[1])
    weight = (index[:, None] - index) ** 2.0 if quadratic else 1.0 - np.eye(len(index))
    expected = table.sum(axis=2)[:, :, None] * table.sum(axis=1)[:, None, :]
    total = table.sum(axis=(1, 2))
    value = 1.0 - _ratio((table * weight).sum(axis=(1, 2)) * total, (expected * weight).sum(axis=(1, 2)))
    return np.where(_several(table), value, np.nan)


def auc(gold: Bools, scores: Floats, counts: Floats) -> Floats:
    """The chance that a positive note scores above a negative one; a tie counts half."""
    order, ties = _ranked(scores)
    drawn = counts[:, order]
    positive = np.add.reduceat(drawn * gold[order], ties, axis=1)
    negative = np.add.reduceat(drawn * ~gold[order], ties, axis=1)
    below = np.cumsum(negative, axis=1) - negative
    return _ratio((positive * (below + negative / 2)).sum(axis=1), positive.sum(axis=1) * negative.sum(axis=1))


def brier(gold: Bools, probability: Floats, counts: Floats) -> Floats:
    """The mean squared distance of the probability from what is so."""
    return _ratio(counts @ (probability - gold) ** 2, counts.sum(axis=1))


def ece(gold: Bools, probability: Floats, counts: Floats) -> Floats:
    """Expected calibration error over ten bins of equal mass: the mean gap between mean probability and observed share."""
    order, bins = _bins(probability, counts)
    gaps = _binned(bins, counts[:, order] * (probability - gold)[order])
    return _ratio(np.abs(gaps).sum(axis=1), counts.sum(axis=1))


@dataclass(frozen=True)
class Point:
    """One bin of a reliability plot."""

    predicted: float  # mean probability
    observed: float  # share of positive notes
    notes: int


def reliability(gold: Bools, probability: Floats) -> tuple[Point, ...]:
    """The points of a reliability plot, from the same bins as `ece`."""
    once = np.ones((1, len(gold)))
    order, bins = _bins(probability, once)
    size, chance, positive = (_binned(bins, once * values[order])[0] for values in (np.ones(len(gold)), probability, gold.astype(float)))
    return tuple(Point(float(chance[b] / size[b]), float(positive[b] / size[b]), int(size[b])) for b in np.flatnonzero(size).tolist())


def recall_at_precision(binary: Binary, counts: Floats, floor: float = PRECISION_FLOOR) -> Floats:
    """The best recall over all thresholds of the probability whose precision is at least `floor`; 0 where none is.

    A hit of the rules counts as positive at every threshold: that is how the lane works.
    """
    assert binary.probability is not None
    order, ties = _ranked(np.where(binary.ruled, -np.inf, -binary.probability))
    drawn = counts[:, order]
    hits = np.cumsum(np.add.reduceat(drawn * binary.gold[order], ties, axis=1), axis=1)
    alarms = np.cumsum(np.add.reduceat(drawn, ties, axis=1), axis=1)
    best = np.where(hits >= floor * alarms, hits, 0.0).max(axis=1)
    return _ratio(best, hits[:, -1])


def _ranked(scores: Floats) -> tuple[Ints, Ints]:
    """The order from the lowest score, and where each group of equal scores begins in it."""
    order = np.argsort(scores, kind="stable")
    ordered = scores[order]
    return order, np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))


def _bins(probability: Floats, counts: Floats) -> tuple[Ints, Ints]:
    """The order of the notes and their bins in it, shape (samples, notes). Notes of equal probability share a bin."""
    order, ties = _ranked(probability)
    mass = np.add.reduceat(counts[:, order], ties, axis=1)
    middle = np.cumsum(mass, axis=1) - mass / 2
    bins = np.minimum(middle / mass.sum(axis=1, keepdims=True) * BINS, BINS - 1).astype(np.int64)
    return order, np.repeat(bins, np.diff([*ties, len(order)]), axis=1)


def _binned(bins: Ints, values: Floats) -> Floats:
    """Sums of the values a bin, shape (samples, bins)."""
    samples = len(bins)
    flat = bins + np.arange(samples)[:, None] * BINS
    sums = np.bincount(flat.ravel(), weights=values.ravel(), minlength=samples * BINS)
    return np.asarray(sums.reshape(samples, BINS), dtype=np.float64)


def _several(table: Floats) -> Bools:
    """Whether the person uses more than one class."""
    return np.asarray((table.sum(axis=2) > 0).sum(axis=1) > 1)


def _ratio(part: Floats, whole: Floats) -> Floats:
    """part / whole, NaN where there is nothing."""
    return np.asarray(np.divide(part, whole, out=np.full(np.broadcast_shapes(part.shape, whole.shape), np.nan), where=whole > 0))


def _under(name: str, found: Mapping[str, Floats]) -> dict[str, Floats]:
    return {f"{name}.{metric}": values for metric, values in found.items()}
