"""A job's contents in pieces: written, read in order, erased, and swept away once nobody may have them. In the caller's transaction."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, insert, or_, select, update

from service.database import Database
from service.jobs.packing import pack, unpack, without_notes
from service.jobs.rules import FILES, first_id
from service.jobs.tables import JobRow, NotePlace, PieceRow

JOBS, PIECES, PLACES = JobRow.__table__.c, PieceRow.__table__.c, NotePlace.__table__.c
NOT_READY = {f"{kind}_{what}": None for kind in FILES for what in ("bytes", "sha256")}
ROWS_KEPT = timedelta(days=90)  # a job without its files, so that whoever asks late is told what became of it
CUT_WITHIN = timedelta(days=1)  # pieces without a job, of an upload that broke off, are younger or left over
SWEPT = 20  # pieces in one transaction: SQLite overwrites each page, and others wait to write
PLACES_SWEPT = 5000
IDS_AT_ONCE = 500


def add_piece(connection: Connection, job_id: str, kind: str, number: int, content: bytes) -> None:
    row = {"job_id": job_id, "kind": kind, "number": number, "size": len(content), "content": pack(content)}
    connection.execute(insert(PieceRow).values(row))


def drop_piece(connection: Connection, job_id: str, kind: str, number: int | None = None) -> None:
    """One piece, or all of a kind."""
    one = [PIECES.number == number] if number is not None else []
    connection.execute(delete(PieceRow).where(PIECES.job_id == job_id, PIECES.kind == kind, *one))


def read_piece(connection: Connection, job_id: str, kind: str, number: int) -> bytes:
    """Raises LookupError where it is gone."""
    this = (PIECES.job_id == job_id, PIECES.kind == kind, PIECES.number == number)
    found = connection.scalar(select(PIECES.content).where(*this))
    if found is None:
        raise LookupError(f"piece {number} of {job_id} is gone")
    return unpack(found)


def sizes(connection: Connection, job_id: str, kind: str) -> list[tuple[int, int]]:
    """Number and unpacked bytes of each piece of a file, in order."""
    wanted = select(PIECES.number, PIECES.size).where(PIECES.job_id == job_id, PIECES.kind == kind).order_by(PIECES.number)
    return [(row.number, row.size) for row in connection.execute(wanted)]


def sums(database: Database, job_id: str) -> dict[str, Any]:
    """Bytes and SHA-256 of a job's files, read piece by piece in transactions of their own. Raises LookupError, StorageUnavailable."""
    found: dict[str, Any] = {}
    for kind in FILES:
        digest, size = hashlib.sha256(), 0
        for content in _pieces(database, job_id, kind):
            digest.update(content)
            size += len(content)
        found |= {f"{kind}_bytes": size, f"{kind}_sha256": digest.hexdigest()}
    return found


def _pieces(database: Database, job_id: str, kind: str) -> Iterator[bytes]:
    with database.read() as connection:
        numbers = sizes(connection, job_id, kind)
    for number, _ in numbers:
        with database.read() as connection:
            content = read_piece(connection, job_id, kind, number)
        yield content


def place_notes(connection: Connection, job_id: str, number: int, note_ids: Sequence[str]) -> None:
    """Remember which notes stand in a chunk's results or errors."""
    if note_ids:
        connection.execute(insert(NotePlace), [{"note_id": n, "job_id": job_id, "number": number} for n in sorted(set(note_ids))])


def blank(connection: Connection, note_ids: Sequence[str], changed: Callable[[str], None]) -> int:
    """Take the words of notes out of all files; how many of the notes stood in any. `changed` is told each job whose files changed."""
    found: set[str] = set()
    jobs: set[str] = set()
    for start in range(0, len(note_ids), IDS_AT_ONCE):
        ids = note_ids[start : start + IDS_AT_ONCE]
        places = connection.execute(select(NotePlace.__table__).where(PLACES.note_id.in_(ids)).order_by(PLACES.job_id, PLACES.number)).all()
        for job_id, number in dict.fromkeys((place.job_id, place.number) for place in places):
            _blank_chunk(connection, job_id, number, {place.note_id for place in places})
        connection.execute(delete(NotePlace).where(PLACES.note_id.in_(ids)))
        found |= {place.note_id for place in places}
        jobs |= {place.job_id for place in places}
    for job_id in sorted(jobs):
        connection.execute(update(JobRow).where(JOBS.id == job_id).values(NOT_READY))
        changed(job_id)
    return len(found)


def _blank_chunk(connection: Connection, job_id: str, number: int, note_ids: set[str]) -> None:
    for kind in FILES:
        this = (PIECES.job_id == job_id, PIECES.kind == kind, PIECES.number == number)
        packed = connection.scalar(select(PIECES.content).where(*this).with_for_update())
        if packed is not None:
            content = without_notes(unpack(packed), note_ids)
            connection.execute(update(PieceRow).where(*this).values(size=len(content), content=pack(content)))


def sweep(connection: Connection, at: datetime) -> int:
    """Take away some of what nobody may have any more: files that expired, jobs that were deleted, uploads that broke off. How much;
    call it again until that is nothing. Each call is short, for others wait to write."""
    gone = select(JOBS.id).where(or_(JOBS.deleted_at.is_not(None), JOBS.expires_at <= at))
    orphan = and_(PIECES.job_id < first_id(at - CUT_WITHIN), ~exists().where(JOBS.id == PIECES.job_id))
    swept = _delete_some(connection, PieceRow, ("job_id", "kind", "number"), or_(PIECES.job_id.in_(gone), orphan), SWEPT)
    swept += _delete_some(connection, NotePlace, ("note_id", "job_id", "number"), PLACES.job_id.in_(gone), PLACES_SWEPT)
    if not swept:
        old = and_(JOBS.ended_at < at - ROWS_KEPT, JOBS.expires_at <= at)
        swept = connection.execute(delete(JobRow).where(or_(JOBS.deleted_at.is_not(None), old))).rowcount
    return swept


def _delete_some(connection: Connection, row: Any, key: Sequence[str], condition: Any, most: int) -> int:  # noqa: ANN401 SQLAlchemy's own
    columns = row.__table__.c
    found = connection.execute(select(*(columns[name] for name in key)).where(condition).limit(most)).all()
    for item in found:
        connection.execute(delete(row).where(*(columns[name] == value for name, value in zip(key, item, strict=True))))
    return len(found)
