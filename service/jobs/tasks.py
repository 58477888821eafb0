"""What is done of a task that was claimed: pull a file, judge a chunk, finish a job. The slow part stands outside of any transaction."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection

from insight_classifier.definition import Definition
from insight_classifier.errors import NoteError
from insight_classifier.record import Record
from service.database import Database, now
from service.errors import LimitReached, RequestError, StorageUnavailable
from service.jobs import leases
from service.jobs.cutting import Cutter
from service.jobs.files import drop_piece, read_piece, sums
from service.jobs.leases import Claimed, LeaseLost
from service.jobs.packing import records_from_bytes
from service.jobs.pulling import PullFailed, checked_source, pull
from service.jobs.rules import FINISH, GIVEN_UP, INPUT, RECEIVE, ChargeKey, Chunk, Emit, Judge, Limits, Store, free_of_charge
from service.jobs.spool import spool

T = TypeVar("T")
MOST_ATTEMPTS = 8  # after so many that failed, or killed their process, a chunk is scanned for safety and given up
STORE_SECONDS = 1.0  # between attempts to store what was computed: it is not thrown away because a database is locked


class Stopped(Exception):
    """The worker is to stop."""


@dataclass(frozen=True)
class Hands:
    """What a worker works with. `definition` names the field of a note that is judged."""

    database: Database
    definition: Definition
    judge: Judge
    store: Store
    emit: Emit
    limits: Limits = Limits()
    charge: ChargeKey = free_of_charge
    clock: Callable[[], datetime] = now

    def do(self, claimed: Claimed, stopping: Callable[[], bool]) -> None:
        """Do a task and store what came of it. Raises LeaseLost, Stopped, StorageUnavailable, and whatever `judge` raises."""
        {RECEIVE: self._receive, FINISH: self._finish}.get(claimed.kind, self._judge)(claimed, stopping)

    def _judge(self, claimed: Claimed, stopping: Callable[[], bool]) -> None:
        chunk = self._chunk(claimed)
        judged = self.judge(chunk)
        self._stored(partial(self._put_on_record, claimed, chunk, judged), stopping)

    def _put_on_record(self, claimed: Claimed, chunk: Chunk, judged: Any, connection: Connection) -> None:  # noqa: ANN401 the judge's own
        """All of it in one transaction: whoever lost the task meanwhile stores nothing, and nobody stores it twice."""
        leases.take_done(connection, claimed)
        leases.judged(connection, claimed, chunk, self.store(connection, judged))

    def _chunk(self, claimed: Claimed) -> Chunk:
        """Raises LeaseLost where its job was deleted."""
        with self.database.read() as connection:
            try:
                content = read_piece(connection, claimed.job_id, INPUT, claimed.number)
            except LookupError as problem:
                raise LeaseLost from problem
        records = records_from_bytes(content)
        if claimed.attempts > MOST_ATTEMPTS:
            records = [_given_up(record) for record in records]
        return Chunk(claimed.job_id, claimed.number, claimed.job["source"], records)

    def _receive(self, claimed: Claimed, stopping: Callable[[], bool]) -> None:
        try:
            total, chunks = self._pulled(claimed, stopping)
            self.database.write(partial(self._received, claimed, total, chunks))
        except (RequestError, PullFailed, LimitReached) as problem:
            detail = str(problem)
            why = partial(leases.fail, claimed=claimed, code=problem.code, detail=detail[:1].upper() + detail[1:])
            self.database.write(partial(why, emit=self.emit, keep=self.limits.keep, at=self.clock()))

    def _received(self, claimed: Claimed, total: int, chunks: int, connection: Connection) -> None:
        """Once, as the notes: what is too much for the day leaves neither."""
        leases.received(connection, claimed, total, chunks)
        self.charge(connection, claimed.job["created_by"], total)

    def _pulled(self, claimed: Claimed, stopping: Callable[[], bool]) -> tuple[int, int]:
        job = claimed.job
        source = checked_source(job["url"], self.limits)
        with spool(self.limits, job["format"]) as spooled:

            def keep(data: bytes) -> None:
                if stopping():
                    raise Stopped
                spooled.write(data)

            pull(source, self.limits, keep)
            spooled.finish()
            self.database.write(partial(drop_piece, job_id=claimed.job_id, kind=INPUT))  # of an attempt that broke off
            cutter = Cutter(self.database, self.definition, chunk_notes=self.limits.chunk_notes)
            held = partial(self._held, claimed)
            return cutter.cut(claimed.job_id, spooled.path, job["format"], job["text_column"], allowed=held)

    def _held(self, claimed: Claimed, connection: Connection) -> None:
        leases.renew(connection, claimed, self.clock())

    def _finish(self, claimed: Claimed, stopping: Callable[[], bool]) -> None:
        found = sums(self.database, claimed.job_id)
        done = partial(leases.finish, claimed=claimed, sums=found, emit=self.emit, keep=self.limits.keep)
        self._stored(lambda connection: done(connection, at=self.clock()), stopping)

    def _stored(self, write: Callable[[Connection], T], stopping: Callable[[], bool]) -> T:
        """Raises LeaseLost; StorageUnavailable where the worker is to stop."""
        while True:
            try:
                return self.database.write(write)
            except StorageUnavailable:
                if stopping():
                    raise
                time.sleep(STORE_SECONDS)


def _given_up(record: Record) -> Record:
    detail = f"line {record.number}: the notes around it could not be judged in {MOST_ATTEMPTS} attempts; it was scanned for safety"
    return replace(record, error=record.error or NoteError(detail, GIVEN_UP))
