"""Jobs in the database: made, shown, cancelled, deleted, erased from. In the caller's transaction; acts are audited in the same one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update

from service.audit.store import append
from service.errors import LimitReached, RequestError
from service.inserting import insert_new
from service.jobs.files import blank
from service.jobs.leases import add_finish, add_tasks, cancel
from service.jobs.rules import ENDED, OPEN, QUEUED, Emit
from service.jobs.tables import JobRow, TaskRow

JOBS, TASKS = JobRow.__table__.c, TaskRow.__table__.c
MOST_OPEN = 100  # jobs of one key that are queued or under way


@dataclass(frozen=True)
class Owner:
    """Whose jobs are meant. `lineage` None: everybody's."""

    lineage: str | None


@dataclass(frozen=True)
class Wish:
    """A job as somebody wants it. Either `url`, to be pulled from, or `total` records in `chunks` pieces that are stored already."""

    id: str
    owner: str
    created_by: str
    source: str
    format: str
    request_hash: str
    idempotency_key: str | None = None
    text_column: str | None = None
    url: str | None = None
    total: int | None = None
    chunks: int = 0


def add_job(connection: Connection, wish: Wish, at: datetime) -> Row[Any]:
    """The new job, or the one that was made under the same key before: compare the ids. Raises RequestError, LimitReached."""
    if known := same_request(connection, wish.owner, wish.idempotency_key, wish.request_hash):
        return known
    require_room(connection, wish.owner)
    values = {**vars(wish), "chunks_left": wish.chunks, "state": QUEUED, "created_at": at, "done": 0, "failed": 0}
    del values["chunks"]
    if connection.execute(insert_new(JobRow.__table__, connection.dialect.name), values).first() is None:
        known = same_request(connection, wish.owner, wish.idempotency_key, wish.request_hash)
        assert known is not None
        return known
    add_tasks(connection, wish.id, wish.chunks)
    after = {"format": wish.format, "total": wish.total, "source": wish.source}
    append(connection, who=wish.created_by, action="job.create", what=f"job:{wish.id}", after=after, at=at)
    return job(connection, wish.id, Owner(None))


def same_request(connection: Connection, owner: str, key: str | None, request_hash: str) -> Row[Any] | None:
    """The job that was made under this key before. Raises RequestError where it was asked for something else."""
    if key is None:
        return None
    found = connection.execute(select(JobRow.__table__).where(JOBS.owner == owner, JOBS.idempotency_key == key)).first()
    if found is not None and found.request_hash != request_hash:
        raise RequestError(
            f"The idempotency key belongs to {found.id}, which was made of something else. Use a new key.", "idempotency_key_reused"
        )
    return found


def job(connection: Connection, job_id: str, owner: Owner) -> Row[Any]:
    """Raises RequestError where there is none, or it is somebody else's."""
    found = connection.execute(select(JobRow.__table__).where(JOBS.id == job_id[:40], *_visible(owner))).first()
    if found is None:
        raise RequestError("There is no job with this id. List yours: GET /v1/jobs.", "job_not_found")
    return found


def jobs(connection: Connection, owner: Owner, *, state: str | None, before: str | None, limit: int) -> Sequence[Row[Any]]:
    """The newest first, older than the id `before`."""
    wanted = [*_visible(owner), *([JOBS.state == state] if state else []), *([JOBS.id < before] if before else [])]
    return connection.execute(select(JobRow.__table__).where(*wanted).order_by(JOBS.id.desc()).limit(limit)).all()


def cancel_job(
    connection: Connection, job_id: str, owner: Owner, *, who: str, emit: Emit, keep: timedelta, at: datetime
) -> Row[Any]:  # fmt: skip
    """Stop a job; one that ended before stays as it is. Raises RequestError."""
    known = job(connection, job_id, owner)
    if known.state in OPEN and cancel(connection, known.id, emit=emit, keep=keep, at=at):
        append(connection, who=who, action="job.cancel", what=f"job:{known.id}", after={"done": known.done, "failed": known.failed}, at=at)
    return job(connection, job_id, owner)


def delete_job(
    connection: Connection, job_id: str, owner: Owner, *, who: str, emit: Emit, keep: timedelta, at: datetime
) -> Row[Any]:  # fmt: skip
    """Stop a job and have its contents swept away; as it was at the end. Notes and judgements stay. Raises RequestError."""
    known = cancel_job(connection, job_id, owner, who=who, emit=emit, keep=keep, at=at)
    connection.execute(delete(TaskRow).where(TASKS.job_id == known.id))
    append(connection, who=who, action="job.delete", what=f"job:{known.id}", at=at)
    connection.execute(update(JobRow).where(JOBS.id == known.id).values(deleted_at=at, idempotency_key=None, url=None))
    return known


def erase(connection: Connection, note_ids: Sequence[str]) -> int:
    """Take the words of notes out of all results and errors; how many of the notes stood there. Files that were ready are hashed anew.

    What waits to be judged is not looked through: its notes have no id yet, it is gone once the chunk is judged, and a note that was
    erased is refused when it comes again.
    """
    ended = partial(_hash_again, connection)
    return blank(connection, note_ids, ended)


def _hash_again(connection: Connection, job_id: str) -> None:
    if connection.scalar(select(JOBS.state).where(JOBS.id == job_id, JOBS.deleted_at.is_(None))) in ENDED:
        add_finish(connection, job_id)


def _visible(owner: Owner) -> list[Any]:
    return [JOBS.deleted_at.is_(None), *([JOBS.owner == owner.lineage] if owner.lineage is not None else [])]


def require_room(connection: Connection, owner: str) -> None:
    """Raises LimitReached."""
    mine = select(func.count()).select_from(JobRow).where(JOBS.owner == owner, JOBS.state.in_(OPEN))
    if (connection.scalar(mine) or 0) >= MOST_OPEN:
        detail = f"{MOST_OPEN} jobs of this key are queued or under way. Wait for one to end, or cancel one."
        raise LimitReached(detail, "too_many_jobs", retry_after=60)
