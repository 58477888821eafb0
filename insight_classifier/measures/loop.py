"""Whether authors heard what became of their notes, and after how many days: known of each note, so no model and no sample is in it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insight_classifier.measures.estimates import Estimate, Range, jackknifed, rate_range
from insight_classifier.measures.facts import UNKNOWN, Column, day_of
from insight_classifier.measures.rates import blocks_of
from insight_classifier.measures.recalibration import Floats, Ints

DRAWS = 1000


@dataclass(frozen=True)
class Loop:
    """`share` answered, and `days` from note to answer: the median, None where none is answered. Ranges need answers to two authors."""

    notes: int
    answered: int
    share: float
    share_range: Range | None
    days: float | None
    days_range: Range | None


def loop(written: Column, answered: Column, authors: Ints, rows: Ints) -> Loop | None:
    """Of these notes; None where none has a date of answer. An answer before its note counts as one on the same day."""
    heard = answered.codes[rows] != UNKNOWN
    if not heard.any():
        return None
    share = _share(heard, blocks_of(authors)[rows])
    waits, whose = _waits(written, answered, rows[heard]), authors[rows[heard]]
    known = ~np.isnan(waits)
    days = float(np.median(waits[known])) if known.any() else None
    both = _median_range(waits[known], whose[known]) if len(np.unique(whose[known])) > 1 else None
    return Loop(len(rows), int(heard.sum()), float(heard.mean()), rate_range(share) if share else None, days, both)


def _share(heard: NDArray[np.bool_], blocks: Ints) -> Estimate | None:
    number = int(blocks.max()) + 1
    notes, yes = np.bincount(blocks, minlength=number), np.bincount(blocks[heard], minlength=number)
    present = notes > 0
    if present.sum() < 2:
        return None
    without = (yes.sum() - yes) / np.maximum(notes.sum() - notes, 1)
    return jackknifed(float(heard.mean()), without, present)


def _waits(written: Column, answered: Column, rows: Ints) -> Floats:
    """Days from each note to its answer; not a number where one of the two is no date."""
    first, last = (_ordinals(column)[column.codes[rows]] for column in (written, answered))
    return np.maximum(last - first, 0.0)


def _ordinals(column: Column) -> Floats:
    """Each name as a number of days; the last one stands for what is not known."""
    days = [day_of(name) for name in column.names]
    return np.array([*(np.nan if day is None else day.toordinal() for day in days), np.nan])


def _median_range(waits: Floats, authors: Ints) -> Range:
    """Percentiles over draws of whole authors: a median is too rough for a jackknife."""
    random = np.random.default_rng(0)
    parts = [waits[authors == author] for author in np.unique(authors)]
    medians = [np.median(np.concatenate([parts[place] for place in random.integers(0, len(parts), len(parts))])) for _ in range(DRAWS)]
    low, high = np.percentile(medians, (2.5, 97.5))
    return Range(float(low), float(high))
