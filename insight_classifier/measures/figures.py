"""Measures of groups: each a rate, a ratio or a mean with its range, from the model's word on all notes and people's on a sample."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from insight_classifier.measures.estimates import Range, range_of, rate_range, ratio
from insight_classifier.measures.groups import Group
from insight_classifier.measures.kinds import Kinds, shares
from insight_classifier.measures.measure import Measure
from insight_classifier.measures.observations import Observations
from insight_classifier.measures.rates import LEAST_LABELS, TARGET, Rate, blocks_of, labels_needed, rates
from insight_classifier.measures.recalibration import Ints


@dataclass(frozen=True)
class Figure:
    """A measure of a group. `rate` is None where the group is hidden; of a mean level it is no share, but a number of levels.

    `base`: notes that the measure counts among, as the model estimates them; all notes where it names none.
    """

    measure: Measure
    group: Group
    rate: Rate | None
    base: float | None = None


def figures(observations: Observations, measures: Sequence[Measure], groups: Sequence[Group]) -> Iterator[Figure]:
    """Measure by measure, each of all groups."""
    visible = [group.rows for group in groups if group.rows is not None]
    for measure in measures:
        found = iter(_rates(observations, measure, visible))
        for group in groups:
            rate, base = next(found) if group.rows is not None else (None, None)
            yield Figure(measure, group, rate, base)


def _rates(observations: Observations, measure: Measure, groups: Sequence[Ints]) -> list[tuple[Rate, float | None]]:
    if measure.mean_of is not None:
        return [(rate, None) for rate in _means(observations.kinds(measure.mean_of), groups)]
    assert measure.event is not None
    parts = rates(observations.sample(measure.event), groups)
    if measure.among is None:
        return [(part, None) for part in parts]
    wholes = rates(observations.sample(measure.among), groups)
    return [(_ratio(part, whole), whole.model * whole.notes) for part, whole in zip(parts, wholes, strict=True)]


def _ratio(part: Rate, whole: Rate) -> Rate:
    """The share of a part in the notes that it is among. Nothing is told where either is not known."""
    model = part.model / whole.model if whole.model else float("nan")
    plain = Rate(whole.notes, whole.labels, whole.authors, model)
    if whole.estimate is None or whole.estimate.value <= 0:
        return replace(plain, why=whole.why, needed=whole.needed)
    if part.estimate is None:
        most = None if part.at_most is None else min(1.0, part.at_most / whole.estimate.value)
        return replace(plain, why=part.why, needed=part.needed, at_least=part.at_least, at_most=most)
    found = ratio(part.estimate, whole.estimate)
    return replace(plain, estimate=found, range=rate_range(found), needed=labels_needed(plain.labels, found))


def _means(kinds: Kinds, groups: Sequence[Ints]) -> Iterator[Rate]:
    """The mean level of each group; how many labels are needed is told for a range of a twentieth of the scale either way."""
    levels, blocks = np.arange(kinds.chances.shape[1], dtype=np.float64), blocks_of(kinds.authors)
    for rows in groups:
        part = kinds.of(rows)
        labels = int((part.labels >= 0).sum())
        plain = Rate(len(rows), labels, len(np.unique(part.authors)), float(part.chances.mean(axis=0) @ levels))
        found = shares(part, blocks[rows], int(blocks.max(initial=-1)) + 1)
        if found is None:
            yield replace(plain, why=f"{labels} labels, or of one author.", needed=max(LEAST_LABELS, labels + 1))
            continue
        estimate = found.estimate(lambda each: np.asarray(each @ levels))
        within = range_of(estimate)
        needed = labels_needed(labels, estimate, TARGET * float(levels[-1]))
        yield replace(plain, estimate=estimate, range=Range(max(within.low, 0.0), min(within.high, float(levels[-1]))), needed=needed)
