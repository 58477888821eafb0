"""Gold notes: answers that were agreed, by which new reviewers are calibrated."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from service.audit.store import append
from service.database import Base
from service.errors import RequestError
from service.reviews.cards import CARDS
from service.reviews.kinds import ANSWERING
from service.reviews.tables import GoldRow, ReviewRow

GOLD, REVIEWS = (Base.metadata.tables[row.__tablename__] for row in (GoldRow, ReviewRow))


def set_gold(connection: Connection, review_id: str, who: str, at: datetime, *, why: str | None = None) -> str:
    """Make a decision's answer the gold of its note, in place of any before; the note's id. Raises RequestError where it does not count."""
    row = connection.execute(select(REVIEWS).where(REVIEWS.c.id == review_id)).first()
    if row is None or row.superseded_at is not None or row.kind not in ANSWERING:
        raise RequestError("Only a decision that counts can become gold. Decide or adjudicate first.", "review_stale")
    connection.execute(delete(GOLD).where(GOLD.c.note_id == row.note_id))
    same = {name: row._mapping[name] for name in ("note_id", "version_id", "definition_fingerprint")}
    connection.execute(GOLD.insert().values(**same, review_id=review_id, set_by=who, set_at=at, why=why))
    connection.execute(update(CARDS).where(CARDS.c.note_id == row.note_id).values(gold=True))
    append(connection, who=who, action="review.gold", what=f"note:{row.note_id}", after={"review_id": review_id}, at=at)
    return str(row.note_id)


def unset_gold(connection: Connection, note_id: str, who: str, at: datetime) -> bool:
    """Whether it was gold."""
    gone = connection.execute(delete(GOLD).where(GOLD.c.note_id == note_id)).rowcount == 1
    connection.execute(update(CARDS).where(CARDS.c.note_id == note_id).values(gold=False))
    if gone:
        append(connection, who=who, action="review.ungold", what=f"note:{note_id}", at=at)
    return gone


def drop_gold(connection: Connection, review_ids: Sequence[str]) -> None:
    """The answers that were gold count no more."""
    of_them = GOLD.c.review_id.in_(review_ids)
    connection.execute(update(CARDS).where(CARDS.c.note_id.in_(select(GOLD.c.note_id).where(of_them))).values(gold=False))
    connection.execute(delete(GOLD).where(of_them))
