"""What a bulk job is made of, what it is handed, and when it will be done. Pure."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection

from insight_classifier.record import Record
from service.database import moment_text

QUEUED, RUNNING, FINISHED, CANCELLED, FAILED = STATES = ("queued", "running", "finished", "cancelled", "failed")
OPEN, ENDED = (QUEUED, RUNNING), (FINISHED, CANCELLED, FAILED)
INPUT, RESULTS, ERRORS = "input", "results", "errors"  # kinds of pieces; the last two are a job's files
FILES = (RESULTS, ERRORS)
RECEIVE, JUDGE, FINISH = "receive", "judge", "finish"  # kinds of tasks

FORMATS: Mapping[str, str] = {"ndjson": ".ndjson", "csv": ".csv", "json": ".json"}  # and the ending of a file of each
MEDIA_TYPES: Mapping[str, str] = {
    "application/x-ndjson": "ndjson",
    "application/ndjson": "ndjson",
    "application/jsonl": "ndjson",
    "application/x-jsonlines": "ndjson",
    "text/csv": "csv",
    "application/json": "json",
}
JOB_FINISHED = "job.finished"
MIB = 1024 * 1024
ERASED = "note_erased"
GIVEN_UP = "judging_failed"


@dataclass(frozen=True)
class Chunk:
    """Consecutive records of a job's input, judged together.

    A record with an `error` is a line that could not be read: what is known of it stands in `content`, so that it can be scanned for
    safety and reported, but it is not judged. `source` stands for the CRM whose key made the job.
    """

    job_id: str
    number: int  # 1 is the first
    source: str
    records: Sequence[Record]


@dataclass(frozen=True)
class JobLine:
    """What became of one record. `result`: the judgement, or {"id", "error": {"code", "detail"}, …}, as JSON.

    `note_id`: by which `erase` finds it; None where no note was stored.
    """

    result: Mapping[str, Any]
    failed: bool
    note_id: str | None = None


class Judge(Protocol):
    """Computes a chunk, outside any transaction, and may take its time. What it returns is for `Record` alone.

    It is called in the worker's thread, and may be called again for the same chunk. NotAllowedNow makes the chunk wait. What else it
    raises is logged and the chunk tried again later, some times; a record that cannot be judged is no reason to raise.
    """

    def __call__(self, chunk: Chunk, /) -> Any: ...  # noqa: ANN401 whatever `Store` takes


class Store(Protocol):
    """Puts on record what `Judge` returned, in the transaction that also marks the chunk as done: both happen or neither.

    One line for each record of the chunk, in order.
    """

    def __call__(self, connection: Connection, judged: Any, /) -> Sequence[JobLine]: ...  # noqa: ANN401 what `Judge` returned


class Emit(Protocol):
    """Has an event told to whoever subscribed it, once the transaction is committed."""

    def __call__(self, connection: Connection, event: str, data: dict[str, Any], /) -> object: ...


class ChargeKey(Protocol):
    """Takes notes from the daily quota of the key that made a job, in the transaction. Raises LimitReached."""

    def __call__(self, connection: Connection, key_id: str, notes: int, /) -> None: ...


def free_of_charge(connection: Connection, key_id: str, notes: int, /) -> None:
    """Where nobody has a quota."""


MayRun = Callable[[], bool]  # False while callers who wait for an answer need the processor


@dataclass(frozen=True)
class Limits:
    """What an operator may choose of jobs. `hosts`: names, or literal addresses with or without a port, that files may be pulled from.

    `largest` in bytes, unpacked; `folder` is where uploads wait to be cut, None: the system's folder for temporary files.
    """

    largest: int = 512 * MIB
    hosts: frozenset[str] = frozenset()
    folder: Path | None = None
    chunk_notes: int = 200
    keep: timedelta = timedelta(days=7)
    pull_seconds: float = 600.0


def new_id(at: datetime) -> str:
    """An id that nobody can guess; ids are in order of time."""
    return f"job_{int(at.timestamp() * 1000):012x}{secrets.token_hex(10)}"


def first_id(at: datetime) -> str:
    """Smaller than every id that was made at that moment or later."""
    return f"job_{max(0, int(at.timestamp() * 1000)):012x}"


def host_list(given: str) -> frozenset[str]:
    """The hosts of a setting: separated by commas or blanks, in small letters."""
    return frozenset(given.lower().replace(",", " ").split())


def estimated_end(started: datetime | None, at: datetime, ready: int, total: int | None) -> datetime | None:
    """When a job that is under way will be done if it goes on as before; None while nobody knows."""
    if started is None or total is None or ready <= 0 or ready >= total or at <= started:
        return None
    return at + (at - started) * ((total - ready) / ready)


def moments(row: Mapping[str, Any], *names: str) -> dict[str, str]:
    """Those moments of a row that are there, as text."""
    return {name: moment_text(row[name]) for name in names if row[name] is not None}
