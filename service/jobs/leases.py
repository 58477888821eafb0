"""Whose turn a task is: claimed under a lease, done in the transaction that stores what came of it. In the caller's transaction.

Transactions lock tasks before their job, so that a job that is cancelled waits for chunks that are being stored, and never the reverse.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, insert, or_, select, update

from service.inserting import insert_new
from service.jobs.files import add_piece, drop_piece, place_notes
from service.jobs.packing import lines_to_bytes
from service.jobs.rules import (
    CANCELLED,
    ENDED,
    ERRORS,
    FAILED,
    FINISH,
    FINISHED,
    INPUT,
    JOB_FINISHED,
    JUDGE,
    OPEN,
    QUEUED,
    RECEIVE,
    RESULTS,
    RUNNING,
    Chunk,
    Emit,
    JobLine,
    moments,
)
from service.jobs.tables import JobRow, TaskRow

JOBS, TASKS = JobRow.__table__.c, TaskRow.__table__.c
LEASE = timedelta(seconds=30)  # renewed while a worker lives: what a killed one held is anyone's after so long
CLOCKS_APART = timedelta(seconds=30)
WHOLE_JOB = 0  # number of a task that is none of a chunk: such go first


class LeaseLost(Exception):
    """The task was taken over, or its job was cancelled: nothing of it may be stored."""


@dataclass(frozen=True)
class Claimed:
    """A task that is ours until its lease ends, and what is known of its job."""

    job_id: str
    number: int
    kind: str
    who: str
    attempts: int
    job: Mapping[str, Any]


def any_due(connection: Connection, at: datetime) -> bool:
    """Whether `claim` would find anything."""
    return connection.execute(_due(at)).first() is not None


def claim(connection: Connection, who: str, at: datetime) -> Claimed | None:
    """The next task, for us alone: of all jobs the one that has come least far, so that a small job need not wait for a large one.

    On PostgreSQL what another claims just now is passed over; on SQLite there is one who writes.
    """
    found = connection.execute(_due(at).with_for_update(skip_locked=True, of=TaskRow.__table__)).mappings().first()
    if found is None:
        return None
    values = {"claimed_by": who, "lease_until": at + LEASE, "attempts": TASKS.attempts + 1}
    connection.execute(update(TaskRow).where(TASKS.job_id == found["job_id"], TASKS.number == found["number"]).values(values))
    job = dict(connection.execute(select(JobRow.__table__).where(JOBS.id == found["job_id"])).mappings().one())
    return Claimed(found["job_id"], found["number"], found["kind"], who, found["attempts"] + 1, job)


def _due(at: datetime) -> Any:  # noqa: ANN401 a select
    """Tasks that nobody holds. A lease that ends later than any can was given before a clock was set back."""
    free = or_(TASKS.lease_until.is_(None), TASKS.lease_until <= at, TASKS.lease_until > at + LEASE + CLOCKS_APART)
    wanted = or_(JOBS.state.in_(OPEN), TASKS.kind == FINISH)
    joined = select(TaskRow.__table__).join(JobRow.__table__, JOBS.id == TASKS.job_id)
    return joined.where(free, wanted, JOBS.deleted_at.is_(None)).order_by(TASKS.number, TASKS.job_id).limit(1)


def start(connection: Connection, job_id: str, at: datetime) -> None:
    """A job is under way from its first chunk on."""
    connection.execute(update(JobRow).where(JOBS.id == job_id, JOBS.state == QUEUED).values(state=RUNNING, started_at=at))


def renew(connection: Connection, claimed: Claimed, at: datetime) -> None:
    """Hold on to a task. Raises LeaseLost."""
    if connection.execute(update(TaskRow).where(*_ours(claimed)).values(lease_until=at + LEASE)).rowcount != 1:
        raise LeaseLost


def give_back(connection: Connection, claimed: Claimed, until: datetime | None, *, failed: bool) -> None:
    """Let others have a task, from a moment on. An attempt that failed is counted, one that was broken off is not."""
    attempts = claimed.attempts - (not failed)
    connection.execute(update(TaskRow).where(*_ours(claimed)).values(claimed_by=None, lease_until=until, attempts=attempts))


def take_done(connection: Connection, claimed: Claimed) -> None:
    """The task is done if this transaction is committed. Raises LeaseLost."""
    if connection.execute(delete(TaskRow).where(*_ours(claimed))).rowcount != 1:
        raise LeaseLost


def received(connection: Connection, claimed: Claimed, total: int, chunks: int) -> None:
    """The file was pulled and lies here in pieces: its chunks may be judged. Raises LeaseLost."""
    take_done(connection, claimed)
    add_tasks(connection, claimed.job_id, chunks)
    connection.execute(update(JobRow).where(JOBS.id == claimed.job_id).values(url=None, total=total, chunks_left=chunks))


def add_tasks(connection: Connection, job_id: str, chunks: int) -> None:
    """One for each chunk; where there is none, that of pulling the file."""
    wanted = [(number, JUDGE) for number in range(1, chunks + 1)] or [(WHOLE_JOB, RECEIVE)]
    connection.execute(insert(TaskRow), [{"job_id": job_id, "number": number, "kind": kind, "attempts": 0} for number, kind in wanted])


def judged(connection: Connection, claimed: Claimed, chunk: Chunk, lines: Sequence[JobLine]) -> None:
    """Keep what became of a chunk's records; its input goes. Call it after `take_done`, in the same transaction."""
    numbered = [(record.number, line) for record, line in zip(chunk.records, lines, strict=True)]
    good = [(number, line) for number, line in numbered if not line.failed]
    bad = [(number, line) for number, line in numbered if line.failed]
    add_piece(connection, chunk.job_id, RESULTS, chunk.number, lines_to_bytes(good))
    if bad:
        add_piece(connection, chunk.job_id, ERRORS, chunk.number, lines_to_bytes(bad))
    place_notes(connection, chunk.job_id, chunk.number, [line.note_id for line in lines if line.note_id])
    drop_piece(connection, chunk.job_id, INPUT, chunk.number)
    counted = {"done": JOBS.done + len(good), "failed": JOBS.failed + len(bad), "chunks_left": JOBS.chunks_left - 1}
    left = connection.scalar(update(JobRow).where(JOBS.id == chunk.job_id).values(counted).returning(JOBS.chunks_left))
    if left == 0:
        add_finish(connection, chunk.job_id)


def add_finish(connection: Connection, job_id: str) -> None:
    """Have the job's files counted and hashed (again)."""
    row = {"job_id": job_id, "number": WHOLE_JOB, "kind": FINISH, "attempts": 0}
    connection.execute(insert_new(TaskRow.__table__, connection.dialect.name), row)
    # Whoever counts already has seen what stood there before.
    of_job = (TASKS.job_id == job_id, TASKS.kind == FINISH)
    connection.execute(update(TaskRow).where(*of_job).values(claimed_by=None, lease_until=None))


def finish(
    connection: Connection, claimed: Claimed, sums: Mapping[str, Any], *, emit: Emit, keep: timedelta, at: datetime
) -> None:  # fmt: skip
    """The files are whole, and these are their sums; a job that was under way is finished. Raises LeaseLost."""
    take_done(connection, claimed)
    connection.execute(update(JobRow).where(JOBS.id == claimed.job_id).values(**sums))
    _end(connection, claimed.job_id, FINISHED, {}, emit=emit, keep=keep, at=at)


def fail(
    connection: Connection, claimed: Claimed, code: str, detail: str, *, emit: Emit, keep: timedelta, at: datetime
) -> None:  # fmt: skip
    """The job cannot be done at all. Raises LeaseLost."""
    take_done(connection, claimed)
    drop_piece(connection, claimed.job_id, INPUT)
    why = {"error_code": code, "error_detail": detail, "url": None}
    _end(connection, claimed.job_id, FAILED, why, emit=emit, keep=keep, at=at)


def cancel(connection: Connection, job_id: str, *, emit: Emit, keep: timedelta, at: datetime) -> bool:
    """End a job that is queued or under way; what was judged stays, what was not is forgotten. Whether it was open."""
    connection.execute(delete(TaskRow).where(TASKS.job_id == job_id, TASKS.kind != FINISH))
    ended = _end(connection, job_id, CANCELLED, {"url": None, "chunks_left": 0}, emit=emit, keep=keep, at=at)
    if ended:
        drop_piece(connection, job_id, INPUT)
        add_finish(connection, job_id)
    return ended


def _end(
    connection: Connection, job_id: str, state: str, values: Mapping[str, Any], *, emit: Emit, keep: timedelta, at: datetime
) -> bool:  # fmt: skip
    """Once: a job that ended stays as it ended."""
    ended = update(JobRow).where(JOBS.id == job_id, JOBS.state.in_(OPEN))
    row = connection.execute(
        ended.values(state=state, ended_at=at, expires_at=at + keep, **values).returning(JobRow.__table__)
    ).mappings().first()  # fmt: skip
    if row is None:
        return False
    assert row["state"] in ENDED
    told = {"job_id": job_id, **{name: row[name] for name in ("source", "state", "total", "done", "failed", "error_code")}}
    emit(connection, JOB_FINISHED, {**told, **moments(dict(row), "created_at", "started_at", "ended_at", "expires_at")})
    return True


def _ours(claimed: Claimed) -> tuple[ColumnElement[bool], ...]:
    return TASKS.job_id == claimed.job_id, TASKS.number == claimed.number, TASKS.claimed_by == claimed.who
