"""What figures of periods and groups say beside each other: how each measure went over time, and how far groups lie apart. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from insight_classifier.measures.comparisons import LEVELS, POINTS, Comparison, Pair, Unit, compare
from insight_classifier.measures.figures import Figure
from insight_classifier.measures.groups import NOT_STATED
from insight_classifier.measures.rates import Rate
from insight_classifier.measures.trends import Gap, Trend, gap, place_of, together, trend

Values = tuple[tuple[str, str], ...]
_Key = tuple[str, str, Unit, Values]  # measure, its title, its unit, and what else the group is of


@dataclass(frozen=True)
class OverTime:
    """`trends`: a line a measure and group; `changes`: of the last period against the first of which anything is known."""

    trends: tuple[Trend, ...]
    changes: tuple[Comparison, ...]


def over_time(figures: Sequence[Figure], period: str) -> OverTime:
    """From figures of groups by `period` (month, quarter or year) and whatever else. Hidden groups, and notes without a date, stay out."""
    series = {key: {name: rate for (name,), rate in of.items()} for key, of in _lines(figures, period).items()}
    trends = together([trend(_named(key), of, key[2]) for key, of in series.items()])
    pairs = [Pair(_named(key), of[first], of[last], (first, last), key[2]) for key, of in series.items() for first, last in _ends(of)]
    return OverTime(tuple(trends), tuple(compare(pairs)))


def between(figures: Sequence[Figure], key: str) -> tuple[Comparison, ...]:
    """From figures of groups by `key`: each against the first, all verdicts taken together."""
    pairs = []
    for measure, of in _lines(figures, key).items():
        (first, rate), *others = ((name, rate) for (name,), rate in of.items())
        pairs += [Pair(_named(measure), rate, other, (first, name), measure[2]) for name, other in others]
    return tuple(compare(pairs))


def gaps_over_time(figures: Sequence[Figure], key: str, period: str) -> tuple[Gap, ...]:
    """From figures of groups by `key` and `period`: the gap of each group against the first over time, trends judged together."""
    found = []
    for measure, of in _lines(figures, key, period).items():
        groups = list(dict.fromkeys(group for group, _ in of))
        series = {group: {when: rate for (which, when), rate in of.items() if which == group} for group in groups}
        found += [gap(_named(measure), series[groups[0]], series[other], (groups[0], other), measure[2]) for other in groups[1:]]
    return tuple(replace(one, trend=slope) for one, slope in zip(found, together([one.trend for one in found]), strict=True))


def _lines(figures: Sequence[Figure], *keys: str) -> dict[_Key, dict[tuple[str, ...], Rate]]:
    """Figures that differ in nothing but the values of these keys, by those values."""
    found: dict[_Key, dict[tuple[str, ...], Rate]] = {}
    for figure in figures:
        values = figure.group.values
        place = tuple(values.get(key, NOT_STATED) for key in keys)
        if figure.rate is None or NOT_STATED in place:
            continue
        others = tuple((name, value) for name, value in values.items() if name not in keys)
        unit = LEVELS if figure.measure.mean_of else POINTS
        found.setdefault((figure.measure.name, figure.measure.title, unit, others), {})[place] = figure.rate
    return found


def _ends(of: dict[str, Rate]) -> Iterator[tuple[str, str]]:
    known = sorted((name for name, rate in of.items() if rate.estimate), key=lambda name: place_of(name)[1])
    if len(known) > 1:
        yield known[0], known[-1]


def _named(key: _Key) -> str:
    title, others = key[1], key[3]
    return f"{title} ({', '.join(value for _, value in others)})" if others else title
