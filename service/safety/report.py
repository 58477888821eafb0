"""What was scanned day by day, and what has waited longest for a person."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, case, func, select

from service.safety.rules import OPEN
from service.safety.tables import Item, ScanRow

ITEMS, SCANS = Item.__table__.c, ScanRow.__table__.c


@dataclass(frozen=True)
class Day:
    """Versions of notes by the day, in UTC, of their first scan. `unjudged`: only the rules had their say."""

    day: str
    scanned: int
    found: int
    unjudged: int

    @property
    def none_found(self) -> int:
        return self.scanned - self.found


@dataclass(frozen=True)
class Waiting:
    """Open items, and the one whose time ends first."""

    open: int
    overdue: int
    oldest: str | None
    due_at: datetime | None


def days(connection: Connection, since: datetime) -> list[Day]:
    """The newest day first; days without a scan are left out."""
    day = func.date(SCANS.at)
    found, unjudged = (func.sum(case((which, 1), else_=0)) for which in (SCANS.flagged, SCANS.by_model.is_(None)))
    query = select(day, func.count(), found, unjudged).where(SCANS.at >= since).group_by(day).order_by(day.desc())
    return [Day(str(when), *map(int, counts)) for when, *counts in connection.execute(query)]


def waiting(connection: Connection, at: datetime) -> Waiting:
    """What is open now."""
    overdue = func.coalesce(func.sum(case((ITEMS.due_at <= at, 1), else_=0)), 0)
    counts = connection.execute(select(func.count(), overdue).where(ITEMS.state == OPEN)).one()
    first = select(ITEMS.id, ITEMS.due_at).where(ITEMS.state == OPEN).order_by(ITEMS.due_at, ITEMS.id).limit(1)
    oldest, due_at = connection.execute(first).first() or (None, None)
    return Waiting(int(counts[0]), int(counts[1]), oldest, due_at)
