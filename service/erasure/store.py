"""Erase notes wherever they are kept, a few at a time, each time with its trace in the audit.

Every other noun that keeps something of a note has a function `erase(connection, note_ids)`; the application hands them in.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select

from service.audit.store import append
from service.database import Database, now
from service.erasure.rules import AUTHOR, NOTE, Chosen
from service.notes.store import NOTES, VERSIONS
from service.notes.store import erase as erase_notes_themselves

Erasers = Sequence[Callable[[Connection, Sequence[str]], int]]

PIECE = 200  # notes a transaction: others write in between


@dataclass(frozen=True)
class Erased:
    """How many notes went, and whether the freed pages are overwritten in the files already; else the next erasure does it."""

    notes: int
    overwritten: bool


def erase(database: Database, chosen: Chosen, erasers: Erasers, *, who: str, why: str | None) -> Erased:
    """Erase all notes that are chosen. Blocks. Raises StorageUnavailable; called again it goes on where it stopped."""
    count = 0
    while piece := database.write(lambda connection: _piece(connection, chosen, erasers, who, why)):
        count += piece
    # Also where there was nothing to erase: an earlier erasure may have been kept from it.
    return Erased(count, database.scrub())


def erase_notes(
    connection: Connection, note_ids: Sequence[str], erasers: Erasers, who: str, why: str | None, *, by: Chosen | None = None
) -> int:
    """Erase notes, with an audit row each, in the caller's transaction; how many there were. Call `Database.scrub` after the commit.

    The erasers run before the notes themselves go, which they may look at.
    """
    wanted = select(NOTES.c.id).where(NOTES.c.id.in_(note_ids), NOTES.c.erased_at.is_(None)).order_by(NOTES.c.id).with_for_update()
    ids = list(connection.scalars(wanted))
    at = now()
    for eraser in erasers:
        eraser(connection, ids)
    erase_notes_themselves(connection, ids, at)
    for note_id in ids:
        _audit(connection, note_id, by or Chosen(NOTE, note_id), who, why, at)
    return len(ids)


def count(connection: Connection, chosen: Chosen) -> int:
    """How many notes would go."""
    return connection.scalar(select(func.count()).select_from(NOTES).where(_condition(chosen))) or 0


def _piece(connection: Connection, chosen: Chosen, erasers: Erasers, who: str, why: str | None) -> int:
    ids = list(connection.scalars(select(NOTES.c.id).where(_condition(chosen)).order_by(NOTES.c.id).limit(PIECE)))
    return erase_notes(connection, ids, erasers, who, why, by=chosen) if ids else 0


def _condition(chosen: Chosen) -> ColumnElement[bool]:
    """Every version names its persons, the current one too."""
    left = NOTES.c.erased_at.is_(None)
    if chosen.by == NOTE:
        return left & (NOTES.c.id == chosen.reference)
    column = "author" if chosen.by == AUTHOR else "hcp"
    versions = select(VERSIONS.c.note_id).where(VERSIONS.c[column] == chosen.reference)
    return left & NOTES.c.id.in_(versions)


def _audit(connection: Connection, note_id: str, by: Chosen, who: str, why: str | None, at: datetime) -> None:
    append(connection, who=who, action="note.erase", what=f"note:{note_id}", after=by.named(), why=why, at=at)
