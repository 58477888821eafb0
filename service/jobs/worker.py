"""The worker: a thread that does what is left of all jobs, task by task, and another that holds on to the task meanwhile."""

import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial

import structlog

from service.errors import NotAllowedNow, StorageUnavailable, places
from service.jobs import leases
from service.jobs.files import sweep
from service.jobs.leases import LEASE, Claimed, LeaseLost
from service.jobs.rules import QUEUED, MayRun
from service.jobs.tasks import Hands, Stopped

log = structlog.get_logger("service")

LOOK_SECONDS = 1.0  # how often the database is asked for what other processes put there
ROOM_SECONDS = 0.1  # how often it is asked whether callers who wait have left room
SWEEP_SECONDS = 60.0
RETRY = timedelta(seconds=10)  # for each attempt that failed
STOP_SECONDS = 60.0


def always() -> bool:
    return True


class Worker:
    """Works until it is stopped. On SQLite one for a database, on PostgreSQL as many as one likes, on any machine.

    Killed at any moment it leaves a task under a lease that another takes over once it has ended; what a task stores, it stores in the
    one transaction that also ends the task.
    """

    def __init__(self, hands: Hands, *, may_run: MayRun = always, look_seconds: float = LOOK_SECONDS) -> None:
        self.who = secrets.token_hex(16)
        self._hands, self._may_run, self._look_seconds = hands, may_run, look_seconds
        self._database, self._clock = hands.database, hands.clock
        self._wake, self._closing = threading.Event(), threading.Event()
        self._held: Claimed | None = None
        self._threads = [
            threading.Thread(target=self._run, name="jobs", daemon=True),
            threading.Thread(target=self._hold, name="jobs-lease", daemon=True),
        ]
        self._swept = float("-inf")

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Claim nothing more, and finish the task in hand; after so long it is handed back, and what still comes of it here is not stored.

        Stop it before its database is closed.
        """
        working, holding = self._threads
        self._closing.set()
        self._wake.set()
        working.join(seconds)
        if held := self._held:
            log.info("job_task_handed_back", job=held.job_id, task=held.number)
            self._give_back(held, failed=False)
            self._held = None
        holding.join(LEASE.total_seconds() / 4)

    def wake(self) -> None:
        """Look at once: a job was made. From any thread."""
        self._wake.set()

    def _run(self) -> None:
        while not self._closing.is_set():
            self._wake.clear()
            try:
                busy = self._step()
            except StorageUnavailable as problem:
                log.warning("jobs_wait", reason=str(problem))
                busy = False
            except Exception as problem:  # noqa: BLE001 the log is told; one bad turn must not end all jobs
                log.error("jobs_error", places=list(places(problem)))
                busy = False
            if not busy:
                self._wake.wait(self._look_seconds)

    def _step(self) -> bool:
        """Whether there was anything to do. Raises StorageUnavailable."""
        if not self._may_run():
            self._closing.wait(ROOM_SECONDS)
            return not self._closing.is_set()
        with self._database.read() as connection:
            due = leases.any_due(connection, self._clock())
        swept = self._sweep()
        if not due:
            return swept
        claimed = self._database.write(lambda connection: leases.claim(connection, self.who, self._clock()))
        if claimed is None:
            return swept
        self._do(claimed)
        return True

    def _do(self, claimed: Claimed) -> None:
        try:
            with self._holding(claimed):
                if claimed.job["state"] == QUEUED:
                    self._database.write(lambda connection: leases.start(connection, claimed.job_id, self._clock()))
                self._hands.do(claimed, self._closing.is_set)
        except LeaseLost:
            log.info("job_task_left", job=claimed.job_id, task=claimed.number)
        except Stopped:
            self._give_back(claimed, failed=False)
        except NotAllowedNow as problem:  # no fault of the chunk: it waits, and this is no attempt
            log.warning("job_task_waits", job=claimed.job_id, task=claimed.number, reason=str(problem))
            self._give_back(claimed, failed=False)
            self._closing.wait(self._look_seconds)
        except Exception as problem:  # noqa: BLE001 the log is told, and the task is tried again
            log.error("job_task_failed", job=claimed.job_id, task=claimed.number, attempt=claimed.attempts, places=list(places(problem)))
            self._give_back(claimed, failed=True)

    def _give_back(self, claimed: Claimed, *, failed: bool) -> None:
        until = self._clock() + RETRY * claimed.attempts if failed else None
        with suppress(StorageUnavailable):  # then its lease ends
            self._database.write(partial(leases.give_back, claimed=claimed, until=until, failed=failed))

    @contextmanager
    def _holding(self, claimed: Claimed) -> Iterator[None]:
        self._held = claimed
        try:
            yield
        finally:
            self._held = None

    def _hold(self) -> None:
        """Renew the lease of the task in hand, however long it takes. One that was lost shows when it is stored."""
        while not self._closing.wait(LEASE.total_seconds() / 4) or self._held:
            claimed = self._held
            if claimed is not None:
                with suppress(LeaseLost, StorageUnavailable):
                    self._database.write(lambda connection, claimed=claimed: leases.renew(connection, claimed, self._clock()))  # type: ignore[misc]
            if self._closing.is_set():
                time.sleep(ROOM_SECONDS)

    def _sweep(self) -> bool:
        """Now and then; whether there was anything to sweep."""
        if time.monotonic() - self._swept < SWEEP_SECONDS:
            return False
        swept = self._database.write(lambda connection: sweep(connection, self._clock()))
        if not swept:
            self._swept = time.monotonic()
        return bool(swept)
