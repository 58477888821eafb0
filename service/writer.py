"""One thread that writes: it commits whatever waits together, and tells everyone who waits how it went."""

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from service.errors import StorageUnavailable
from service.storage_errors import is_conflict, translated

T = TypeVar("T")
Write = Callable[[Connection], T]
Begin = Callable[[], AbstractContextManager[Connection]]

GROUP = 64  # functions in one commit: an fsync is shared, and nobody waits for a long train
DRAIN_SECONDS = 10


@dataclass
class Job(Generic[T]):
    """A function that waits to be run, and whoever waits for its result."""

    function: Write[T]
    future: Future[T] = field(default_factory=Future)


@dataclass(frozen=True)
class Failed:
    error: BaseException


class Writer:
    """`begin` opens a transaction that is committed when its block ends. `start` before use, `close` after."""

    def __init__(self, begin: Begin, *, waiting: int) -> None:
        self._begin = begin
        self._jobs: queue.Queue[Job[Any] | None] = queue.Queue(waiting)
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._closed = threading.Event()
        self._gate = threading.Lock()  # nothing is put behind the sentinel

    def start(self) -> None:
        self._thread.start()

    def submit(self, function: Write[T]) -> "Future[T]":
        """Queue a function. It may be run twice (when a database that is shared asks for it) and touches nothing but its connection."""
        if threading.current_thread() is self._thread:
            raise RuntimeError("a function that writes may not wait for another: call it with its own connection")
        job = Job(function)
        with self._gate:
            if self._closed.is_set() or not self._thread.is_alive():
                raise StorageUnavailable("The service shuts down and stores nothing more. Send it again in 5 s.", retry_after=5)
            try:
                self._jobs.put_nowait(job)
            except queue.Full:
                raise StorageUnavailable("Too much waits to be stored. Send it again in 1 s.", retry_after=1) from None
        return job.future

    def close(self) -> None:
        """Write what waits, then stop. May be called twice."""
        with self._gate:
            first = not self._closed.is_set()
            self._closed.set()
        if first and self._thread.is_alive():
            self._jobs.put(None)
            self._thread.join(DRAIN_SECONDS)

    def _run(self) -> None:
        for jobs in self._groups():
            self._settle([job for job in jobs if job.future.set_running_or_notify_cancel()])

    def _groups(self) -> Iterator[list[Job[Any]]]:
        """What waits, in order; blocks while nothing does; ends at the sentinel."""
        while (first := self._jobs.get()) is not None:
            group = [first]
            last = False
            while len(group) < GROUP and not last:
                try:
                    job = self._jobs.get_nowait()
                except queue.Empty:
                    break
                last = job is None
                group += [job] if job is not None else []
            yield group
            if last:
                return

    def _settle(self, jobs: Sequence[Job[Any]]) -> None:
        for job, outcome in zip(jobs, self._outcomes(jobs), strict=True):
            if isinstance(outcome, Failed):
                job.future.set_exception(outcome.error)
            else:
                job.future.set_result(outcome)

    def _outcomes(self, jobs: Sequence[Job[Any]]) -> list[Any]:
        """A result or a failure for each: results only once they are committed."""
        try:
            return self._commit(jobs)
        except DBAPIError as problem:
            # Processes that lock the same rows in another order: one of them is asked to begin again, function by function.
            if is_conflict(problem):
                return [self._alone(job) for job in jobs]
            return [Failed(translated(problem))] * len(jobs)
        except Exception as problem:  # noqa: BLE001 everyone who waits is told
            return [Failed(translated(problem))] * len(jobs)

    def _alone(self, job: Job[Any]) -> Any:  # noqa: ANN401 whatever the function returns
        try:
            return self._commit([job])[0]
        except Exception as problem:  # noqa: BLE001 whoever waits is told
            return Failed(translated(problem))

    def _commit(self, jobs: Sequence[Job[Any]]) -> list[Any]:
        if not jobs:
            return []
        with self._begin() as connection:
            if len(jobs) == 1:
                return [jobs[0].function(connection)]
            return [self._guarded(job, connection) for job in jobs]

    def _guarded(self, job: Job[Any], connection: Connection) -> Any:  # noqa: ANN401 whatever the function returns
        """Run one function so that its failure undoes it alone; where that cannot be undone, everything fails."""
        savepoint = connection.begin_nested()
        try:
            result = job.function(connection)
        except Exception as problem:
            try:
                savepoint.rollback()
            except DBAPIError:  # SQLite has undone everything of itself, as it does when the disk is full
                raise problem from None
            if isinstance(problem, DBAPIError) and (problem.connection_invalidated or is_conflict(problem)):
                raise
            return Failed(translated(problem))
        savepoint.commit()
        return result
