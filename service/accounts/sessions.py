"""Sessions in the database: begun, looked up with their account in one statement, ended. Each function runs in the caller's transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from service.accounts.tables import AccountRow, SessionRow

SESSIONS, ACCOUNTS = SessionRow.__table__.c, AccountRow.__table__.c
SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Spans:
    """How long a browser stays signed in: without being used, and at most."""

    idle: timedelta = timedelta(hours=8)
    whole: timedelta = timedelta(days=7)


def begin(connection: Connection, account_id: str, digest: str, at: datetime, spans: Spans) -> None:
    """Store a session by its hash, and forget those that ended."""
    connection.execute(delete(SessionRow).where(or_(SESSIONS.expires_at <= at, SESSIONS.seen_at <= at - spans.idle)))
    values = {"hash": digest, "account_id": account_id, "created_at": at, "seen_at": at, "expires_at": at + spans.whole}
    connection.execute(insert(SessionRow).values(values))
    connection.execute(update(AccountRow).where(ACCOUNTS.id == account_id).values(signed_in_at=at))


def find(connection: Connection, digest: str, at: datetime, spans: Spans) -> Row[Any] | None:
    """The account of a session that counts, and when it was last `seen_at`."""
    counts = (SESSIONS.expires_at > at, SESSIONS.seen_at > at - spans.idle, ACCOUNTS.disabled_at.is_(None))
    query = select(AccountRow.__table__, SESSIONS.seen_at).join(SessionRow.__table__, SESSIONS.account_id == ACCOUNTS.id)
    return connection.execute(query.where(SESSIONS.hash == digest, *counts)).first()


def mark_seen(connection: Connection, digest: str, at: datetime) -> None:
    """At most once a minute, whatever the number of processes."""
    connection.execute(update(SessionRow).where(SESSIONS.hash == digest, SESSIONS.seen_at <= at - SEEN_EVERY).values(seen_at=at))


def end(connection: Connection, digest: str) -> bool:
    """Sign out one browser; whether it was signed in."""
    return bool(connection.execute(delete(SessionRow).where(SESSIONS.hash == digest)).rowcount)


def end_sessions_of(connection: Connection, account_id: str) -> int:
    """Sign out every browser of an account; how many."""
    return int(connection.execute(delete(SessionRow).where(SESSIONS.account_id == account_id)).rowcount)
