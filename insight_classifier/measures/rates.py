"""The rate of something in all notes, from a model's word on each and people's word on a random sample of them. Pure.

A model's own rate is off by its errors. Here its scores are only a help: labels of people recalibrate them (`recalibration`), so that the
estimate is centred on the truth whatever the model does, and the better the model, the fewer labels are needed. Survey statistics call it
a model-assisted estimator with a logistic model (Lehtonen and Veijanen, 1998); prediction-powered inference is its linear sister, but may
leave the range from 0 to 1, and is off where a thing is rare.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from insight_classifier.measures.estimates import MOST_BLOCKS, Estimate, Range, jackknifed, quantile, rate_range
from insight_classifier.measures.recalibration import BINS, Floats, Ints, bins_of, recalibrated, slopes

LEAST_LABELS, LEAST_AUTHORS = 30, 2
TARGET = 0.05  # half the width of a range that is worth showing
BEYOND = 0.025  # either tail of a range


@dataclass(frozen=True)
class Sample:
    """One thing in many notes: `scores` (the model's probability), `labels` (1, 0, or -1: nobody looked), `authors` (numbers from 0).

    The labelled notes must be a random sample of all notes: by chance, not by what the model was unsure of.
    """

    scores: Floats
    labels: Ints
    authors: Ints


@dataclass(frozen=True)
class Rate:
    """`estimate` and `range` are None where there are too few labels, and `why` says so; `model` is the model's own share, uncorrected.

    `from_labels`: what the labels alone say. `needed`: labels in all for a range of plus or minus 5 points; None where nothing can be said.
    `at_most`, `at_least`: where all labels agree, what they leave open, as if each note were an author of its own.
    """

    notes: int
    labels: int
    authors: int
    model: float
    estimate: Estimate | None = None
    range: Range | None = None
    from_labels: Range | None = None
    needed: int | None = None
    why: str | None = None
    at_least: float | None = None
    at_most: float | None = None


def rates(sample: Sample, groups: Sequence[NDArray[np.bool_] | Ints]) -> list[Rate]:
    """One rate for each group of notes: masks over the sample, or numbers of its notes, which is faster where groups are many.

    The slope is learned from all labels, the level from the group's own.
    """
    bins, blocks = bins_of(sample.scores), blocks_of(sample.authors)
    no, yes = (_counts(blocks, bins, sample.labels == said) for said in (0, 1))
    slope = slopes(*(np.vstack([one.sum(axis=0), one.sum(axis=0) - one]) for one in (no, yes)))
    chosen = (np.flatnonzero(group) if group.dtype == np.bool_ else group for group in groups)
    return [_rate(sample, rows.astype(np.int64), bins, blocks, slope) for rows in chosen]


def blocks_of(authors: Ints) -> Ints:
    """The block of each note: an author, or where there are very many, some of them together."""
    number = int(authors.max(initial=-1)) + 1
    if number <= MOST_BLOCKS:
        return authors
    return np.random.default_rng(number).permutation(number)[authors] % MOST_BLOCKS


def _rate(sample: Sample, group: Ints, bins: Ints, blocks: Ints, slope: Floats) -> Rate:
    labelled = group[sample.labels[group] >= 0]
    said = sample.labels[labelled]
    notes, labels, yes = len(group), len(labelled), int((said == 1).sum())
    authors = int(np.count_nonzero(np.bincount(sample.authors[group])))
    plain = Rate(notes, labels, authors, float(sample.scores[group].mean()) if notes else float("nan"))
    if why := _too_few(notes, labels, len(np.unique(blocks[labelled])), yes):
        return Rate(**{**vars(plain), "why": why, "needed": _first_need(labels), **_open(labels, yes)})
    everything = _counts(blocks, bins, group, len(slope) - 1)
    no, of_yes = (_counts(blocks, bins, labelled[said == answer], len(slope) - 1) for answer in (0, 1))
    estimate, alone = (
        _no_surer(one, min(yes, labels - yes)) for one in (_estimate(everything, no, of_yes, slope), _from_labels(no, of_yes))
    )
    told = {
        "estimate": estimate,
        "range": rate_range(estimate),
        "from_labels": rate_range(alone),
        "needed": labels_needed(labels, estimate),
    }
    return Rate(**{**vars(plain), **told})


def labels_needed(labels: int, estimate: Estimate, target: float = TARGET) -> int:
    """How many labels in all it takes for a range of plus or minus `target`, as far as so many of them tell."""
    return max(LEAST_LABELS, int(np.ceil(labels * (quantile(estimate.freedom) * estimate.error / target) ** 2)))


def _estimate(everything: Floats, no: Floats, yes: Floats, slope: Floats) -> Estimate:
    """The mean recalibrated chance of all notes, and without each block."""
    of_all, of_no, of_yes = (np.vstack([one.sum(axis=0), one.sum(axis=0) - one]) for one in (everything, no, yes))
    present = np.asarray(everything.any(axis=1))
    rows = np.concatenate([[True], present])
    # Without the one author of all its yeses a group has no chance to fit: half a label on either side holds it.
    lone = (of_yes.sum(axis=1) == 0) | (of_no.sum(axis=1) == 0)
    held = lone[:, None] * (of_all / np.maximum(of_all.sum(axis=1, keepdims=True), 1)) / 2
    chance = recalibrated((of_no + held)[rows], (of_yes + held)[rows], slope[rows])
    found = np.full(len(rows), np.nan)
    found[rows] = (of_all[rows] * chance).sum(axis=1) / of_all[rows].sum(axis=1)
    return jackknifed(float(found[0]), np.where(present, found[1:], 0.0), present)


def _no_surer(estimate: Estimate, rarer: int) -> Estimate:
    """Few labels of the rarer kind tell their own spread no better than few authors do; found by simulation at rates of 5%."""
    return replace(estimate, freedom=min(estimate.freedom, 1.5 * rarer))


def _from_labels(no: Floats, yes: Floats) -> Estimate:
    """The share of yes among the labelled notes, and without each block."""
    said, met = (no + yes).sum(axis=1), yes.sum(axis=1)
    present = np.asarray(said > 0)
    without = (met.sum() - met) / np.maximum(said.sum() - said, 1)
    return jackknifed(float(met.sum() / said.sum()), without, present)


def _counts(blocks: Ints, bins: Ints, chosen: NDArray[np.bool_] | Ints, number: int | None = None) -> Floats:
    """How many of the chosen notes each block has in each bin, shape (blocks, BINS)."""
    rows = int(blocks.max(initial=-1)) + 1 if number is None else number
    return np.bincount(blocks[chosen] * BINS + bins[chosen], minlength=rows * BINS).reshape(rows, BINS).astype(np.float64)


def _too_few(notes: int, labels: int, authors: int, yes: int) -> str | None:
    if not notes:
        return "There are no notes."
    if labels < LEAST_LABELS:
        return f"{labels} of the notes were drawn by chance and judged by people; it takes {LEAST_LABELS} at least."
    if authors < LEAST_AUTHORS:
        return "All labelled notes have one author: nothing can be said of others."
    if yes in (0, labels):
        return f"All {labels} labelled notes agree. With more labels there will be some of the other kind."
    return None


def _first_need(labels: int) -> int:
    """How many labels it takes to say anything."""
    return max(LEAST_LABELS, 2 * labels if labels >= LEAST_LABELS else 0)


def _open(labels: int, yes: int) -> dict[str, float]:
    """The exact bound of the binomial where every label agrees."""
    bound = 1 - BEYOND ** (1 / labels) if labels else 1.0
    return {"at_least": 0.0, "at_most": bound} if not yes else {"at_least": 1 - bound, "at_most": 1.0}
