"""Definitions and what their changes flip, in the database; each function in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from insight_classifier.definition import Definition
from service.audit.store import append
from service.database import Base
from service.definitions.files import Files
from service.definitions.flipping import Piece
from service.definitions.tables import ChangeRow, DefinitionRow, FlipRow
from service.errors import RequestError
from service.inserting import insert_new
from service.notes.store import NOTES, VERSIONS

DEFINITIONS, CHANGES, FLIPS = (Base.metadata.tables[row.__tablename__] for row in (DefinitionRow, ChangeRow, FlipRow))
SYSTEM = "system"
MOST_EXAMPLES = 50  # of one change
PIECE = 500  # ids in one statement
TOLD = tuple(DEFINITIONS.c[name] for name in ("fingerprint", "name", "version", "first_seen_at"))


def record(connection: Connection, definition: Definition, files: Files, at: datetime) -> bool:
    """Put on record that the service judges by a definition; whether that was new."""
    row = {
        "fingerprint": definition.fingerprint,
        "name": definition.name[:100],
        "version": definition.version[:100],
        "text": files.text,
        "cues": dict(files.cues),
        "first_seen_at": at,
    }
    if connection.execute(insert_new(DEFINITIONS, connection.dialect.name), row).first() is None:
        return False
    after = {"name": row["name"], "version": row["version"]}
    append(connection, who=SYSTEM, action="definition.seen", what=f"definition:{definition.fingerprint}", after=after, at=at)
    return True


def versions(connection: Connection) -> Sequence[Row[Any]]:
    """All, without their texts, the first first."""
    return connection.execute(select(*TOLD).order_by(DEFINITIONS.c.first_seen_at, DEFINITIONS.c.fingerprint)).all()


def one(connection: Connection, fingerprint: str) -> Row[Any]:
    """A definition with its files. Raises RequestError where it was never seen here."""
    found = connection.execute(select(DEFINITIONS).where(DEFINITIONS.c.fingerprint == fingerprint)).first()
    if found is None:
        raise RequestError(
            "The service has never judged by a definition with this fingerprint. See /definition for those it has.", "not_found"
        )
    return found


def files_in(row: Row[Any]) -> Files:
    return Files(row.text, row.cues)


def change(connection: Connection, old: str, new: str) -> Row[Any] | None:
    """What was counted of a change; None: nothing yet."""
    return connection.execute(select(CHANGES).where(CHANGES.c.old == old, CHANGES.c.new == new)).first()


def add(connection: Connection, old: str, new: str, after: str, piece: Piece, at: datetime) -> bool:
    """Add what was counted behind the judgement `after`; False where another process has added it already."""
    fresh = {"old": old, "new": new, "through": "", "judged": 0, "flipped": 0, "untold": 0, "at": at}
    connection.execute(insert_new(CHANGES, connection.dialect.name), fresh)
    this, counts = CHANGES.c, {"judged": piece.judged, "flipped": len(piece.flips), "untold": piece.untold}
    sums = {name: this[name] + count for name, count in counts.items()}
    wanted = update(CHANGES).where(this.old == old, this.new == new, this.through == after)
    if connection.execute(wanted.values(**sums, through=piece.through, at=at)).rowcount == 0:
        return False
    _keep_examples(connection, old, new, piece)
    return True


def examples(connection: Connection, old: str, new: str, limit: int = 10) -> Sequence[Row[Any]]:
    """Notes whose label flips, the earliest first, each with its words as they are now."""
    joined = FLIPS.join(NOTES, NOTES.c.id == FLIPS.c.note_id).join(VERSIONS, VERSIONS.c.id == NOTES.c.current_version_id)
    query = select(FLIPS, VERSIONS.c.fields).select_from(joined).where(FLIPS.c.old == old, FLIPS.c.new == new).order_by(FLIPS.c.note_id)
    return connection.execute(query.limit(limit)).all()


def erase(connection: Connection, note_ids: Sequence[str]) -> int:
    """Take notes away from the examples; how many rows. The counts stay: they tell of nobody."""
    pieces = (note_ids[start : start + PIECE] for start in range(0, len(note_ids), PIECE))
    return sum(connection.execute(delete(FLIPS).where(FLIPS.c.note_id.in_(piece))).rowcount for piece in pieces)


def _keep_examples(connection: Connection, old: str, new: str, piece: Piece) -> None:
    """As many as there is room for, of notes that are still there."""
    there = connection.scalar(select(func.count()).where(FLIPS.c.old == old, FLIPS.c.new == new)) or 0
    wanted = {flip.id: flip for flip in piece.flips[: max(0, MOST_EXAMPLES - there)]}
    known = set(connection.scalars(select(FLIPS.c.note_id).where(FLIPS.c.old == old, FLIPS.c.new == new, FLIPS.c.note_id.in_(wanted))))
    left = connection.scalars(select(NOTES.c.id).where(NOTES.c.id.in_(set(wanted) - known), NOTES.c.erased_at.is_(None)))
    rows = [_row(old, new, wanted[note_id]) for note_id in left]
    if rows:
        connection.execute(insert(FLIPS), rows)


def _row(old: str, new: str, flip: Any) -> dict[str, Any]:  # noqa: ANN401 a Flip with both labels
    return {"old": old, "new": new, "note_id": flip.id, "before": flip.before, "after": flip.after, "reason": flip.reason}
