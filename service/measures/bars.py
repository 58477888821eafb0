"""A figure as a reader sees it: a value with its range and what limits it, from which a row of a table and its drawing are made. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from insight_classifier.measures.alignment import Part
from insight_classifier.measures.estimates import Range
from insight_classifier.measures.figures import Figure
from insight_classifier.measures.guard import LEAST_AUTHORS
from insight_classifier.measures.peers import Peer
from insight_classifier.measures.rates import LEAST_LABELS, Rate

HIDDEN = f"Hidden: fewer than {LEAST_AUTHORS} authors, or it would follow from the others."


@dataclass(frozen=True)
class Beside:
    """What stands beside a value to be compared by eye: a published figure, or a plan's weight."""

    value: float
    title: str


@dataclass(frozen=True)
class Bar:
    """`value` with its 95% range from 0 to 1, where people's labels tell; else `model`: the model's own share, of unknown error.

    `low`, `high`: also where all labels agree and only a bound is known. `hidden`: nothing may be shown.
    """

    title: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    model: float | None = None
    notes: int = 0
    labels: int = 0
    authors: int = 0
    remark: str = ""
    beside: tuple[Beside, ...] = ()
    hidden: bool = False

    @property
    def shown(self) -> float | None:
        return self.model if self.value is None else self.value


def bar(figure: Figure, title: str | None = None, published: Sequence[Peer] = ()) -> Bar:
    """One figure under its own title, or under another."""
    name, rate = title or figure.measure.title, figure.rate
    if rate is None:
        return Bar(name, remark=HIDDEN, hidden=True)
    beside = tuple(Beside(peer.value, in_words(peer)) for peer in published if peer.measure == figure.measure.name)
    return _of_rate(name, rate, beside)


def turned(one: Bar, title: str) -> Bar:
    """How much is missing of what the bar says is there."""
    left = {
        "value": _less(one.value),
        "low": _less(one.high),
        "high": _less(one.low),
        "model": _less(one.model),
    }
    return Bar(**{**vars(one), **left, "title": title})


def of_part(part: Part, labels: int, notes: int) -> Bar:
    """An option's share of insights beside its weight in the plan."""
    value, within = (part.estimate.value if part.estimate else None), part.range
    low, high = (None, None) if within is None else (within.low, within.high)
    return Bar(part.title, value, low, high, part.model, notes, labels, beside=(Beside(part.weight, "weight in the plan"),))


def plain(title: str, value: float, within: Range | None, notes: int) -> Bar:
    """What is known of each note, without a model."""
    return Bar(title, value, None if within is None else within.low, None if within is None else within.high, None, notes)


def in_words(peer: Peer) -> str:
    """The name of a published figure."""
    return " ".join([peer.name.replace("_", " "), *([str(peer.year)] if peer.year else [])])


def _of_rate(name: str, rate: Rate, beside: tuple[Beside, ...]) -> Bar:
    value = rate.estimate.value if rate.estimate else None
    low, high = (rate.range.low, rate.range.high) if rate.range else _bounds(rate)
    model = None if rate.model != rate.model else rate.model
    return Bar(name, value, low, high, model, rate.notes, rate.labels, rate.authors, _remark(rate), beside)


def _bounds(rate: Rate) -> tuple[float | None, float | None]:
    return (rate.at_least, rate.at_most) if rate.labels >= LEAST_LABELS else (None, None)


def _remark(rate: Rate) -> str:
    """Why there is no range, or how many labels would make it narrow."""
    more = (rate.needed or 0) - rate.labels
    if rate.estimate is None:
        return f"Not enough decisions by chance: {max(more, 1):,} more."
    return f"{more:,} more for 5 points either way." if more > 0 else ""


def _less(value: float | None) -> float | None:
    return None if value is None else 1 - value
