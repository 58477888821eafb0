"""Jobs for tests: a real predictor that judges, a small real table that keeps what was said, and files of notes."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from insight_classifier.predictor import Predictor
from insight_classifier.scoring import Failure, Result, score_chunk
from service.database import Database
from service.jobs.cutting import Cutter
from service.jobs.rules import Chunk, JobLine, new_id
from service.jobs.store import Owner, Wish, add_job, job
from service.jobs.tasks import Hands
from service.jobs.worker import Worker

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
OWNER = "ik_owner"
ALL = Owner(None)


def make_table(database: Database) -> None:
    database.write(lambda c: c.execute(text("CREATE TABLE said (id VARCHAR(100), job VARCHAR(40), at INTEGER)")) and None)


def said(database: Database) -> list[str]:
    """The ids of all that was judged, in order, as often as it was."""
    with database.read() as connection:
        return list(connection.execute(text("SELECT id FROM said ORDER BY id")).scalars())


@dataclass
class Desk:
    """What is handed to a worker."""

    predictor: Predictor
    events: list[dict[str, Any]] = field(default_factory=list)
    chunks: list[Chunk] = field(default_factory=list)

    def judge(self, chunk: Chunk) -> tuple[Chunk, list[Result]]:
        self.chunks.append(chunk)
        return chunk, score_chunk(chunk.records, self.predictor)

    def store(self, connection: Connection, judged: tuple[Chunk, list[Result]]) -> Sequence[JobLine]:
        chunk, results = judged
        for result in results:
            connection.execute(text("INSERT INTO said VALUES (:id, :job, :at)"), {"id": result.id, "job": chunk.job_id, "at": chunk.number})
        return [JobLine(r.to_dict(), isinstance(r, Failure), None if isinstance(r, Failure) else f"note-{r.id}") for r in results]

    def emit(self, connection: Connection, event: str, data: dict[str, Any]) -> None:
        self.events.append({"event": event, **data})


@dataclass
class Clock:
    wall: datetime = AT

    def __call__(self) -> datetime:
        return self.wall

    def move(self, **span: float) -> None:
        self.wall += timedelta(**span)


def ndjson(count: int, words: str = "The KOL asked how dose timing changes response in older patients.") -> bytes:
    return "".join(json.dumps({"id": f"n{i:05}", "text": f"{words} Case {i}."}) + "\n" for i in range(count)).encode()


def make_job(
    database: Database, predictor: Predictor, content: bytes, folder: Path, *, chunk: int = 5, format: str = "ndjson", at: datetime = AT,
    **wish: Any,
) -> str:  # fmt: skip
    """The id of a new job that is made of a file."""
    job_id = new_id(at)
    file = folder / f"{job_id}.{format}"
    file.write_bytes(content)
    total, chunks = Cutter(database, predictor.definition, chunk_notes=chunk).cut(job_id, file, format)
    known = {"owner": OWNER, "created_by": OWNER, "source": "veeva", "request_hash": "0" * 64, **wish}
    database.write(lambda c: add_job(c, Wish(job_id, format=format, total=total, chunks=chunks, **known), at))
    return job_id


def hands(database: Database, desk: Desk, **more: Any) -> Hands:
    return Hands(database, desk.predictor.definition, desk.judge, desk.store, desk.emit, **more)


def row(database: Database, job_id: str) -> Any:
    with database.read() as connection:
        return job(connection, job_id, ALL)


def work(database: Database, desk: Desk, *, turns: int = 1000, **more: Any) -> None:
    """Do what is due, in this thread."""
    worker = Worker(hands(database, desk, **more), look_seconds=0.01)
    for _ in range(turns):
        if not worker._step():
            return


def parsed(content: Iterable[bytes] | bytes) -> list[dict[str, Any]]:
    whole = content if isinstance(content, bytes) else b"".join(content)
    return [json.loads(line) for line in whole.splitlines()]
