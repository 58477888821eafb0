"""Measures of groups: each a rate, a ratio or a mean with its range, from the model's word on all notes and people's on a sample."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from insight_classifier.measures.estimates import Estimate, Range, combined, range_of, rate_range, ratio
from insight_classifier.measures.events import Event
from insight_classifier.measures.groups import Group
from insight_classifier.measures.measure import Measure
from insight_classifier.measures.observations import Observations
from insight_classifier.measures.rates import Rate, labels_needed, rates
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
    parts = [_of(observations, event, groups) for event in measure.events]
    if measure.among is not None:
        wholes = _of(observations, measure.among, groups)
        return [(_ratio(part, whole), whole.model * whole.notes) for part, whole in zip(parts[0], wholes, strict=True)]
    if measure.is_share:
        return [(rate, None) for rate in parts[0]]
    return [(_sum(steps), None) for steps in zip(*parts, strict=True)]


def _of(observations: Observations, event: Event, groups: Sequence[Ints]) -> list[Rate]:
    return rates(observations.sample(event), groups)


def _ratio(part: Rate, whole: Rate) -> Rate:
    """The share of a part in the notes that it is among. Nothing is told where either is not known."""
    model = part.model / whole.model if whole.model else float("nan")
    plain = Rate(whole.notes, whole.labels, whole.authors, model)
    if whole.estimate is None or whole.estimate.value <= 0:
        return replace(plain, why=whole.why, needed=whole.needed)
    if part.estimate is None:
        most = None if part.at_most is None else min(1.0, part.at_most / whole.estimate.value)
        return replace(plain, why=part.why, needed=part.needed, at_least=part.at_least, at_most=most)
    return _told(plain, ratio(part.estimate, whole.estimate), rate_range)


def _sum(steps: Sequence[Rate]) -> Rate:
    """A mean level: the sum of how often each step is reached."""
    plain = replace(steps[0], model=sum(step.model for step in steps), from_labels=None, at_least=None, at_most=None)
    known = [step.estimate for step in steps if step.estimate is not None]
    if len(known) < len(steps):
        missing = next(step for step in steps if step.estimate is None)
        return replace(plain, estimate=None, range=None, why=missing.why, needed=missing.needed)
    whole = combined(known, [1.0] * len(known))

    def within(estimate: Estimate) -> Range:
        found = range_of(estimate)
        return Range(max(found.low, 0.0), min(found.high, float(len(steps))))

    return _told(plain, whole, within)


def _told(plain: Rate, estimate: Estimate, ranged: Callable[[Estimate], Range]) -> Rate:
    needed = labels_needed(plain.labels, estimate)
    return replace(plain, estimate=estimate, range=ranged(estimate), needed=needed, why=None)
