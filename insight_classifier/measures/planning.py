"""How many notes and labels it takes to see a change of a rate between two periods with the same authors. Pure.

The error of a difference has three parts: authors change their habits in different ways, which only more authors make up for; notes differ
within an author, which labels make up for; and so far as the model tells notes apart, all notes do, labelled or not.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from insight_classifier.errors import ArgumentError
from insight_classifier.measures.likeness import counted_authors, likeness, quality
from insight_classifier.measures.rates import LEAST_LABELS, Sample, rates
from insight_classifier.measures.recalibration import Ints
from insight_classifier.measures.significance import power

POWER = 0.8
MOST = 100_000  # of authors, or notes an author: beyond it nobody plans
NO_SURER = 1.5  # degrees of freedom that a label of the rarer kind brings a rate, see `rates`


@dataclass(frozen=True)
class Setting:
    """What is measured: `rate` before, from 0 to 1; `authors`, as if all wrote alike; `notes` of each author in each period.

    `correlation`: of two notes of an author in a period; `stability`: how much of what sets authors apart stays from period to period, from
    0 to 1; `quality`: how much of the difference between notes the model explains, from 0 (nothing, or no model) to 1.
    """

    rate: float
    authors: int
    notes: int
    correlation: float = 0.05
    stability: float = 0.5
    quality: float = 0.0

    @property
    def notes_a_period(self) -> int:
        return self.authors * self.notes


@dataclass(frozen=True)
class Need:
    """To see `change`: `labels` in each period, drawn by chance, and the power that they give; None where all notes are too few.

    Then `notes` is how many each author must write, or None where no number does; `authors`: how many it takes who write as many as now.
    """

    change: float
    labels: int | None
    power: float
    notes: int | None = None
    authors: int | None = None


def needed(setting: Setting, change: float, wanted: float = POWER) -> Need:
    """`change` of the rate, up or down, as a share. Raises ArgumentError where a number makes no sense."""
    _check(setting, change)

    def enough(labels: int) -> bool:
        return power_of(setting, change, labels) >= wanted

    labels = _first(enough, LEAST_LABELS, setting.notes_a_period)
    if labels is not None:
        return Need(change, labels, power_of(setting, change, labels))
    notes = _first(lambda number: _all_labelled(replace(setting, notes=number), change) >= wanted, setting.notes, MOST)
    authors = _first(lambda number: _all_labelled(replace(setting, authors=number), change) >= wanted, setting.authors, MOST)
    return Need(change, None, _all_labelled(setting, change), notes, authors)


def setting_of(sample: Sample, periods: Ints) -> Setting:
    """What labelled notes tell of themselves; `periods`: of each note, from 0. Raises ArgumentError where the labels are too few to."""
    rate = rates(sample, [np.arange(len(sample.scores))])[0]
    if rate.estimate is None:
        raise ArgumentError(f"nothing can be planned from these labels: {rate.why}")
    labelled = sample.labels >= 0
    authors = max(2, round(counted_authors(sample.authors)))
    alike = likeness(sample.labels[labelled], sample.authors[labelled], periods[labelled])
    plain = Setting(rate.estimate.value, authors, max(1, round(rate.notes / authors / len(np.unique(periods)))), alike.correlation)
    stability = plain.stability if alike.stability is None else alike.stability
    return replace(plain, stability=stability, quality=quality(sample))


def power_of(setting: Setting, change: float, labels: int) -> float:
    """The chance that the range of the difference leaves zero out, with so many labels in each period."""
    before, after = setting.rate, setting.rate + change
    spread = before * (1 - before) + after * (1 - after)
    habits = setting.correlation * (1 - setting.stability) / setting.authors
    seen = (1 - setting.quality) / labels + setting.quality / max(setting.notes_a_period, labels)
    error = (spread * (habits + (1 - setting.correlation) * seen)) ** 0.5
    rarer = sum(min(rate, 1 - rate) * labels for rate in (before, after))
    return power(abs(change) / error, min(setting.authors - 1.0, NO_SURER * rarer))


def _all_labelled(setting: Setting, change: float) -> float:
    return power_of(setting, change, max(setting.notes_a_period, LEAST_LABELS))


def _first(test: Callable[[int], bool], least: int, most: int) -> int | None:
    """The least number that passes, of a test that all above it pass; None where the greatest does not."""
    if most < least or not test(most):
        return None
    low, high = least, most
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if test(middle) else (middle + 1, high)
    return low


def _check(setting: Setting, change: float) -> None:
    if not change or not 0 < setting.rate < 1 or not 0 < setting.rate + change < 1:
        raise ArgumentError(
            f"a rate of {100 * setting.rate:g}% cannot change by {100 * change:g} points. Choose another change, from 0% to 100%"
        )
    if setting.authors < 2 or setting.notes < 1:
        raise ArgumentError("a plan takes two authors or more, who write a note or more in each period")
    for name in ("correlation", "stability", "quality"):
        value = getattr(setting, name)
        if not 0 <= value <= 1:
            raise ArgumentError(f"{name} is {value:g}: give a number from 0 to 1")
