"""Figures that can be kept and compared later: whose moves they are is known by a keyed hash of the author, never by a name. Pure."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from insight_classifier.measures.estimates import MOST_BLOCKS, Estimate, Range
from insight_classifier.measures.figures import Figure
from insight_classifier.measures.observations import Observations
from insight_classifier.measures.rates import Rate, blocks_of

_NUMBERS = ("notes", "labels", "authors", "model", "why")


@dataclass(frozen=True)
class Kept:
    """A figure: its `rate`, and in `authors` whose each of the estimate's moves is. `level`: it is a mean level, not a share."""

    measure: str
    title: str
    level: bool
    group: Mapping[str, str]
    rate: Rate
    authors: tuple[str, ...] = field(default=(), repr=False)

    @property
    def key(self) -> tuple[str, tuple[tuple[str, str], ...]]:
        """The same for the same measure of the same group."""
        return self.measure, tuple(sorted(self.group.items()))

    @property
    def name(self) -> str:
        return f"{self.title} ({', '.join(self.group.values())})" if self.group else self.title


def keep(figures: Sequence[Figure], authors: Sequence[str]) -> list[Kept]:
    """Those that are not hidden. `authors`: pseudonyms of the estimates' moves, as `pseudonyms` gives them."""
    return [
        Kept(
            one.measure.name, one.measure.title, one.measure.mean_of is not None, one.group.values, one.rate, tuple(authors)
        )
        for one in figures
        if one.rate is not None
    ]  # fmt: skip


def pseudonyms(observations: Observations, salt: bytes) -> tuple[str, ...]:
    """One for each author, or where authors are taken together, for each block of them: then the same only among the same authors."""
    names = [*observations.author.names, ""]  # "": notes that name nobody
    numbers = observations.authors
    if int(numbers.max(initial=-1)) < MOST_BLOCKS:
        return tuple(_hashed(name, salt) for name in names[: int(numbers.max(initial=-1)) + 1])
    all_of_them = "\n".join(names)
    return tuple(_hashed(f"{all_of_them}\n{block}", salt) for block in range(int(blocks_of(numbers).max()) + 1))


def side_by_side(one: Kept, other: Kept) -> tuple[Rate, Rate]:
    """Both rates with their moves in the same order, so that an author who stands in both counts once."""
    order = {author: place for place, author in enumerate(dict.fromkeys((*one.authors, *other.authors)))}
    return _placed(one, order), _placed(other, order)


def to_plain(kept: Kept) -> dict[str, Any]:
    """As JSON takes it. An author who does not move a figure has no part in it, and is left out."""
    plain = {"measure": kept.measure, "title": kept.title, "level": kept.level, "group": dict(kept.group)}
    numbers = {name: getattr(kept.rate, name) for name in _NUMBERS}
    numbers["model"] = None if kept.rate.model != kept.rate.model else kept.rate.model
    found = kept.rate.estimate
    if found is None or kept.rate.range is None:
        return {**plain, **numbers}
    moves = {author: move for author, move in zip(kept.authors, found.moves.tolist(), strict=False) if move}
    within = {"low": kept.rate.range.low, "high": kept.rate.range.high}
    return {**plain, **numbers, "value": found.value, **within, "freedom": found.freedom, "moves": moves}


def from_plain(plain: Mapping[str, Any]) -> Kept:
    """What `to_plain` gave. Raises KeyError or TypeError where it is something else."""
    numbers = {name: plain[name] for name in _NUMBERS}
    numbers["model"] = float("nan") if numbers["model"] is None else float(numbers["model"])
    rate, moves = Rate(**numbers), plain.get("moves", {})
    if "value" in plain:
        estimate = Estimate(float(plain["value"]), np.array(list(moves.values()), dtype=np.float64), float(plain["freedom"]))
        rate = replace(rate, estimate=estimate, range=Range(float(plain["low"]), float(plain["high"])))
    return Kept(plain["measure"], plain["title"], bool(plain["level"]), dict(plain["group"]), rate, tuple(moves))


def _placed(kept: Kept, order: Mapping[str, int]) -> Rate:
    found = kept.rate.estimate
    if found is None:
        return kept.rate
    moves = np.zeros(len(order))
    moves[[order[author] for author in kept.authors[: len(found.moves)]]] = found.moves
    return replace(kept.rate, estimate=replace(found, moves=moves))


def _hashed(text: str, salt: bytes) -> str:
    return hmac.new(salt, text.encode(), hashlib.sha256).hexdigest()[:16]
