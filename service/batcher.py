"""Dynamic batching by tokens: one thread judges whatever waits, and everybody who waits gets a judgement or an error.

A note's turn is its arrival plus a few times the computing time of its request up to and with it. So a short note passes a long
one and the rest of a large request, yet nothing can be passed by what comes after its turn: nobody starves. A batch has a budget
of tokens and holds notes of one model. The thread blocks while there is nothing to do. A note whose caller left, or whose
deadline passed, is dropped before it costs anything, also when it is the rest of a large request.
"""

import heapq
import itertools
import math
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future

from insight_classifier.judgement import Judgement
from insight_classifier.runtime import BATCH_NOTES, BATCH_TOKENS
from service.errors import Closing, JudgingFailed, Overloaded, ServiceError, WorkerDied
from service.tracing import Trace
from service.watch import Watch, unseen
from service.work import Job, Task, answer

TAKEN = 2  # of the runtime's batches at a time, which it cuts by length: a tenth quicker where much waits (benchmarks/README.md)
GATHER_SECONDS = 0.002  # how long a first note waits for company
LONGEST_ADVICE = 60  # seconds: never tell a caller to stay away for longer
FIRST_GUESS = 10_000.0  # tokens a second, before anything was measured
PATIENCE = 4.0  # so many times its own computing time a note lets others pass


class Batcher:
    """The queue and its thread. `start` before use; `close` drains and may be called twice."""

    def __init__(
        self,
        *,
        queue_notes: int,
        batch_notes: int = TAKEN * BATCH_NOTES,
        batch_tokens: int = TAKEN * BATCH_TOKENS,
        gather_seconds: float = GATHER_SECONDS,
        watch: Watch | None = None,
    ) -> None:
        self.queue_notes, self.batch_notes, self.batch_tokens, self.gather_seconds = queue_notes, batch_notes, batch_tokens, gather_seconds
        self.watch = watch or unseen()
        self._heap: list[Job] = []
        self._changed = threading.Condition()
        self._closing = False
        self._pace = FIRST_GUESS
        self._busy_since: float | None = None
        self._busy_tokens = 0
        self._thread = threading.Thread(target=self._work, name="batcher", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self, seconds: float) -> None:
        """Take nothing more, judge what waits, and fail whatever is left after so many seconds."""
        self.refuse_new()
        if self._thread.ident is not None:
            self._thread.join(seconds)
        self._fail_all(Closing("The service is shutting down and did not come to this note. Send it again.", retry_after=5))

    def refuse_new(self) -> None:
        """Take nothing more; what waits is still judged."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()

    @property
    def closing(self) -> bool:
        return self._closing

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    @property
    def waiting(self) -> int:
        """Notes that wait now, without those that nobody waits for any more."""
        with self._changed:
            return sum(job.wanted for job in self._heap)

    def idle(self) -> bool:
        """Whether nothing waits and nothing is in hand."""
        return self._busy_since is None and not self._heap

    @property
    def busy_seconds(self) -> float:
        """How long the batch in hand has taken so far; 0 between batches."""
        since = self._busy_since
        return 0.0 if since is None else time.monotonic() - since

    def retry_after(self) -> int:
        """Whole seconds until what waits and what is in hand should be done: its tokens at the measured pace."""
        with self._changed:
            return self._advice()

    def _advice(self) -> int:
        tokens = self._busy_tokens + sum(job.task.tokens for job in self._heap if job.wanted)
        return min(LONGEST_ADVICE, max(1, math.ceil(tokens / self._pace)))

    def queued(self, coming: int) -> int:
        """Notes in the queue, counted anew without the unwanted where so many more would not fit."""
        with self._changed:
            if len(self._heap) + coming > self.queue_notes:
                self._drop_unwanted()
            return len(self._heap)

    def wait_now(self) -> float:
        """Seconds until the turn of a short note that comes now: what stands before it, at the measured pace."""
        now = time.monotonic()
        with self._changed:
            ahead = sum(job.task.tokens for job in self._heap if job.turn <= now and job.wanted)
            return (self._busy_tokens + ahead) / self._pace

    def submit(self, tasks: Sequence[Task], deadline: float) -> list[Future[Judgement]]:
        """Queue the notes of one request, all or none. Raises Overloaded, Closing or WorkerDied."""
        with self._changed:
            self._admit(len(tasks))
            now, pace = time.monotonic(), self._pace
            jobs = [Job(now + PATIENCE * done / pace, task, deadline) for task, done in zip(tasks, _running(tasks), strict=True)]
            for job in jobs:
                heapq.heappush(self._heap, job)
            self.watch.metrics.queued(len(jobs), sum(task.tokens for task in tasks))
            self._changed.notify_all()
            return [job.future for job in jobs]

    def _admit(self, count: int) -> None:
        if self._closing:
            raise Closing("The service is shutting down. Send the note again.", retry_after=5)
        if not self.alive:
            raise WorkerDied("The thread that judges is gone; the service must be restarted.", retry_after=LONGEST_ADVICE)
        if len(self._heap) + count > self.queue_notes:
            self._drop_unwanted()
        if (waiting := len(self._heap)) + count > self.queue_notes:
            advice = self._advice()
            raise Overloaded(f"{waiting} notes wait and at most {self.queue_notes} may. Try again in {advice} s.", retry_after=advice)

    def _drop_unwanted(self) -> None:
        """Notes that nobody waits for make room."""
        waiting, self._heap = self._heap, []
        unwanted: list[Job] = []
        for job in waiting:
            (self._heap if job.wanted else unwanted).append(job)
        heapq.heapify(self._heap)
        self._left(unwanted)
        for job in unwanted:
            job.expire()

    def _work(self) -> None:
        try:
            while (batch := self._next_batch()) is not None:
                self._judge(batch)
        finally:  # whatever ended the thread, nobody is left waiting
            self._fail_all(WorkerDied("The thread that judges is gone; the service must be restarted.", retry_after=LONGEST_ADVICE))

    def _next_batch(self) -> list[Job] | None:
        """Blocks until there is something to do; None when the queue is closed and drained."""
        with self._changed:
            self._changed.wait_for(lambda: self._heap or self._closing)
            if not self._heap:
                return None
            self._changed.wait_for(lambda: len(self._heap) >= self.batch_notes or self._closing, self.gather_seconds)
            batch: list[Job] = []
            taken: list[Job] = []
            tokens = 0
            while self._heap and (not batch or self._fits(batch, tokens, self._heap[0])):
                taken.append(job := heapq.heappop(self._heap))
                if job.begin():
                    batch.append(job)
                    tokens += job.task.tokens
            self._busy_tokens = tokens
            self._left(taken)
            return batch

    def _left(self, jobs: Sequence[Job]) -> None:
        """These no longer wait, whatever becomes of them."""
        self.watch.metrics.queued(-len(jobs), -sum(job.task.tokens for job in jobs))

    def _fits(self, batch: Sequence[Job], tokens: int, job: Job) -> bool:
        """Whether a job may join a batch; one that nobody waits for may always be taken out of the queue."""
        if not job.wanted:
            return True
        room = len(batch) < self.batch_notes and tokens + job.task.tokens <= self.batch_tokens
        return room and job.task.stages is batch[0].task.stages

    def _judge(self, jobs: list[Job]) -> None:
        started = self._busy_since = time.monotonic()
        try:
            self._tell_of_waits(jobs)
            answer(jobs, self.watch)
            if jobs:
                self._pace = 0.8 * self._pace + 0.2 * self._busy_tokens / max(time.monotonic() - started, 1e-6)
        finally:
            self._busy_since, self._busy_tokens = None, 0
            for job in jobs:
                job.fail(JudgingFailed("The thread that judges stopped at this note."))

    def _fail_all(self, error: ServiceError) -> None:
        with self._changed:
            jobs, self._heap = self._heap, []
            self._left(jobs)
        for job in jobs:
            job.refuse(error)

    def _tell_of_waits(self, jobs: Sequence[Job]) -> None:
        """For the metrics by note; for the traces by request, whose first note waited longest."""
        now = time.perf_counter()
        for job in jobs:
            self.watch.metrics.stage("queue", now - job.came)
        first: dict[Trace, float] = {}
        for job in jobs:
            if job.task.trace is not None:
                first[job.task.trace] = min(job.came, first.get(job.task.trace, job.came))
        for trace, came in first.items():
            self.watch.tracing.record("queue", now - came, [trace], {})


def _running(tasks: Sequence[Task]) -> list[int]:
    """Tokens of a request up to and with each of its notes."""
    return list(itertools.accumulate(task.tokens for task in tasks))
