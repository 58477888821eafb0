"""A bulk job, what is left to do of it, its contents in pieces, and which notes stand in which piece."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base


class JobRow(Base):
    """One job. It outlives its files by a while, so that whoever asks late is told what became of it."""

    __tablename__ = "jobs"
    __table_args__ = (
        UniqueConstraint("owner", "idempotency_key"),  # many without a key may stand beside each other
        Index(None, "owner", "id"),
        Index(None, "expires_at"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)  # in order of time
    owner: Mapped[str] = mapped_column(String(50))  # the lineage of the key that made it
    created_by: Mapped[str] = mapped_column(String(50))  # that key's id
    source: Mapped[str] = mapped_column(String(200))
    idempotency_key: Mapped[str | None] = mapped_column(String(255))
    request_hash: Mapped[str] = mapped_column(String(64))
    format: Mapped[str] = mapped_column(String(10))
    text_column: Mapped[str | None] = mapped_column(Text)  # what holds the note, where it is not the definition's own field
    url: Mapped[str | None] = mapped_column(Text)  # to pull from; may hold a signature, and is forgotten once it was pulled
    state: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]  # when its files go
    deleted_at: Mapped[datetime | None]  # hidden since; the sweeper takes it away piece by piece
    total: Mapped[int | None] = mapped_column(Integer)  # records; null until the file was pulled
    done: Mapped[int] = mapped_column(Integer)
    failed: Mapped[int] = mapped_column(Integer)
    chunks_left: Mapped[int] = mapped_column(Integer)
    error_code: Mapped[str | None] = mapped_column(String(50))  # why it failed
    error_detail: Mapped[str | None] = mapped_column(Text)
    results_bytes: Mapped[int | None] = mapped_column(BigInteger)
    results_sha256: Mapped[str | None] = mapped_column(String(64))  # null: not ready
    errors_bytes: Mapped[int | None] = mapped_column(BigInteger)
    errors_sha256: Mapped[str | None] = mapped_column(String(64))


class TaskRow(Base):
    """Something left to do: pull a file, judge a chunk, finish. Whoever claims it holds it until `lease_until`; done, the row goes."""

    __tablename__ = "job_tasks"
    __table_args__ = (Index(None, "number", "job_id"),)

    job_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(10))
    claimed_by: Mapped[str | None] = mapped_column(String(40))
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(Integer)


class PieceRow(Base):
    """A chunk's input, results or errors. That a chunk has results is the proof that it was judged: there is one row for each, ever."""

    __tablename__ = "job_pieces"

    job_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(Integer)  # bytes, unpacked
    content: Mapped[bytes] = mapped_column(LargeBinary)  # packed


class NotePlace(Base):
    """Where a note's words stand in a job's files, so that they can be erased."""

    __tablename__ = "job_notes"

    note_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    job_id: Mapped[str] = mapped_column(String(40), primary_key=True, index=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
