"""Notes of two authors on one health-care professional: judged, answered under a key, told to a subscriber, on the safety desk."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, select

from service.database import Base, Database
from service.idempotency import store as idempotency
from service.idempotency.store import New
from service.notes.store import judged, keep
from service.safety.rules import Hit, Scan
from service.safety.store import record_many
from service.webhooks.outbox import emit
from service.webhooks.store import Wish, add_subscription
from tests.service.notes.made import MARK, delivery, judgement

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
LEASE = AT - AT.replace(hour=11)
HCP = "Dr Sécret"
# The mark also as JSON has it, and the person in every way that it may be written.
MARKS = [MARK, MARK.replace("ö", "\\u00f6"), HCP, HCP.replace("é", "\\u00e9"), "the crm's id"]


def fill(database: Database, count: int = 3) -> list[str]:
    """The notes' ids."""

    def write(connection: Connection) -> list[str]:
        wish = Wish("https://crm.example.com/hooks", ["judgement.created"], include_text=True)
        add_subscription(connection, wish, secret="whsec_x", who="me", at=AT)
        return [_one(connection, n) for n in range(count)]

    return database.write(write)


def _one(connection: Connection, n: int) -> str:
    given = delivery(f"{n} {MARK} " * 50, f"the crm's id {n}", author=f"author {n % 2}", hcp=HCP, metadata={"said": MARK, "hcp": HCP})
    kept = keep(connection, given, AT)
    judged(connection, kept, judgement(), AT)
    key = idempotency.claim(connection, "key1", f"k{n}", "h", AT, lease=LEASE)
    assert isinstance(key, New)
    idempotency.settle(connection, key, 200, MARK.encode(), [kept.note_id])
    emit(connection, "judgement.created", {"note_id": kept.note_id, "judgement": judgement()}, text=given.fields, at=AT)
    hit = Hit("harm", frozenset({"rule"}), ())
    record_many(connection, [Scan(kept.note_id, given.content_hash, "veeva", AT, (hit,))], AT, emit=lambda c, event, data: 0)
    return kept.note_id


@pytest.fixture
def content(database: Database) -> Callable[[], str]:
    """All rows of all tables, as text."""

    def read() -> str:
        with database.read() as connection:
            tables = Base.metadata.sorted_tables
            rows = [str(tuple(row)) for table in tables for row in connection.execute(select(table))]
        return "\n".join(rows).replace(str(MARK.encode()), MARK)

    return read
