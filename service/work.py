"""A note's place in the queue: what there is to do, for whom, until when, and its turn among all others."""

import itertools
import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Protocol

from insight_classifier.decode import Findings
from insight_classifier.judgement import Judgement
from insight_classifier.outputs import Outputs
from insight_classifier.windows import Windows
from service.errors import DeadlineExceeded, JudgingFailed, ServiceError
from service.tracing import Trace
from service.watch import Watch

_arrivals = itertools.count()


class Stages(Protocol):
    """Of a Predictor: what is left to do with notes that are prepared."""

    def run(self, windows: Sequence[Windows]) -> Outputs: ...

    def decode(self, windows: Sequence[Windows], outputs: Outputs, findings: Sequence[Findings]) -> list[Judgement]: ...


@dataclass(frozen=True)
class Task:
    """A note that is screened and prepared, the stages of the model that it was prepared for, and the request that it came with."""

    windows: Windows
    findings: Findings
    stages: Stages
    trace: Trace | None = None

    @property
    def tokens(self) -> int:
        """How much work it is: the tokens of its windows."""
        return int(self.windows.ids.size)


@dataclass(order=True)
class Job:
    """A task that waits. The smallest `turn` is next; `deadline` is in seconds of time.monotonic()."""

    turn: float
    arrival: int = field(default_factory=lambda: next(_arrivals), init=False)
    came: float = field(default_factory=time.perf_counter, init=False, compare=False)
    task: Task = field(compare=False)
    deadline: float = field(compare=False)
    future: "Future[Judgement]" = field(default_factory=Future, init=False, compare=False)

    @property
    def wanted(self) -> bool:
        return not self.future.cancelled() and time.monotonic() < self.deadline

    def begin(self) -> bool:
        """Whether the note is still worth the work; from here on its caller can no longer withdraw it."""
        if time.monotonic() >= self.deadline:
            self.expire()
            return False
        return self.future.set_running_or_notify_cancel()

    def expire(self) -> None:
        self.refuse(DeadlineExceeded("The note waited as long as callers may. Try again when there is less to do."))

    def refuse(self, error: ServiceError) -> None:
        """Answer a note that was not begun; its caller may have withdrawn it."""
        if self.future.set_running_or_notify_cancel():
            self.fail(error)

    def fail(self, error: ServiceError) -> None:
        """Answer a note that was begun, unless it was answered."""
        if not self.future.done():
            self.future.set_exception(error)


def answer(jobs: Sequence[Job], watch: Watch) -> None:
    """Judge jobs of one model. A batch that fails is tried note by note, so that only the guilty one fails."""
    if not jobs:
        return
    try:
        judgements = _judgements([job.task for job in jobs], watch)
        for job, judgement in list(zip(jobs, judgements, strict=True)):  # the lengths are compared before anyone is answered
            job.future.set_result(judgement)
    except Exception as problem:  # noqa: BLE001 whoever waits is told
        if len(jobs) == 1:
            jobs[0].fail(_judging_failed(problem))
            return
        for job in jobs:
            if not job.future.done():
                answer([job], watch)


def _judgements(tasks: Sequence[Task], watch: Watch) -> list[Judgement]:
    stages, windows = tasks[0].stages, [task.windows for task in tasks]
    told = {"notes": len(tasks), "tokens": sum(task.tokens for task in tasks)}
    traces = [task.trace for task in tasks]
    watch.metrics.batch(**told)
    with watch.batch_stage("compute", traces, **told):
        outputs = stages.run(windows)
    with watch.batch_stage("decode", traces, **told):
        return stages.decode(windows, outputs, [task.findings for task in tasks])


def _judging_failed(cause: Exception) -> JudgingFailed:
    error = JudgingFailed("The model failed on this note, and we have logged where. The note itself is probably fine: try again later.")
    error.__cause__ = cause
    return error
