"""Idempotency in the database: claim a key, settle it with an answer, or release it. Each function runs in the caller's transaction.

A process that dies between claim and answer leaves the claim behind; after its lease another may take it over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, insert, select, update

from service.database import Base
from service.errors import RequestError
from service.idempotency.rules import EXPIRY, seconds_to_wait
from service.idempotency.tables import AnsweredNote, IdempotencyKey
from service.inserting import insert_new

KEYS, ANSWERED = (Base.metadata.tables[row.__tablename__] for row in (IdempotencyKey, AnsweredNote))
PIECE = 500  # ids in one statement


@dataclass(frozen=True)
class New:
    """The right to answer one request."""

    owner: str
    key: str
    claim: str


@dataclass(frozen=True)
class Replay:
    """What was answered the first time, to the byte."""

    status: int
    body: bytes


def claim(
    connection: Connection, owner: str, key: str, request_hash: str, at: datetime, *, lease: timedelta, expiry: timedelta = EXPIRY
) -> New | Replay:
    """The first caller gets the right to answer, who comes again its answer. `lease`: longer than any request may take.

    Raises RequestError `idempotency_key_reused` for another request under the key, `idempotency_in_progress` with retry_after while the
    first is being answered, `note_erased` where the answer is gone with its note.
    """
    mine = New(owner, key, uuid4().hex)
    values = {"request_hash": request_hash, "claim": mine.claim, "claimed_at": at, "expires_at": at + expiry}
    if connection.execute(insert_new(KEYS, connection.dialect.name), {"owner": owner, "key": key, **values}).first() is not None:
        return mine
    found = connection.execute(select(KEYS).where(_is(owner, key)).with_for_update()).first()
    if found is None:  # another process has let go of it just now
        return claim(connection, owner, key, request_hash, at, lease=lease, expiry=expiry)
    if found.expires_at > at and found.request_hash != request_hash:
        detail = "This idempotency key came with another request before. Use a new key for a new request."
        raise RequestError(detail, "idempotency_key_reused")
    if found.expires_at <= at or _is_stale(found, at, lease):
        connection.execute(delete(ANSWERED).where(ANSWERED.c.owner == owner, ANSWERED.c.key == key))
        connection.execute(update(KEYS).where(_is(owner, key)).values(**values, status=None, answer=None))
        return mine
    return _replay(found, at, lease)


def settle(connection: Connection, new: New, status: int, body: bytes, note_ids: Sequence[str] = ()) -> bool:
    """Keep the answer, and which notes it speaks of. False where the claim was taken over: then another's answer counts."""
    done = connection.execute(update(KEYS).where(_is_mine(new)).values(status=status, answer=body))
    if done.rowcount != 1:
        return False
    rows = [{"owner": new.owner, "key": new.key, "note_id": note_id} for note_id in dict.fromkeys(note_ids)]
    if rows:
        connection.execute(insert(ANSWERED), rows)
    return True


def release(connection: Connection, new: New) -> None:
    """Free the key after a failure that is worth another try."""
    connection.execute(delete(KEYS).where(_is_mine(new)))


def expire(connection: Connection, before: datetime) -> int:
    """Forget the keys whose time ended before a moment (as a rule: now); how many."""
    return connection.execute(delete(KEYS).where(KEYS.c.expires_at <= before)).rowcount


def erase(connection: Connection, note_ids: Sequence[str]) -> int:
    """Blank the answers that speak of these notes; how many. The keys stay until they expire: a retry does not bring a note back."""
    count = 0
    for start in range(0, len(note_ids), PIECE):
        spoken = ANSWERED.c.note_id.in_(note_ids[start : start + PIECE])
        for row in connection.execute(select(ANSWERED.c.owner, ANSWERED.c.key).where(spoken).distinct()).all():
            filled = and_(_is(row.owner, row.key), KEYS.c.answer.is_not(None))
            count += connection.execute(update(KEYS).where(filled).values(answer=None)).rowcount
        connection.execute(delete(ANSWERED).where(spoken))
    return count


def _replay(found: Row[Any], at: datetime, lease: timedelta) -> Replay:
    if found.status is None:
        wait = seconds_to_wait(found.claimed_at + lease - at)
        detail = f"The first request with this key is still in progress. Send it again in {wait} s."
        raise RequestError(detail, "idempotency_in_progress", retry_after=wait)
    if found.answer is None:
        raise RequestError("What was answered to this request has been erased with its note.", "note_erased")
    return Replay(found.status, bytes(found.answer))


def _is_stale(found: Row[Any], at: datetime, lease: timedelta) -> bool:
    """Also where the clock was set back by more than a lease since."""
    return found.status is None and bool(abs(at - found.claimed_at) >= lease)


def _is(owner: str, key: str) -> ColumnElement[bool]:
    return and_(KEYS.c.owner == owner, KEYS.c.key == key)


def _is_mine(new: New) -> ColumnElement[bool]:
    """The claim, while nobody took it over and it is not settled."""
    return and_(_is(new.owner, new.key), KEYS.c.claim == new.claim, KEYS.c.status.is_(None))
