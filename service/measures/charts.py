"""The figures as a reader meets them: each a question with its answer, rows with their ranges, and what limits it. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from insight_classifier.definition import Definition
from insight_classifier.measures.comparisons import Comparison
from insight_classifier.measures.figures import Figure
from insight_classifier.measures.measure import CAVEAT, Measure
from insight_classifier.measures.peers import METHODS, NOTES, Peer, caveat_of, standing
from service.measures.bars import Bar, bar, of_part, plain, turned
from service.measures.measured import Grouping, Measured, Sources


@dataclass(frozen=True)
class Part:
    """Rows under a heading of their own, with what is found in them; a chart of one kind of thing has one, without a title."""

    bars: tuple[Bar, ...]
    title: str = ""
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chart:
    """`sentences`: what is found; `caveats`: what limits it; `beside`: what the diamonds are, None: there are none."""

    name: str
    question: str
    parts: tuple[Part, ...]
    caveats: tuple[str, ...] = (CAVEAT,)
    sentences: tuple[str, ...] = ()
    beside: str | None = None
    first: str = "What"  # over the first column

    @property
    def bars(self) -> tuple[Bar, ...]:
        return tuple(bar for part in self.parts for bar in part.bars)

    @property
    def alike(self) -> bool:
        """Whether all rows are of the same notes, so that their number is told once."""
        return len({(bar.notes, bar.labels) for bar in self.bars}) == 1 and not any(bar.hidden or bar.value is None for bar in self.bars)


def headline(found: Measured, sources: Sources) -> tuple[Measure, Bar] | None:
    """The gap that a file declares first, with its question; None where there is none."""
    if found.report is None or not sources.declared:
        return None
    measure = sources.declared[0]
    return measure, bar(_one(found, measure))


def charts(found: Measured, sources: Sources) -> Iterator[Chart]:
    """Everything of the total, in reading order; nothing where the total may not be shown."""
    if found.report is None:
        return
    yield from _gap(found, sources)
    if found.groups is not None:
        yield _grouping(found.groups, sources.leading, f"Do notes differ by {in_words(found.groups.by)}?", "by")
    yield from _scales(found, sources.definition)
    yield _missing(found)
    yield from _plan(found)
    yield from _ticked(found, sources.definition)
    yield from _loop(found)
    if found.tenure is not None:
        yield _grouping(found.tenure, sources.leading, "Do notes of newer colleagues differ from those of longer-serving ones?", "tenure")


def in_words(name: str) -> str:
    return name.replace("_", " ")


def _gap(found: Measured, sources: Sources) -> Iterator[Chart]:
    """What others have published figures of, with those beside."""
    if not sources.published:
        return
    titles = ", ".join(measure.title.lower() for measure in sources.published)
    parts = {measure.dimension for measure in sources.published}
    of = sources.definition.dimension(str(next(iter(parts)))).title if len(parts) == 1 and None not in parts else "each of these"
    bars = tuple(bar(_one(found, measure), published=sources.peers) for measure in sources.published)
    area = found.asked.filters.get("therapeutic_area", "")
    places = [standing(rate, m.name, area, sources.peers) for m in sources.published if (rate := _one(found, m).rate)]
    sentences = tuple(place.sentence for place in places if place.percentile is not None)
    peers = [peer for peer in sources.peers if any(peer.measure == measure.name for measure in sources.published)]
    caveats = (CAVEAT, *_about(peers, area))
    yield Chart("gap", f"{of}: how many notes document it as {titles}?", (Part(bars),), caveats, sentences, "published case")
    rest = tuple(bar(_one(found, measure)) for measure in sources.declared)
    if rest:
        yield Chart("gaps", "What is documented of one thing where another is?", (Part(rest),), _caveats(sources.declared))


def _about(peers: Sequence[Peer], area: str) -> list[str]:
    """How the published figures were had, once each, and what each by itself has to be known by."""
    if not peers:
        return []
    methods = [METHODS[method] for method in dict.fromkeys(peer.method for peer in peers) if method != NOTES]
    whole = [f"Published figures are not comparable: there {method}; here {METHODS[NOTES]}." for method in methods]
    each = [caveat_of(peer, area or peer.area, peer.method) for peer in peers]
    where = [f"Published: {source}." for source in dict.fromkeys(peer.source for peer in peers)]
    alike = dict.fromkeys(sentence for one in each for sentence in one.rstrip(".").split(". ") if sentence)
    return [*whole, f"{'. '.join(alike)}.", *where]


def _scales(found: Measured, definition: Definition) -> Iterator[Chart]:
    for dimension in definition.of_kind("scale"):
        figures = [one for one in _figures(found) if one.measure.dimension == dimension.name and not one.measure.mean_of]
        bars = tuple(bar(one, one.measure.title.removeprefix(f"{dimension.title}: ")) for one in reversed(figures))
        yield Chart(f"scale-{dimension.name}", f"{dimension.title}: how far do notes get?", (Part(bars),), first="From the top")


def _missing(found: Measured) -> Chart:
    assert found.report is not None
    bars = tuple(turned(bar(one), one.measure.title) for one in found.report.missing)
    return Chart("missing", "What do notes miss most of what the definition asks?", (Part(bars),), first="Not documented")


def _plan(found: Measured) -> Iterator[Chart]:
    assert found.report is not None
    if (plan := found.report.plan) is not None:
        notes = len(found.report.groups[0].rows) if found.report.groups[0].rows is not None else 0
        bars = tuple(of_part(part, plan.labels, notes) for part in plan.parts)
        value = plan.model if plan.distance is None else plan.distance.value
        within = "" if plan.range is None else f" (95 % range {plan.range.low:.0%} to {plan.range.high:.0%})"
        sentence = f"{value:.0%} of insights would have to serve another objective for the plan to be met{within}."
        yield Chart(
            "plan", "Do insights serve the objectives as the plan weighs them?", (Part(bars),), (CAVEAT,), (sentence,), "weight in the plan"
        )


def _grouping(grouping: Grouping, measures: Sequence[Measure], question: str, name: str) -> Chart:
    """A part a measure, a row a group."""
    parts = []
    for measure in measures:
        bars = tuple(bar(one, one.group.title) for one in grouping.figures if one.measure is measure)
        said = tuple(_sentence(one) for one in grouping.compared if one.pair.title == measure.title)
        parts.append(Part(bars, measure.title, said))
    return Chart(name, question, tuple(parts), _caveats(measures), first="Group")


def _ticked(found: Measured, definition: Definition) -> Iterator[Chart]:
    assert found.report is not None
    if (ticks := found.report.ticked) is None:
        return
    met = in_words(definition.label.met)
    names = (f"Ticked and {met} by the definition", "Ticked alone", "By the definition alone", "Neither")
    known = ticks.agreement_range is not None
    counts = (ticks.notes, ticks.labels)
    rows = [Bar(name, share if known else None, None, None, share, *counts) for name, share in zip(names, ticks.shares, strict=True)]
    within = ticks.agreement_range
    low, high = (None, None) if within is None else (within.low, within.high)
    agreement = Bar("Tick and definition agree", ticks.agreement if known else None, low, high, ticks.agreement, *counts)
    why = [
        f"Where a tick says {met} and the definition does not, most often {one.measure.title.lower()}."
        for one in found.report.explaining[:1]
    ]
    yield Chart("ticked", "Do authors tick in the CRM what the definition says?", (Part((agreement, *rows)),), (CAVEAT,), tuple(why))


def _loop(found: Measured) -> Iterator[Chart]:
    if (loop := found.loop) is None:
        return
    within = "" if loop.days_range is None else f" (95 % range {loop.days_range.low:g} to {loop.days_range.high:g})"
    days = "" if loop.days is None else f"The median answer comes after {loop.days:g} days{within}."
    bars = (plain("Insights whose author was answered", loop.share, loop.share_range, loop.notes),)
    caveat = "Counted, not estimated: what became of each insight stands in its record."
    yield Chart("loop", "Do authors learn what became of their insights?", (Part(bars),), (caveat,), (days,) if days else ())


def _sentence(one: Comparison) -> str:
    said = one.sentence.removeprefix(f"{one.pair.title}: ")
    return said[0].upper() + said[1:]


def _one(found: Measured, measure: Measure) -> Figure:
    return next(figure for figure in _figures(found) if figure.measure is measure)


def _figures(found: Measured) -> Sequence[Figure]:
    assert found.report is not None
    return found.report.figures


def _caveats(measures: Sequence[Measure]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(measure.caveat for measure in measures))
