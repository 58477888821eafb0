"""Everything that is told of some notes at once: figures of groups, what is missing most, alignment with a plan, ticks, the loop."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from insight_classifier.measures.alignment import Alignment, Plan, alignment
from insight_classifier.measures.facts import UNKNOWN
from insight_classifier.measures.figures import Figure, figures
from insight_classifier.measures.groups import Group
from insight_classifier.measures.guard import of_few
from insight_classifier.measures.loop import Loop, loop
from insight_classifier.measures.measure import Measure
from insight_classifier.measures.observations import Observations
from insight_classifier.measures.recalibration import Ints
from insight_classifier.measures.ticked import Ticked, explaining, ticked, ticked_as_met, with_tick
from insight_classifier.rule import Rule


@dataclass(frozen=True)
class Report:
    """`notes`, `labels`, `authors`: of everything that was read; 0 authors where none is known. `groups`: the total first.

    `missing`: figures of the label's checks, what is documented least first. `explaining`: of ticked notes.

    `plan`, `ticked`, `loop` are of the total; None where nothing is known of them, or the total is hidden.
    """

    notes: int
    labels: int
    authors: int
    groups: tuple[Group, ...]
    figures: tuple[Figure, ...]
    missing: tuple[Figure, ...]
    plan: Alignment | None
    ticked: Ticked | None
    explaining: tuple[Figure, ...]
    loop: Loop | None


def report(observations: Observations, measures: Sequence[Measure], groups: Sequence[Group], plan: Plan | None = None) -> Report:
    """The figures of these measures and groups, and the rest of the total."""
    total, authors = groups[0], len(observations.author.names)
    found = tuple(figures(observations, measures, groups))
    least = sorted(_of_the_rule(found, observations.definition.label.rule, total), key=_value)
    if total.rows is None:
        return Report(len(observations), len(observations.audit.rows), authors, tuple(groups), found, (), None, None, (), None)
    return Report(
        notes=len(observations),
        labels=len(observations.audit.rows),
        authors=authors,
        groups=tuple(groups),
        figures=found,
        missing=tuple(least),
        plan=alignment(observations, plan, total.rows) if plan else None,
        ticked=None if _few(observations, with_tick(observations, total.rows)) else ticked(observations, total.rows),
        explaining=_explaining(observations, total),
        loop=_loop(observations, total.rows),
    )


def _few(observations: Observations, rows: Ints) -> bool:
    """Whether a part of the total is too few people's to be shown by itself; where no author is known, nobody can be told from it."""
    return bool(observations.author.names) and of_few(observations.author.codes[rows].astype(np.int64))


def _loop(observations: Observations, rows: Ints) -> Loop | None:
    """Without the days where only few authors were answered."""
    found = loop(observations.written, observations.answered, observations.authors, rows)
    answered = rows[observations.answered.codes[rows] != UNKNOWN]
    return replace(found, days=None, days_range=None) if found and _few(observations, answered) else found


def _of_the_rule(found: Sequence[Figure], rule: Rule, total: Group) -> list[Figure]:
    return [figure for figure in found if figure.measure.name in rule.names and figure.group is total and figure.rate]


def _value(figure: Figure) -> float:
    assert figure.rate is not None
    return figure.rate.estimate.value if figure.rate.estimate else figure.rate.model


def _explaining(observations: Observations, total: Group) -> tuple[Figure, ...]:
    """What notes lack that are ticked as meeting the definition and do not; commonest first."""
    assert total.rows is not None
    rows = ticked_as_met(observations, total.rows)
    group = Group({"ticked": "yes"}, rows if len(rows) and not _few(observations, rows) else None)
    found = figures(observations, explaining(observations.definition), [group])
    return tuple(sorted((figure for figure in found if figure.rate), key=_value, reverse=True))
