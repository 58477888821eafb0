"""Notes in the database, as they come in. Each function runs in the caller's transaction; deliveries of one record take turns at its row.

A judgement is stored in the transaction that keeps its note, or in a later one. `service.notes.batches` does the same for many at once.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, case, delete, func, insert, select, update

from service.database import Base
from service.errors import RequestError
from service.inserting import insert_new
from service.notes.rows import Kept, described, judgement_row, member_rows, new_id, new_rows, point_values, version_row
from service.notes.rules import Delivery, Stamp, newer, takes_over
from service.notes.tables import JudgementRow, MemberRow, NoteRow, VersionRow

NOTES, VERSIONS, JUDGEMENTS, MEMBERS = (Base.metadata.tables[row.__tablename__] for row in (NoteRow, VersionRow, JudgementRow, MemberRow))
PIECE = 500  # ids in one statement


def keep(connection: Connection, delivery: Delivery, at: datetime) -> Kept:
    """Keep a delivery as the version that counts, or, where it came late, in the history only.

    Raises RequestError `note_erased` where its record was erased.
    """
    note, version = new_rows(delivery, at)
    if connection.execute(insert_new(NOTES, connection.dialect.name), note).first() is None:
        return keep_known(connection, delivery, at)
    connection.execute(insert(VERSIONS), version)
    return Kept(note["id"], version["id"], is_new=True, is_current=True)


def judged(connection: Connection, kept: Kept, judgement: Mapping[str, Any], at: datetime) -> str:
    """Store a judgement (its JSON form) of a version; its id. One that is there already stays, and its id is returned.

    Raises RequestError `note_erased` where the note was erased meanwhile.
    """
    row = judgement_row(kept, judgement, at)
    if connection.execute(POINT, point_values(row)).rowcount != 1:
        raise erased_error()
    if connection.execute(insert_new(JUDGEMENTS, connection.dialect.name), row).first() is None:
        return known_judgement(connection, row)
    if parts := member_rows(row):
        connection.execute(insert(MEMBERS), parts)
    return str(row["id"])


def failed(connection: Connection, kept: Kept, code: str, at: datetime) -> None:
    """Say why a version has no judgement: an error's code."""
    connection.execute(update(VERSIONS).where(VERSIONS.c.id == kept.version_id).values(failure=code[:64], failed_at=at))


def erase(connection: Connection, note_ids: Sequence[str], at: datetime | None = None) -> int:
    """Take away everything that was said in notes and of them; how many had something. Tombstones stay."""
    count = 0
    for start in range(0, len(note_ids), PIECE):
        piece = note_ids[start : start + PIECE]
        judgements = select(JUDGEMENTS.c.id).where(JUDGEMENTS.c.note_id.in_(piece))
        connection.execute(delete(MEMBERS).where(MEMBERS.c.judgement_id.in_(judgements)))
        connection.execute(delete(JUDGEMENTS).where(JUDGEMENTS.c.note_id.in_(piece)))
        connection.execute(delete(VERSIONS).where(VERSIONS.c.note_id.in_(piece)))
        emptied = update(NOTES).where(NOTES.c.id.in_(piece), NOTES.c.erased_at.is_(None))
        count += connection.execute(emptied.values(**dict.fromkeys(EMPTIED), erased_at=at or datetime.now(UTC))).rowcount
    return count


EMPTIED = (
    *("record_id", "author", "hcp", "metadata", "written_at", "newest_at", "newest_number"),
    *("current_version_id", "current_judgement_id"),
)
# The latest judgement counts while its version does. Where the note was erased no row is changed.
POINT = (
    update(NOTES)
    .where(NOTES.c.id == bindparam("pointed_note"), NOTES.c.erased_at.is_(None))
    .values(
        current_judgement_id=case(
            (NOTES.c.current_version_id == bindparam("pointed_version"), bindparam("pointed_judgement")), else_=NOTES.c.current_judgement_id
        )
    )
)


def keep_known(connection: Connection, delivery: Delivery, at: datetime) -> Kept:
    """As `keep`, for a record that is there. Its row is locked until the transaction ends."""
    note = connection.execute(SAME_RECORD, {"its_source": delivery.source, "its_hash": delivery.record_hash}).one()
    if note.erased_at is not None:
        raise erased_error()
    known = _known_version(connection, note.id, delivery)
    counts = takes_over(delivery.stamp, Stamp(note.newest_at, note.newest_number), _stamp(known))
    version_id = known.id if known else new_id(at)
    if known is None:
        connection.execute(insert(VERSIONS), version_row(delivery, version_id, note.id, at))
    if counts:
        _let_count(connection, note, version_id, delivery, known=known is not None)
    return Kept(note.id, version_id, is_new=known is None, is_current=counts or note.current_version_id == version_id)


COMPARED: tuple[ColumnElement[Any], ...] = (
    *(NOTES.c.id, NOTES.c.current_version_id, NOTES.c.erased_at),
    *(NOTES.c.newest_at, NOTES.c.newest_number),
)
STAMPED: tuple[ColumnElement[Any], ...] = (VERSIONS.c.id, VERSIONS.c.modified_at, VERSIONS.c.modified_number)
SAME_RECORD = (
    select(*COMPARED).where(NOTES.c.source == bindparam("its_source"), NOTES.c.record_hash == bindparam("its_hash")).with_for_update()
)
SAME_CONTENT = select(*STAMPED).where(VERSIONS.c.note_id == bindparam("its_note"), VERSIONS.c.content_hash == bindparam("its_hash"))


def known_judgement(connection: Connection, row: Mapping[str, Any]) -> str:
    """The id of the judgement that stands in a row's place; what points at the row is put right."""
    unique = ("version_id", "definition_fingerprint", "model_fingerprint")
    found = connection.scalar(select(JUDGEMENTS.c.id).where(*(JUDGEMENTS.c[name] == row[name] for name in unique)))
    latest = _latest_judgement(row["version_id"])
    connection.execute(update(NOTES).where(NOTES.c.current_judgement_id == row["id"], NOTES.c.id == row["note_id"]).values(latest))
    return str(found)


def erased_error() -> RequestError:
    return RequestError("This note was erased. It is neither kept nor judged again; stop sending it.", "note_erased")


def _latest_judgement(version_id: str) -> dict[Any, Any]:
    latest = select(func.max(JUDGEMENTS.c.id)).where(JUDGEMENTS.c.version_id == version_id).scalar_subquery()
    return {NOTES.c.current_judgement_id: latest}


def _known_version(connection: Connection, note_id: str, delivery: Delivery) -> Row[Any] | None:
    return connection.execute(SAME_CONTENT, {"its_note": note_id, "its_hash": delivery.content_hash}).first()


def _stamp(version: Row[Any] | None) -> Stamp | None:
    return None if version is None else Stamp(version.modified_at, version.modified_number)


def _let_count(connection: Connection, note: Row[Any], version_id: str, delivery: Delivery, *, known: bool) -> None:
    """Let a version be what counts. A content that comes back brings its judgement along."""
    newest = newer(delivery.stamp, Stamp(note.newest_at, note.newest_number))
    moved = {NOTES.c.current_version_id: version_id, **_latest_judgement(version_id)} if note.current_version_id != version_id else {}
    said = {NOTES.c[name]: value for name, value in described(delivery).items()}
    stamps = {NOTES.c.newest_at: newest.modified_at, NOTES.c.newest_number: newest.modified_number}
    connection.execute(update(NOTES).where(NOTES.c.id == note.id).values({**said, **stamps, **moved}))
    if known:
        again = {name: getattr(delivery, name) for name in ("author", "hcp", "modified_at", "modified_number")}
        connection.execute(update(VERSIONS).where(VERSIONS.c.id == version_id).values(**again))
