"""Decisions on one note as they are read: without what a blind reviewer must not see."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from service.reviews.cards import CARDS
from service.reviews.kinds import DECIDING, OBJECT
from service.reviews.store import REVIEWS


@dataclass(frozen=True)
class Told:
    """Acts on a note, the oldest first, undone and replaced ones too. `hidden`: how many others' acts are kept from a blind reviewer."""

    reviews: Sequence[Row[Any]]
    hidden: int = 0


def reviews_of(connection: Connection, note_id: str, who: str, *, sees_all: bool = False) -> Told:
    """The acts on a note as a person may see them: while two are to decide blind, one's own alone, until one has decided.

    `sees_all`: for those who adjudicate. The gold of a note is hidden in the same way.
    """
    rows = connection.execute(select(REVIEWS).where(REVIEWS.c.note_id == note_id).order_by(REVIEWS.c.id)).all()
    card = connection.execute(select(CARDS.c.wanted, CARDS.c.gold, CARDS.c.version_id).where(CARDS.c.note_id == note_id)).first()
    blind = card is not None and (card.wanted > 1 or card.gold)
    decided = any(row.reviewer == who and row.kind in DECIDING and row.superseded_at is None for row in rows)
    if sees_all or decided or not blind:
        return Told(rows)
    own = [row for row in rows if row.reviewer == who or row.kind == OBJECT]
    return Told(own, len(rows) - len(own))
