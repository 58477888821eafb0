"""Which of a note's decisions goes out, and what was left out on the way. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from insight_classifier.definition import Definition
from service.exchange.lines import Stated
from service.reviews.answers import apart


@dataclass(frozen=True)
class Wish:
    """`every`: one line a decision, for agreement and soft labels. `disputed`: also notes on which people differ, as decided last.

    `sound`: only decisions that pass the checker of labelled notes; none is asked of `every`.
    """

    every: bool = False
    disputed: bool = False
    sound: bool = True


@dataclass
class LeftOut:
    """Notes that were left out, for those who wonder: counted while a file is written."""

    disputed: int = 0
    unsound: int = 0
    unfit: int = 0  # decisions that the members of this definition cannot say

    def words(self) -> list[str]:
        """What to tell a person; nothing where nothing was left out."""
        said = (
            (self.disputed, "disputed: adjudicate them, or ask for disputed ones too"),
            (self.unsound, "with an answer that lacks its evidence: mark it, or take every decision"),
            (self.unfit, "decided under another version of the definition, with other members: they cannot be said in this one"),
        )
        return [f"{count:,} left out, {why}" for count, why in said if count]


def picked(stated: Sequence[Stated], wish: Wish, definition: Definition, left: LeftOut) -> list[Stated]:
    """Of the decisions that count on one note: what settled it, else what all agree on, else the latest."""
    if wish.every:
        return sorted(stated, key=_order)
    final = [one for one in stated if one.settles]
    agreed = bool(final) or apart([one.answer for one in stated], definition) == 0
    if not agreed and not wish.disputed:
        left.disputed += 1
        return []
    best = max(final, key=_order) if final else max(stated, key=lambda one: (agreed and one.sound, _order(one)))
    if wish.sound and not best.sound:
        left.unsound += 1
        return []
    return [best]


def _order(one: Stated) -> tuple[object, ...]:
    return (one.at, one.reviewer, one.kind)
