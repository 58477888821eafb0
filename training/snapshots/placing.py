"""Which side an author's notes are on: by the hash of the name, so that it never changes when data grow. Pure."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

TRAIN, VALIDATION, TEST = "train", "validation", "test"
PLACES = (TEST, VALIDATION, TRAIN)


@dataclass(frozen=True)
class Shares:
    """The shares of authors that test and validate."""

    test: float = 0.15
    validation: float = 0.15


def place(authors: Iterable[str], *, placed: Mapping[str, str], shares: Shares) -> dict[str, str]:
    """The side of every author. `placed` are those who have one already and keep it, also authors of whom no note is left.

    Where chance leaves a side without anyone, the new author who came nearest to it goes there, so that three authors are enough.
    """
    new = sorted(set(authors) - set(placed), key=_draw)
    sides = dict(placed) | {author: _by_draw(_draw(author), shares) for author in new}
    for side in PLACES:
        movable = [author for author in new if list(sides.values()).count(sides[author]) > 1]
        if side not in sides.values() and movable:
            sides[movable[-1] if side == TRAIN else movable[0]] = side
    return sides


def _by_draw(draw: float, shares: Shares) -> str:
    if draw < shares.test:
        return TEST
    return VALIDATION if draw < shares.test + shares.validation else TRAIN


def _draw(author: str) -> float:
    """From 0 to 1, the same on every machine."""
    return int.from_bytes(hashlib.sha256(f"side of {author}".encode()).digest()[:8], "big") / 2**64
