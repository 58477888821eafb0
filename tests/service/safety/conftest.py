"""Scans of invented notes, on a database of either kind, and an emit that remembers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from service.database import Database
from service.safety.rules import MODEL, Hit, Place, Scan
from service.safety.store import record_many

START = datetime(2026, 5, 3, 8, tzinfo=UTC)


def hit(flag: str = "harm", quote: str = "a", urgent: bool = True, by: str = MODEL) -> Hit:
    return Hit(flag, frozenset((by,)), (Place("text", 3, 9, quote),), urgent)


def scan(note: str = "n1", version: str = "v1", *hits: Hit, **more: Any) -> Scan:
    received = {"received_at": START, "source": "veeva", "record_id": f"r-{note}", **more}
    return Scan(note, version, hits=hits, **received)


@dataclass
class Lane:
    """The lane on a database, with what it emitted."""

    database: Database
    emitted: list[Mapping[str, Any]] = field(default_factory=list)

    def emit(self, connection: Connection, kind: str, data: Mapping[str, Any]) -> None:
        assert kind == "safety.flagged"
        self.emitted.append(data)

    def record(self, *scans: Scan, hours: float = 0) -> dict[str, str]:
        at = START + timedelta(hours=hours)
        return self.database.write(lambda c: record_many(c, scans, at, emit=self.emit))

    def rows(self, query: Any) -> Sequence[Mapping[str, Any]]:
        with self.database.read() as connection:
            return connection.execute(query).mappings().all()

    @property
    def reasons(self) -> list[str]:
        return [data["reason"] for data in self.emitted]


@pytest.fixture
def lane(database: Database) -> Lane:
    return Lane(database)
