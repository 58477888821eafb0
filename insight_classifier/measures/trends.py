"""A rate over periods: the line through it, and of two groups the gap between them and whether it closes. Pure.

All rates must be of one `Sample`: a slope is a weighted sum of them, so that authors who write in every period count once, as themselves.
Each period counts by its labels, which is what it is known by.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from insight_classifier.errors import ArgumentError
from insight_classifier.measures.comparisons import POINTS, Comparison, Pair, Unit, Verdict, compare, verdict_of
from insight_classifier.measures.estimates import Estimate, Range, combined, range_of
from insight_classifier.measures.rates import Rate
from insight_classifier.measures.recalibration import Floats
from insight_classifier.measures.significance import chance_alone, holm

LEAST_PERIODS = 3  # through two points goes a line whatever they are
_PERIOD = re.compile(r"(?P<year>\d{4})(?:-Q(?P<quarter>[1-4])|-(?P<month>0[1-9]|1[0-2]))?\Z")

Series = Mapping[str, Rate]  # by period: 2026, 2026-Q1 or 2026-01


@dataclass(frozen=True)
class Trend:
    """`slope`: a year, quarter or month (`per`), in shares or levels; None where too little is known, and `why` says so.

    `line`: what it comes to in each of `periods`, those of which something is known. `chance`: that of such a slope where there is none, by
    itself; `among_all`: as it counts among all `of` trends that were looked at.
    """

    title: str
    per: str
    periods: tuple[str, ...]
    slope: Estimate | None = None
    range: Range | None = None
    chance: float | None = None
    among_all: float | None = None
    of: int = 1
    line: tuple[float, ...] = ()
    verdict: Verdict = Verdict.NONE
    unit: Unit = POINTS
    why: str | None = None

    @property
    def sentence(self) -> str:
        """What is found, for a person."""
        if self.slope is None or self.range is None:
            return f"{self.title}: no verdict. {self.why}"
        within = f"95% range {self.unit.of_range(self.range)}"
        if self.verdict is Verdict.NONE:
            seen = f"{self.title}: no verdict: {self.unit.written(self.slope.value)} a {self.per}"
            if self.range.holds(0.0):
                return f"{seen}, and its range holds zero ({within})."
            return f"{seen} ({within}), but among {self.of} trends one such is likely by chance (Holm)."
        return f"{self.title}: {self.verdict} by {self.unit.written(abs(self.slope.value))} a {self.per} ({within})."


@dataclass(frozen=True)
class Gap:
    """Between two groups, the second less the first: `by_period` with the verdicts taken together, and its trend."""

    by_period: Mapping[str, Comparison]
    trend: Trend


def trend(title: str, series: Series, unit: Unit = POINTS) -> Trend:
    """The line through the periods of which something is known. Raises ArgumentError where one is no period, or they are of two kinds."""
    known = {name: rate.estimate for name, rate in series.items() if rate.estimate is not None}
    labels = np.array([series[name].labels for name in known], dtype=np.float64)
    return _trend(title, _per(series), known, labels, unit)


def gap(title: str, first: Series, second: Series, names: tuple[str, str], unit: Unit = POINTS) -> Gap:
    """In the periods that both have. Raises ArgumentError as `trend` does."""
    both = [name for name in first if name in second]
    pairs = [Pair(f"{title}, {name}", first[name], second[name], names, unit) for name in both]
    compared = dict(zip(both, compare(pairs), strict=True))
    known = {name: one.difference for name, one in compared.items() if one.difference is not None}
    # A difference is known by the fewer of its labels, more or less: exactly so where a label of either tells as much.
    labels = np.array([1 / (1 / first[name].labels + 1 / second[name].labels) for name in known])
    return Gap(compared, _trend(f"{title}, {names[1]} less {names[0]}", _per({**first, **second}), known, labels, unit))


def together(trends: Sequence[Trend]) -> list[Trend]:
    """The same, with verdicts that take into account how many are looked at. Those of which nothing is known do not count."""
    chances = [one.chance for one in trends if one.chance is not None]
    adjusted = iter(holm(chances))
    return [one if one.chance is None else _judged(one, next(adjusted), len(chances)) for one in trends]


def place_of(period: str) -> tuple[str, int]:
    """The kind of a period, and its number on a line of such periods. Raises ArgumentError where it is none."""
    found = _PERIOD.match(period)
    if found is None:
        raise ArgumentError(f"{period!r} is no period: a line goes over years, quarters or months, such as 2026, 2026-Q1 or 2026-01")
    year = int(found["year"])
    if found["quarter"]:
        return "quarter", 4 * year + int(found["quarter"]) - 1
    return ("month", 12 * year + int(found["month"]) - 1) if found["month"] else ("year", year)


def _judged(one: Trend, chance: float, of: int) -> Trend:
    assert one.slope is not None
    assert one.range is not None
    return replace(one, among_all=chance, of=of, verdict=verdict_of(one.slope, one.range, chance))


def _per(series: Series) -> str:
    kinds = {place_of(name)[0] for name in series}
    if len(kinds) > 1:
        raise ArgumentError(f"periods are of {len(kinds)} kinds ({', '.join(sorted(kinds))}): a line goes over one kind")
    return next(iter(kinds), "period")


def _trend(title: str, per: str, known: Mapping[str, Estimate], labels: Floats, unit: Unit) -> Trend:
    order = sorted(range(len(known)), key=lambda number: place_of(list(known)[number])[1])
    names = [list(known)[number] for number in order]
    plain = Trend(title, per, tuple(names), unit=unit)
    if len(names) < LEAST_PERIODS:
        missing = f"Of {len(names)} {per}s there are labels enough; a line takes {LEAST_PERIODS}."
        return replace(plain, why=missing)
    places = np.array([place_of(name)[1] for name in names], dtype=np.float64)
    estimates, counted = [known[name] for name in names], labels[order]
    steps = places - np.average(places, weights=counted)
    slope = combined(estimates, list(counted * steps / (counted @ steps**2)))
    middle = float(np.average([one.value for one in estimates], weights=counted))
    within, chance = range_of(slope), chance_alone(slope)
    line = tuple(float(middle + slope.value * step) for step in steps)
    return _judged(replace(plain, slope=slope, range=within, chance=chance, line=line), chance, 1)
