"""Attempts to sign in, counted in the database, so that processes share the count: of each account and of each address."""

import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from ipaddress import IPv6Address, IPv6Network, ip_address

from sqlalchemy import Connection, case, delete, update
from sqlalchemy.dialects import postgresql, sqlite

from service.accounts.tables import AttemptRow
from service.accounts.tokens import hash_of
from service.errors import LimitReached

ATTEMPTS = AttemptRow.__table__.c
SPAN = timedelta(minutes=15)
OF_ACCOUNT, OF_ADDRESS = 10, 100  # an office may stand behind one address


def of_account(login: str) -> tuple[str, int]:
    """Whom it is counted for, and how many there may be. Counted alike whether there is such an account or not."""
    return hash_of(f"account:{login}"), OF_ACCOUNT


def of_address(address: str | None) -> tuple[str, int]:
    """A whole /64 of IPv6 is one: so much every customer of a provider has."""
    return hash_of(f"address:{_network(address or '')}"), OF_ADDRESS


def count(connection: Connection, subjects: Iterable[tuple[str, int]], at: datetime) -> None:
    """Count one attempt for each before anything is compared. Raises LimitReached; that attempt is not counted then."""
    connection.execute(delete(AttemptRow).where(ATTEMPTS.until <= at))
    for subject, most in sorted(subjects):  # in one order, so that no two transactions wait for each other
        made, until = _counted(connection, subject, at)
        if made > most:
            seconds = max(1, math.ceil((until - at).total_seconds()))
            raise LimitReached(
                f"Too many attempts to sign in. Try again in {math.ceil(seconds / 60)} min.", "too_many_attempts", retry_after=seconds
            )


def forget(connection: Connection, subject: str) -> None:
    """After the right password."""
    connection.execute(delete(AttemptRow).where(ATTEMPTS.subject == subject))


def give_back(connection: Connection, subject: str) -> None:
    """One that was right does not count for its address."""
    connection.execute(update(AttemptRow).where(ATTEMPTS.subject == subject).values(count=ATTEMPTS.count - 1))


def _counted(connection: Connection, subject: str, at: datetime) -> tuple[int, datetime]:
    """The row stays locked until the transaction ends: attempts at one moment are counted one after another."""
    kind = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    insert = kind(AttemptRow).values(subject=subject, until=at + SPAN, count=1)
    over = ATTEMPTS.until <= at
    again = {"count": case((over, 1), else_=ATTEMPTS.count + 1), "until": case((over, insert.excluded.until), else_=ATTEMPTS.until)}
    row = connection.execute(
        insert.on_conflict_do_update(index_elements=["subject"], set_=again).returning(ATTEMPTS.count, ATTEMPTS.until)
    ).one()
    return int(row[0]), row[1]


def _network(address: str) -> str:
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    return str(found.ipv4_mapped or IPv6Network((found, 64), strict=False))
