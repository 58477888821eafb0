"""The demonstration out of a database again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from service.accounts.sessions import end_sessions_of
from service.accounts.store import ACCOUNTS, DEMONSTRATION
from service.accounts.tables import AccountRow
from service.audit.store import append
from service.database import Base, Database
from service.engines import read_url, sqlite_file
from service.erasers import ERASERS
from service.erasure.store import erase_notes
from service.migrations import migrate
from service.notes.store import NOTES
from service.safety.tables import Item, ItemEvent, ScanRow

PIECE = 200
KEPT = {row.__tablename__ for row in (ScanRow, Item, ItemEvent)}  # the safety lane deletes nothing, whatever it is of


@dataclass(frozen=True)
class Removed:
    """`items`: of the safety lane, which stay."""

    notes: int
    items: int


def remove(database: Database, who: str, at: datetime) -> Removed:
    """Take away the invented notes with all that was made of them, and the invented accounts. The audit and safety items stay.

    Blocks. Called again it goes on where it stopped.
    """
    count = 0
    while piece := database.write(lambda connection: _piece(connection, who)):
        count += piece
    items = database.write(lambda connection: _end(connection, count, who, at))
    database.scrub()
    return Removed(count, items)


def forget(url: str) -> None:
    """Begin anew with a SQLite file that holds nothing else, and that nobody has open."""
    file = sqlite_file(read_url(url))
    for name in (f"{file.name}-wal", f"{file.name}-shm", file.name):
        file.with_name(name).unlink(missing_ok=True)
    migrate(url)


def _piece(connection: Connection, who: str) -> int:
    """Erase some notes as any note is erased, then what an erasure leaves for the sake of real ones."""
    ids = list(connection.scalars(select(NOTES.c.id).where(NOTES.c.source == DEMONSTRATION).order_by(NOTES.c.id).limit(PIECE)))
    erase_notes(connection, ids, ERASERS, who, DEMONSTRATION)
    for table in reversed(Base.metadata.sorted_tables):
        if "note_id" in table.c and table.name not in KEPT:
            connection.execute(delete(table).where(table.c.note_id.in_(ids)))
    connection.execute(delete(NOTES).where(NOTES.c.id.in_(ids)))
    return len(ids)


def _end(connection: Connection, notes: int, who: str, at: datetime) -> int:
    ids = list(connection.scalars(select(ACCOUNTS.id).where(ACCOUNTS.created_by == DEMONSTRATION)))
    for account_id in ids:
        end_sessions_of(connection, account_id)
    connection.execute(delete(AccountRow).where(ACCOUNTS.id.in_(ids)))
    if notes or ids:
        append(connection, who=who, action="demonstration.remove", what="notes", after={"notes": notes, "accounts": len(ids)}, at=at)
    return connection.scalar(select(func.count()).select_from(Item).where(Item.__table__.c.source == DEMONSTRATION)) or 0
