"""Two rates beside each other: their difference with its range, and whether it is one. Pure.

Both rates must be of one `Sample`, so that an author who stands in both counts once, as themselves. Where several differences are looked at
together, a verdict takes all of them into account (Holm's method); ranges stay those of each by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from insight_classifier.measures.estimates import Estimate, Range, combined, range_of
from insight_classifier.measures.rates import Rate
from insight_classifier.measures.significance import LEVEL, chance_alone, holm


class Verdict(StrEnum):
    UP = "up"
    DOWN = "down"
    NONE = "no verdict"


@dataclass(frozen=True)
class Unit:
    """How a value is written: times `factor`, with `digits`."""

    name: str
    factor: float = 1.0
    digits: int = 2

    def written(self, value: float) -> str:
        return f"{self.factor * value:.{self.digits}f} {self.name}"

    def of_range(self, within: Range) -> str:
        return f"{self.factor * within.low:.{self.digits}f} to {self.factor * within.high:.{self.digits}f}"


POINTS = Unit("points", 100.0, 1)
LEVELS = Unit("levels")


@dataclass(frozen=True)
class Pair:
    """What is compared: `title` names it, `names` are those of the two (two periods, two teams); of a mean level the unit is LEVELS."""

    title: str
    before: Rate
    after: Rate
    names: tuple[str, str] = ("before", "after")
    unit: Unit = POINTS


@dataclass(frozen=True)
class Comparison:
    """`difference` is after less before; it and what follows from it are None where either is not known, and `why` says so.

    `chance`: that of such a difference where there is none, by itself; `among_all`: as it counts among all `of` comparisons.
    `model`: by how much the model's own shares differ, of whose error nothing is known.
    """

    pair: Pair
    model: float
    verdict: Verdict = Verdict.NONE
    difference: Estimate | None = None
    range: Range | None = None
    chance: float | None = None
    among_all: float | None = None
    of: int = 1
    why: str | None = None

    @property
    def sentence(self) -> str:
        """What is found, for a person."""
        return f"{self.pair.title}: {_found(self)}"


def compare(pairs: Sequence[Pair]) -> list[Comparison]:
    """All of them together, in this order. Those of which nothing is known do not count among them."""
    plain = [_compared(pair) for pair in pairs]
    chances = [one.chance for one in plain if one.chance is not None]
    adjusted = iter(holm(chances))
    return [one if one.chance is None else _judged(one, next(adjusted), len(chances)) for one in plain]


def verdict_of(difference: Estimate, within: Range, chance: float) -> Verdict:
    """None where the range holds zero, or the chance is too high among all that were looked at."""
    if within.holds(0.0) or chance > LEVEL:
        return Verdict.NONE
    return Verdict.UP if difference.value > 0 else Verdict.DOWN


def _compared(pair: Pair) -> Comparison:
    plain = Comparison(pair, pair.after.model - pair.before.model)
    for rate, name in zip((pair.before, pair.after), pair.names, strict=True):
        if rate.estimate is None:
            return replace(plain, why=f"{name}: {rate.why or 'nothing is known.'}")
    assert pair.before.estimate is not None
    assert pair.after.estimate is not None
    difference = combined([pair.after.estimate, pair.before.estimate], [1.0, -1.0])
    return replace(plain, difference=difference, range=range_of(difference), chance=chance_alone(difference))


def _judged(one: Comparison, chance: float, of: int) -> Comparison:
    assert one.difference is not None
    assert one.range is not None
    return replace(one, among_all=chance, of=of, verdict=verdict_of(one.difference, one.range, chance))


def _found(one: Comparison) -> str:
    if one.difference is None or one.range is None:
        return f"no verdict. {one.why}"
    unit, (before, after) = one.pair.unit, one.pair.names
    within = f"95% range {unit.of_range(one.range)}"
    if one.verdict is not Verdict.NONE:
        return f"{one.verdict} by {unit.written(abs(one.difference.value))} from {before} to {after} ({within})."
    seen = f"no verdict from {before} to {after}: the difference is {unit.written(one.difference.value)}"
    if one.range.holds(0.0):
        return f"{seen}, and its range holds zero ({within})."
    return f"{seen} ({within}), but among {one.of} comparisons one such is likely by chance (Holm)."
