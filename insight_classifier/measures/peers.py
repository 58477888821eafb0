"""One's own figure beside those that others have published. Pure.

Only figures of the same area, measure and method are peers. Those of another method (observed calls beside notes) are shown with what that
means, and no place among them is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from insight_classifier.measures.rates import Rate

LEAST_PEERS = 5
UNPUBLISHED = "not published"
NOTES = "notes"  # the method of everything that is measured here
METHODS = {
    "observed_calls": "people listened to calls and counted what was said",
    "survey": "people were asked what they do",
    NOTES: "it is read off notes, so what was done and not written down does not count",
}


@dataclass(frozen=True)
class Peer:
    """A published figure: `value` a share, `n` of how many interactions or notes; None: not published, as of the year."""

    name: str
    area: str
    measure: str
    value: float
    n: int | None
    source: str
    method: str
    year: int | None
    caveat: str | None = None


@dataclass(frozen=True)
class Standing:
    """`peers`: of the same area, measure and method; `beside`: of the same measure otherwise, each with its `caveat_of`.

    `percentile`: where the own figure stands among the peers, and `between` where its 95% range does; None with fewer than five.
    """

    peers: tuple[Peer, ...]
    beside: tuple[Peer, ...]
    percentile: float | None
    between: tuple[float, float] | None
    sentence: str


def standing(rate: Rate, measure: str, area: str, published: Sequence[Peer], method: str = NOTES) -> Standing:
    """Where a rate of this area stands. It is compared as people's labels put it right: the model's own share has no place among peers."""
    of_measure = [peer for peer in published if peer.measure == measure]
    same = tuple(peer for peer in of_measure if (peer.area.casefold(), peer.method) == (area.casefold(), method))
    beside = tuple(peer for peer in of_measure if peer not in same)
    if rate.estimate is None or rate.range is None:
        return Standing(same, beside, None, None, f"No place among peers: {rate.why or 'the own figure is not known.'}")
    if len(same) < LEAST_PEERS:
        return Standing(same, beside, None, None, _too_few(len(same), len(beside), area, method))
    place, low, high = (percentile(value, same) for value in (rate.estimate.value, rate.range.low, rate.range.high))
    said = f"Percentile {place:.0f} among {len(same)} peers in {area} (95% range {low:.0f} to {high:.0f})."
    return Standing(same, beside, place, (low, high), said)


def percentile(value: float, peers: Sequence[Peer]) -> float:
    """How many of a hundred peers have less; those that have the same count half."""
    less, equal = (sum(test) for test in ([peer.value < value for peer in peers], [peer.value == value for peer in peers]))
    return 100 * (less + equal / 2) / len(peers)


def caveat_of(peer: Peer, area: str, method: str = NOTES) -> str:
    """What a reader has to know who sees this figure beside their own; "" where there is nothing."""
    parts = []
    if peer.method != method:
        parts.append(f"Not comparable: there {METHODS[peer.method]}; here {METHODS[method]}.")
    if peer.area == UNPUBLISHED:
        parts.append("Its therapeutic area is not published.")
    elif peer.area.casefold() != area.casefold():
        parts.append(f"Of another therapeutic area: {peer.area}.")
    if peer.n is None:
        parts.append("Of how many is not published, so nobody can tell how sure it is.")
    return " ".join([*parts, *([peer.caveat] if peer.caveat else [])])


def _too_few(same: int, beside: int, area: str, method: str) -> str:
    are = "1 published figure is" if same == 1 else f"{same} published figures are"
    others = f" {beside} of another area or method may be shown beside, and give no verdict." if beside else ""
    return f"{are} of {area} and read off {method.replace('_', ' ')}; a percentile takes {LEAST_PEERS}.{others}"
