"""Taking back one's own acts, the latest first, a bulk at once. Nothing is deleted: an undoing row says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from service.audit.store import append
from service.errors import RequestError
from service.notes.rows import new_id
from service.reviews.cards import CARDS
from service.reviews.gold import drop_gold
from service.reviews.kinds import UNDO
from service.reviews.scores import Policy
from service.reviews.store import PIECE, REVIEWS
from service.reviews.tally import tally


@dataclass(frozen=True)
class Act:
    """What would be undone next: a review, or a whole bulk under its id."""

    id: str
    kind: str
    at: datetime
    notes: int
    bulk: bool


def last_act(connection: Connection, who: str) -> Act | None:
    """The latest act of a person that they did not take back."""
    row = _last(connection, who)
    if row is None:
        return None
    return Act(row.bulk_id or row.id, row.kind, row.at, len(_of_act(connection, row)), row.bulk_id is not None)


def undo(connection: Connection, who: str, policy: Policy, at: datetime, *, act: str | None = None) -> tuple[Act, list[str]]:
    """Take back a person's latest act, and what it replaced counts again; the act, and the notes that it was on.

    Call it again for the one before. `act`: the id of what the person means to undo. Raises RequestError `review_undone` where that is
    not the latest, or there is none.
    """
    row = _last(connection, who)
    if row is None:
        raise RequestError("You have nothing left to undo.", "review_undone")
    name = row.bulk_id or row.id
    if act not in (None, name):
        raise RequestError("That is undone already, or you did something else since. Undo the latest first.", "review_undone", act=name)
    rows = _of_act(connection, row)
    for start in range(0, len(rows), PIECE):
        _take_back(connection, rows[start : start + PIECE], who, name, at)
    notes = sorted({one.note_id for one in rows})
    tally(connection, notes, policy.definition)
    append(
        connection, who=who, action="review.undo", what=f"{'bulk' if row.bulk_id else 'review'}:{name}", after={"notes": len(notes)}, at=at
    )
    return Act(name, row.kind, row.at, len(rows), row.bulk_id is not None), notes


def _last(connection: Connection, who: str) -> Row[Any] | None:
    wanted = select(REVIEWS).where(REVIEWS.c.reviewer == who, ~REVIEWS.c.undone, REVIEWS.c.kind != UNDO)
    return connection.execute(wanted.order_by(REVIEWS.c.id.desc()).limit(1)).first()


def _of_act(connection: Connection, row: Row[Any]) -> Sequence[Row[Any]]:
    this = REVIEWS.c.bulk_id == row.bulk_id if row.bulk_id else REVIEWS.c.id == row.id
    return connection.execute(select(REVIEWS).where(this, REVIEWS.c.kind != UNDO, ~REVIEWS.c.undone).order_by(REVIEWS.c.note_id)).all()


def _take_back(connection: Connection, rows: Sequence[Row[Any]], who: str, act: str, at: datetime) -> None:
    notes, ids = [row.note_id for row in rows], [row.id for row in rows]
    connection.execute(select(CARDS.c.note_id).where(CARDS.c.note_id.in_(notes)).order_by(CARDS.c.note_id).with_for_update()).all()
    connection.execute(update(REVIEWS).where(REVIEWS.c.id.in_(ids)).values(undone=True))
    counted = [row for row in rows if row.superseded_at is None]
    connection.execute(update(REVIEWS).where(REVIEWS.c.id.in_([row.id for row in counted])).values(superseded_at=at))
    before = [row.replaces for row in counted if row.replaces]
    connection.execute(update(REVIEWS).where(REVIEWS.c.id.in_(before), ~REVIEWS.c.undone).values(superseded_at=None))
    connection.execute(insert(REVIEWS), [_undoing(row, who, act, at) for row in rows])
    connection.execute(update(CARDS).where(CARDS.c.note_id.in_(notes)).values(revision=CARDS.c.revision + 1))
    drop_gold(connection, ids)


def _undoing(row: Row[Any], who: str, act: str, at: datetime) -> dict[str, Any]:
    same = ("note_id", "version_id", "judgement_id", "definition_fingerprint", "definition_version", "bulk_id")
    told = {name: row._mapping[name] for name in same}
    fixed = {"id": new_id(at), "reviewer": who, "kind": UNDO, "sound": False, "blind": False, "undone": False, "undoes": row.id}
    return {**told, **fixed, "at": at, "superseded_at": at}
