"""How far bulks have come, in the database: begun, counted up piece by piece, ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, insert, select, update

from service.bulks.tables import BulkRow
from service.database import Base
from service.errors import RequestError
from service.notes.rows import new_id
from service.reviews.kinds import UNDO
from service.reviews.store import REVIEWS
from service.reviews.undo import last_act

BULKS = Base.metadata.tables[BulkRow.__tablename__]
RUNNING, DONE, BROKEN = "running", "done", "broken"
SILENT = timedelta(minutes=2)  # after which nobody works on it any more


@dataclass(frozen=True)
class Run:
    """A bulk as whoever began it sees it. `standing`: decisions of it that were not taken back; `last`: it is what they would undo next."""

    id: str
    kind: str
    query: str
    notes: int
    saved: int
    refused: Mapping[str, int]
    state: str
    begun_at: datetime
    standing: int
    last: bool

    @property
    def seen(self) -> int:
        """Notes that it has gone through."""
        return self.saved + sum(self.refused.values())


def begin(connection: Connection, kind: str, query: str, notes: int, who: str, at: datetime) -> str:
    """Its id."""
    bulk_id = new_id(at)
    row = {"id": bulk_id, "reviewer": who, "kind": kind, "query": query, "notes": notes, "saved": 0, "refused": {}}
    connection.execute(insert(BULKS).values(**row, state=RUNNING, begun_at=at, changed_at=at))
    return bulk_id


def count_up(connection: Connection, bulk_id: str, saved: int, refused: Mapping[str, int], at: datetime) -> None:
    """All that was saved and refused so far."""
    connection.execute(update(BULKS).where(BULKS.c.id == bulk_id).values(saved=saved, refused=dict(refused), changed_at=at))


def end(connection: Connection, bulk_id: str, state: str, at: datetime) -> None:
    connection.execute(update(BULKS).where(BULKS.c.id == bulk_id).values(state=state, changed_at=at))


def run_of(connection: Connection, bulk_id: str, who: str, at: datetime) -> Run:
    """A person's own bulk. One whose process is gone is told as broken off. Raises RequestError `not_found`."""
    row = connection.execute(select(BULKS).where(BULKS.c.id == bulk_id, BULKS.c.reviewer == who)).first()
    if row is None:
        raise RequestError("There is no such bulk of yours.", "not_found")
    counts = (REVIEWS.c.bulk_id == bulk_id, REVIEWS.c.kind != UNDO, ~REVIEWS.c.undone)
    standing = connection.execute(select(func.count()).select_from(REVIEWS).where(*counts)).scalar_one()
    act = last_act(connection, who) if standing else None
    state = BROKEN if row.state == RUNNING and at - row.changed_at > SILENT else row.state
    shown = (row.id, row.kind, row.query, row.notes, row.saved, row.refused, state, row.begun_at)
    return Run(*shown, standing=standing, last=act is not None and act.id == bulk_id)
