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
EXPIRE = "audit.expire"
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

    Whoever can rewrite the whole database can write another chain: see with `stands` that a hash noted elsewhere is still in it.
    """
    head = connection.execute(select(HEAD)).one()
    gone = head.expired_through
    edge = _edge(connection, gone)
    unsaid = [] if edge else [Fault(gone, f"rows up to {gone} were removed, and no row says that retention did it")]
    found = faults(_rows(connection), first=gone + 1, previous=edge, last=head.sequence, head=head.hash)
    return head.sequence - gone, head.hash, [*unsaid, *found]


def stands(connection: Connection, known: str) -> bool:
    """Whether a hash that was noted earlier is still that of a row, or of the last one that retention took away."""
    row = connection.scalar(select(ROWS.c.sequence).where(ROWS.c.hash == known))
    return row is not None or known in (GENESIS, *(after["hash"] for after in _expiries(connection).values()))


def expire(connection: Connection, *, before: datetime, who: str, at: datetime | None = None) -> int:
    """Take away the rows older than a moment, all but the last; how many. A row says that it was done, with the last hash that went."""
    head = _locked_head(connection)
    young = connection.scalar(select(ROWS.c.sequence).where(ROWS.c.at >= before).order_by(ROWS.c.sequence).limit(1))
    through = min(young or head.sequence, head.sequence) - 1
    if through <= head.expired_through:
        return 0
    edge = connection.scalar(select(ROWS.c.hash).where(ROWS.c.sequence == through))
    after = {"through": through, "hash": edge}
    append(connection, who=who, action=EXPIRE, what="audit", after=after, at=at)
    connection.execute(update(AuditHead).values(expired_through=through))
    return int(connection.execute(delete(AuditRow).where(ROWS.c.sequence <= through)).rowcount)


def _locked_head(connection: Connection) -> Row[Any]:
    return connection.execute(select(HEAD).with_for_update()).one()


def _edge(connection: Connection, gone: int) -> str | None:
    """The hash that the first row stands on, by the word of the row that says what retention took; None where none says so."""
    if gone == 0:
        return GENESIS
    said = _expiries(connection).get(gone)
    return str(said["hash"]) if said else None


def _expiries(connection: Connection) -> dict[int, dict[str, Any]]:
    """What retention says that it took, by the last number that went."""
    said = connection.scalars(select(ROWS.c.after).where(ROWS.c.action == EXPIRE))
    return {after["through"]: after for after in said}


def _rows(connection: Connection) -> Iterator[tuple[Entry, str]]:
    query = select(ROWS).order_by(ROWS.c.sequence).execution_options(yield_per=BATCH)
    for row in connection.execute(query).mappings():
        values = dict(row)
        yield Entry(**{name: values[name] for name in Entry.__dataclass_fields__}), values["hash"]
