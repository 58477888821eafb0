"""The audit in the database. Each function runs in the caller's transaction: an act and its trace are stored together or not at all."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from service.audit.rules import GENESIS, Entry, Fault, digest, faults
from service.audit.tables import AuditHead, AuditRow
from service.database import now

ROWS, HEAD = AuditRow.__table__, AuditHead.__table__
LONGEST_NAME, LONGEST_REASON = 200, 1000  # characters, as the columns have them; what is longer is cut
BATCH = 1000  # rows read at a time, so that a long audit is verified in constant memory


def append(
    connection: Connection,
    *,
    who: str,
    action: str,
    what: str,
    before: object = None,
    after: dict[str, Any] | None = None,
    why: str | None = None,
    at: datetime | None = None,
) -> int:
    """Add one act; its sequence number. `before` is kept as a hash only. Never hand in words of a note.

    The head's row is locked until the transaction ends, so that many writers make one chain.
    """
    head = _locked_head(connection)
    entry = Entry(
        sequence=head.sequence + 1,
        at=at or now(),
        who=who[:LONGEST_NAME],
        action=action,
        what=what[:LONGEST_NAME],
        before=None if before is None else digest(before),
        after=after,
        why=why and why[:LONGEST_REASON],
        previous=head.hash,
    )
    connection.execute(insert(AuditRow).values(**vars(entry), hash=entry.hash()))
    connection.execute(update(AuditHead).values(sequence=entry.sequence, hash=entry.hash()))
    return entry.sequence


def verify(connection: Connection) -> tuple[int, str, list[Fault]]:
    """Rows in the chain, the hash of the last, and everything that is wrong with it.

    Whoever can rewrite the whole database can write another chain: compare the last hash with one that was noted elsewhere.
    """
    head = connection.execute(select(HEAD)).one()
    gone = head.expired_through
    found = faults(_rows(connection), first=gone + 1, previous=None if gone else GENESIS, last=head.sequence, head=head.hash)
    return head.sequence - gone, head.hash, list(found)


def expire(connection: Connection, *, before: datetime, who: str, at: datetime | None = None) -> int:
    """Take away the rows older than a moment, all but the last; how many. A row says that it was done, with the last hash that went."""
    head = _locked_head(connection)
    young = connection.scalar(select(ROWS.c.sequence).where(ROWS.c.at >= before).order_by(ROWS.c.sequence).limit(1))
    through = min(young or head.sequence, head.sequence) - 1
    if through <= head.expired_through:
        return 0
    edge = connection.scalar(select(ROWS.c.hash).where(ROWS.c.sequence == through))
    after = {"through": through, "hash": edge}
    append(connection, who=who, action="audit.expire", what="audit", after=after, at=at)
    connection.execute(update(AuditHead).values(expired_through=through))
    return int(connection.execute(delete(AuditRow).where(ROWS.c.sequence <= through)).rowcount)


def _locked_head(connection: Connection) -> Row[Any]:
    return connection.execute(select(HEAD).with_for_update()).one()


def _rows(connection: Connection) -> Iterator[tuple[Entry, str]]:
    query = select(ROWS).order_by(ROWS.c.sequence).execution_options(yield_per=BATCH)
    for row in connection.execute(query).mappings():
        values = dict(row)
        yield Entry(**{name: values[name] for name in Entry.__dataclass_fields__}), values["hash"]
