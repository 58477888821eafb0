"""Dynamic batching: one thread judges whatever notes wait, and everybody who waits gets a judgement or an error.

Requests take turns, one note each, so that a single note never queues behind a whole batch. The thread blocks while
there is nothing to do. A note whose caller left, or whose deadline passed, is dropped before it costs anything.
"""

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from insight_classifier.decode import Findings
from insight_classifier.judgement import Judgement
from insight_classifier.notes import Note
from service.errors import Closing, DeadlineExceeded, JudgingFailed, Overloaded, ServiceError, WorkerDied

Decide = Callable[[Sequence[Note], Sequence[Findings]], list[Judgement]]

BATCH_NOTES = 32  # the largest batch that the predictor runs in one go
GATHER_SECONDS = 0.002  # how long a first note waits for company
LONGEST_ADVICE = 60  # seconds: never tell a caller to stay away for longer
FIRST_GUESS = 50.0  # notes a second, before anything was measured


@dataclass(frozen=True)
class Job:
    """A screened note that waits. `deadline` is in seconds of time.monotonic()."""

    note: Note
    findings: Findings
    deadline: float
    future: Future[Judgement] = field(default_factory=Future)

    @property
    def wanted(self) -> bool:
        return not self.future.cancelled() and time.monotonic() < self.deadline


class Batcher:
    """The queue and its thread. `start` before use; `close` drains and may be called twice."""

    def __init__(self, decide: Decide, *, queue_notes: int, batch_notes: int = BATCH_NOTES, gather_seconds: float = GATHER_SECONDS) -> None:
        self.queue_notes, self.batch_notes, self.gather_seconds = queue_notes, batch_notes, gather_seconds
        self._decide = decide
        self._turns: deque[deque[Job]] = deque()  # one entry a request
        self._changed = threading.Condition()
        self._closing = False
        self._rate = FIRST_GUESS
        self._busy_since: float | None = None
        self._thread = threading.Thread(target=self._work, name="batcher", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self, seconds: float) -> None:
        """Take nothing more, judge what waits, and fail whatever is left after so many seconds."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        if self._thread.ident is not None:
            self._thread.join(seconds)
        self._fail_all(Closing("The service is shutting down and did not come to this note. Send it again.", retry_after=5))

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    @property
    def waiting(self) -> int:
        """Notes that wait now."""
        with self._changed:
            return self._count()

    @property
    def busy_seconds(self) -> float:
        """How long the batch in hand has taken so far; 0 between batches."""
        since = self._busy_since
        return 0.0 if since is None else time.monotonic() - since

    def retry_after(self) -> int:
        """Whole seconds until what waits now should be done, at the pace of late."""
        return self._advice(self.waiting)

    def _advice(self, waiting: int) -> int:
        return min(LONGEST_ADVICE, max(1, math.ceil(waiting / self._rate)))

    def submit(self, notes: Sequence[tuple[Note, Findings]], deadline: float) -> list[Future[Judgement]]:
        """Queue the notes of one request, all or none. Raises Overloaded, Closing or WorkerDied."""
        jobs = deque(Job(note, findings, deadline) for note, findings in notes)
        with self._changed:
            self._admit(len(jobs))
            if jobs:
                self._turns.append(jobs)
                self._changed.notify_all()
            return [job.future for job in jobs]

    def _admit(self, count: int) -> None:
        if self._closing:
            raise Closing("The service is shutting down. Send the note again.", retry_after=5)
        if not self.alive:
            raise WorkerDied("The thread that judges is gone; the service must be restarted.", retry_after=LONGEST_ADVICE)
        if self._count() + count > self.queue_notes:
            self._drop_unwanted()
        if (waiting := self._count()) + count > self.queue_notes:
            advice = self._advice(waiting)
            raise Overloaded(f"{waiting} notes wait and at most {self.queue_notes} may. Try again in {advice} s.", retry_after=advice)

    def _count(self) -> int:
        return sum(map(len, self._turns))

    def _drop_unwanted(self) -> None:
        """Notes that nobody waits for make room."""
        jobs = [job for turn in self._turns for job in turn if not job.wanted]
        kept = (deque(job for job in turn if job.wanted) for turn in self._turns)
        self._turns = deque(turn for turn in kept if turn)
        for job in jobs:
            _expire(job)

    def _work(self) -> None:
        try:
            while (batch := self._next_batch()) is not None:
                self._judge([job for job in batch if _begin(job)])
        finally:  # whatever ended the thread, nobody is left waiting
            self._fail_all(WorkerDied("The thread that judges is gone; the service must be restarted.", retry_after=LONGEST_ADVICE))

    def _next_batch(self) -> list[Job] | None:
        """Blocks until there is something to do; None when the queue is closed and drained."""
        with self._changed:
            self._changed.wait_for(lambda: self._turns or self._closing)
            if not self._turns:
                return None
            self._changed.wait_for(lambda: self._count() >= self.batch_notes or self._closing, self.gather_seconds)
            batch: list[Job] = []
            while self._turns and len(batch) < self.batch_notes:
                turn = self._turns.popleft()
                batch.append(turn.popleft())
                if turn:
                    self._turns.append(turn)
            return batch

    def _judge(self, jobs: list[Job]) -> None:
        started = self._busy_since = time.monotonic()
        try:
            self._answer(jobs)
            if jobs:
                self._rate = 0.8 * self._rate + 0.2 * len(jobs) / max(time.monotonic() - started, 1e-6)
        finally:
            self._busy_since = None
            for job in jobs:
                _fail(job, JudgingFailed("The thread that judges stopped at this note."))

    def _answer(self, jobs: list[Job]) -> None:
        """A batch that fails is tried note by note, so that only the guilty one fails."""
        try:
            judgements = self._decide([job.note for job in jobs], [job.findings for job in jobs]) if jobs else []
            for job, judgement in list(zip(jobs, judgements, strict=True)):  # the lengths are compared before anyone is answered
                job.future.set_result(judgement)
        except Exception as problem:  # noqa: BLE001 whoever waits is told
            if len(jobs) == 1:
                _fail(jobs[0], _judging_failed(problem))
                return
            for job in jobs:
                if not job.future.done():
                    self._answer([job])

    def _fail_all(self, error: ServiceError) -> None:
        with self._changed:
            jobs = [job for turn in self._turns for job in turn]
            self._turns.clear()
        for job in jobs:
            if job.future.set_running_or_notify_cancel():
                _fail(job, error)


def _begin(job: Job) -> bool:
    """Whether the note is still worth the work; from here on its caller can no longer withdraw it."""
    if time.monotonic() >= job.deadline:
        _expire(job)
        return False
    return job.future.set_running_or_notify_cancel()


def _expire(job: Job) -> None:
    if job.future.set_running_or_notify_cancel():
        _fail(job, DeadlineExceeded("The note waited as long as callers may. Try again when there is less to do."))


def _fail(job: Job, error: ServiceError) -> None:
    if not job.future.done():
        job.future.set_exception(error)


def _judging_failed(cause: Exception) -> JudgingFailed:
    error = JudgingFailed("The model failed on this note, and we have logged where. The note itself is probably fine: try again later.")
    error.__cause__ = cause
    return error
