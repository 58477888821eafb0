"""Everything that the page of measures and the report show of some notes, from columns and what a reader asks. Pure, and takes a second."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from insight_classifier.definition import Definition
from insight_classifier.errors import ArgumentError
from insight_classifier.measures.alignment import Plan
from insight_classifier.measures.comparisons import Comparison, Pair, compare
from insight_classifier.measures.facts import TENURE, Bands
from insight_classifier.measures.figures import Figure, figures
from insight_classifier.measures.groups import NOT_STATED, Group, grouped
from insight_classifier.measures.guard import LEAST_AUTHORS
from insight_classifier.measures.loop import Loop, loop
from insight_classifier.measures.measure import Measure
from insight_classifier.measures.observations import Observations
from insight_classifier.measures.peers import Peer
from insight_classifier.measures.report import Report, report
from insight_classifier.measures.trends import Trend, trend
from service.errors import RequestError
from service.measures.asked import Asked
from service.measures.chance import Drawn, decisions_for
from service.measures.reading import Notes, sampled

MOST_PANELS = 12


@dataclass(frozen=True)
class Sources:
    """What is measured, and beside what. `measures`: all of the definition and declared; `known`: the label first, then the published."""

    definition: Definition
    measures: tuple[Measure, ...]
    peers: tuple[Peer, ...] = ()
    plan: Plan | None = None
    bands: Bands = ()

    @property
    def published(self) -> tuple[Measure, ...]:
        """Those that others have published figures of, in their order."""
        names = dict.fromkeys(peer.measure for peer in self.peers)
        known = {measure.name: measure for measure in self.measures}
        return tuple(known[name] for name in names if name in known)

    @property
    def declared(self) -> tuple[Measure, ...]:
        """Those of several dimensions that a file declares: gaps between one thing and another."""
        return tuple(one for one in self.measures if one.dimension is None and one is not self.measures[0])

    @property
    def leading(self) -> tuple[Measure, ...]:
        """Those that are followed in time and compared between groups."""
        return (*self.declared[:1], *self.published, self.measures[0])


@dataclass(frozen=True)
class Series:
    """One measure of one group over periods."""

    title: str
    figures: tuple[Figure, ...]
    trend: Trend


@dataclass(frozen=True)
class Grouping:
    """Figures of the leading measures by groups; `compared`: the last group less the first, where that means something."""

    by: str
    figures: tuple[Figure, ...]
    compared: tuple[Comparison, ...] = ()


@dataclass(frozen=True)
class Measured:
    """`report` is of the total; None: it may not be shown, `of` has fewer than five authors. `more`: decisions for a range of 5 points."""

    asked: Asked
    at: datetime
    notes: int
    authors: int
    elsewhere: int
    unsettled: int
    models: int
    others: int  # notes that were judged under another version of the definition
    sample: Drawn | None = None
    more: int | None = None
    report: Report | None = None
    series: tuple[Series, ...] = ()
    compared: tuple[Comparison, ...] = ()
    tenure: Grouping | None = None
    groups: Grouping | None = None
    by_group: tuple[Series, ...] = ()
    followed: Measure | None = None
    loop: Loop | None = None


def measured(notes: Notes, asked: Asked, sources: Sources) -> Measured:
    """Raises RequestError where a filter fits no note."""
    own = _own(notes.observations, asked.author)
    try:
        total = grouped(notes.observations, (), asked.filters, own)[0]
        return _measured(notes, asked, sources, total, own)
    except ArgumentError as problem:
        raise RequestError(f"{str(problem)[:300]}. All notes are at /measures.", "invalid_request") from problem


def _measured(notes: Notes, asked: Asked, sources: Sources, total: Group, own: int | None) -> Measured:
    whole, print_ = notes.observations, sources.definition.fingerprint
    judges = {model for _, _, model in whole.origins}
    others = sum(count for (_, other, _), count in whole.origins.items() if other != print_)
    about = (asked, notes.at, len(notes), len(whole.author.names), notes.elsewhere)
    if total.rows is None:
        return Measured(*about, 0, len(judges), others)
    observations, sample = sampled(notes, total.rows)
    found = report(observations, sources.measures, [total], sources.plan)
    unsettled = int(np.isin(notes.unsettled, sample.rows).sum())
    series = _series(observations, sources.leading, asked, own)
    followed = next((one for one in sources.leading if one.name == asked.measure), [sources.measures[0], *sources.published][-1])
    return Measured(
        *about,
        unsettled,
        len(judges),
        others,
        sample,
        _more(notes, total, found),
        found,
        series,
        tuple(compare([pair for one in series if (pair := _ends(one)) is not None])),
        _tenure(observations, sources, asked, own),
        _groups(observations, sources, asked, own),
        _by_group(observations, followed, asked, own),
        followed,
        _loop(notes, total),
    )


def _loop(notes: Notes, total: Group) -> Loop | None:
    """Of insights, where enough authors have any."""
    assert total.rows is not None
    observations, insights = notes.observations, total.rows[notes.insight[total.rows]]
    if len(np.unique(observations.author.codes[insights])) < LEAST_AUTHORS:
        return None
    return loop(observations.written, observations.answered, observations.authors, insights)


def _own(observations: Observations, author: str | None) -> int | None:
    return observations.author.names.index(author) if author in observations.author.names else None


def _more(notes: Notes, total: Group, found: Report) -> int | None:
    """So many more decisions by chance put the label within 5 points."""
    rate = found.figures[0].rate
    assert total.rows is not None
    if rate is None or rate.needed is None:
        return None
    return decisions_for(notes.draws, notes.decided, total.rows, rate.needed)


def _series(observations: Observations, measures: Sequence[Measure], asked: Asked, own: int | None) -> tuple[Series, ...]:
    groups = [one for one in grouped(observations, [asked.unit], asked.filters, own)[1:] if one.title != NOT_STATED]
    found = list(figures(observations, measures, groups)) if groups else []
    each = [tuple(found[place : place + len(groups)]) for place in range(0, len(found), max(1, len(groups)))]
    return tuple(Series(one[0].measure.title, one, _trend(one[0].measure.title, one, asked.unit)) for one in each)


def _trend(title: str, found: Sequence[Figure], unit: str) -> Trend:
    return trend(title, {figure.group.values[unit]: figure.rate for figure in found if figure.rate is not None})


def _ends(series: Series) -> Pair | None:
    """The first and the last period of which something is known."""
    known = [figure for figure in series.figures if figure.rate is not None and figure.rate.estimate is not None]
    if len(known) < 2:
        return None
    first, last = known[0], known[-1]
    assert first.rate is not None
    assert last.rate is not None
    return Pair(series.title, first.rate, last.rate, (first.group.title, last.group.title))


def _tenure(observations: Observations, sources: Sources, asked: Asked, own: int | None) -> Grouping | None:
    if TENURE in (asked.by, *asked.filters) or not observations[TENURE].names:
        return None
    return _grouping(observations, sources.leading, TENURE, asked, own)


def _groups(observations: Observations, sources: Sources, asked: Asked, own: int | None) -> Grouping | None:
    return _grouping(observations, sources.leading, asked.by, asked, own) if asked.by else None


def _grouping(observations: Observations, measures: Sequence[Measure], by: str, asked: Asked, own: int | None) -> Grouping:
    """Two groups, or the ends of what has an order, are compared; of many teams none is the first."""
    groups = grouped(observations, [by], asked.filters, own)[1:]
    found = tuple(figures(observations, measures, groups))
    named = [group for group in groups if group.rows is not None and group.title != NOT_STATED]
    ordered = by == TENURE or len(named) == 2
    pairs = [_pair(found, measure, named[0], named[-1]) for measure in measures] if ordered and len(named) > 1 else []
    return Grouping(by, found, tuple(compare(pairs)))


def _pair(found: Sequence[Figure], measure: Measure, first: Group, last: Group) -> Pair:
    of_measure = {id(one.group): one.rate for one in found if one.measure is measure}
    one, other = of_measure[id(first)], of_measure[id(last)]
    assert one is not None
    assert other is not None
    return Pair(measure.title, one, other, (first.title, last.title))


def _by_group(observations: Observations, measure: Measure, asked: Asked, own: int | None) -> tuple[Series, ...]:
    """The trend of one measure in each group."""
    if not asked.by:
        return ()
    groups = grouped(observations, [asked.by, asked.unit], asked.filters, own)[1:]
    each: dict[str, list[Group]] = {}
    for group in groups:
        if group.values[asked.unit] != NOT_STATED:
            each.setdefault(group.values[asked.by], []).append(group)
    found = {name: tuple(figures(observations, [measure], parts)) for name, parts in list(each.items())[:MOST_PANELS]}
    return tuple(Series(name, one, _trend(name, one, asked.unit)) for name, one in found.items() if any(part.rate for part in one))
