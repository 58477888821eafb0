"""From a caller's body to a judgement: read, scan for safety, prepare, judge; in threads, so that the event loop only waits.

A request keeps to the model that was live, or that it asked for, when it came.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from typing import TypeVar

from insight_classifier.cores import available_cores
from insight_classifier.errors import InsightError
from insight_classifier.judgement import Judgement
from insight_classifier.notes import Note
from insight_classifier.predictor import Predictor
from service.admission import Admission
from service.batcher import Batcher
from service.errors import DeadlineExceeded, JudgingFailed, NotAllowedNow, Unjudged, problem_of
from service.models.live import Models
from service.models.serving import Serving
from service.records import identifier
from service.screening import Screened
from service.settings import Settings
from service.watch import Watch
from service.work import Task

T = TypeVar("T")
Outcome = Judgement | InsightError

NOT_SCANNED = "not_scanned"
LAST_SECONDS = 1.0  # for a batch that nobody waits for any more
PIECE_NOTES, PIECE_CHARACTERS = 16, 16_000  # of a batch are scanned in one go, so that others come in between


@dataclass(frozen=True)
class Scanned:
    """A record with the id that its caller knows it by: scanned, and what is left to do with it, or why it will not be judged."""

    name: str
    record: object
    screened: Screened | None  # None: refused before it was a note
    task: Task | JudgingFailed | Unjudged
    reached: bool = True  # False: the safety rules did not see it


class Scorer:
    """Everything that judging needs, for as long as the service runs. `start` before use, `close` after."""

    def __init__(self, models: Models, settings: Settings, watch: Watch) -> None:
        self.models, self.settings, self.watch = models, settings, watch
        self.batcher = Batcher(queue_notes=settings.queue_notes, watch=watch)
        self.admission = Admission(self.batcher, settings)
        # Two at least: a long note that is being read must not hold up short ones.
        self._threads = ThreadPoolExecutor(max(2, settings.threads or available_cores()), thread_name_prefix="screen")

    @property
    def predictor(self) -> Predictor:
        """Of the model that is live now."""
        return self.models.live.predictor

    def start(self) -> None:
        self.batcher.start()

    def close(self) -> None:
        """Stop. Whoever waited has been answered by then, or is told that the service closes."""
        self.batcher.close(LAST_SECONDS)
        self._threads.shutdown(wait=False, cancel_futures=True)

    def deadline(self) -> float:
        """When a caller who comes now has waited long enough, in seconds of time.monotonic()."""
        return time.monotonic() + self.settings.deadline_seconds

    async def judge(self, read: Callable[[], object], deadline: float) -> tuple[Note, Judgement]:
        """Judge the record that `read` returns, and keep nothing of it. Raises RequestError, or Unjudged with what the rules found."""
        serving = self.models.live
        record = await self.in_time(self.in_thread(read), deadline)
        (scanned,) = [one async for piece in self.scan([record], serving, deadline) for one in piece]
        try:
            outcome = (await self.outcomes([scanned], deadline))[0]
        except NotAllowedNow as problem:
            raise self.refused(scanned, problem, serving) from problem
        if isinstance(outcome, Judgement):
            self.watch.metrics.judged(outcome, serving.predictor.definition)
            assert scanned.screened
            return scanned.screened.note, outcome
        raise self.refused(scanned, outcome, serving) from outcome

    async def scan(self, records: Sequence[object], serving: Serving, deadline: float) -> AsyncIterator[list[Scanned]]:
        """Piece after piece, each at its turn among other requests; what there is no time left for comes unscanned, and says so."""
        for piece in _pieces(records):
            try:
                yield await self.in_time(self._piece(piece, serving), deadline)
            except DeadlineExceeded as problem:
                yield [_unscanned(record, number, problem) for number, record in piece]

    async def _piece(self, piece: Sequence[tuple[int, object]], serving: Serving) -> list[Scanned]:
        with self.watch.span("screen"):
            return await self.in_thread(lambda: [self._scanned(record, number, serving) for number, record in piece])

    async def outcomes(self, scanned: Sequence[Scanned], deadline: float) -> list[Outcome]:
        """An outcome for each record; those not reached by the deadline, and all where the caller leaves, are withdrawn.

        Raises NotAllowedNow where none of them can be taken now.
        """
        futures = self.batcher.submit([one.task for one in scanned if isinstance(one.task, Task)], deadline)
        waits = [asyncio.wrap_future(future) for future in futures]
        try:
            if waits:
                await asyncio.wait(waits, timeout=deadline - time.monotonic())
            reached = iter([self._outcome(wait) for wait in waits])
            return [next(reached) if isinstance(one.task, Task) else one.task for one in scanned]
        finally:
            for wait in waits:
                if not wait.cancel() and not wait.cancelled():
                    wait.exception()  # where the caller has left nobody else will ask for it

    def refused(self, scanned: Scanned, cause: InsightError, serving: Serving) -> Unjudged:
        """The error of a record that was not judged, with what the rules found in it; it is counted."""
        refused = scanned.task if isinstance(scanned.task, Unjudged) else None
        if refused is None:
            assert scanned.screened
            refused = serving.screen.unjudged(scanned.screened, cause)
        self.watch.metrics.unjudged(problem_of(refused).code, refused.found)
        return refused

    def _outcome(self, wait: asyncio.Future[Judgement]) -> Outcome:
        if not wait.done():
            return self._too_late()
        error = wait.exception()
        if error is None:
            return wait.result()
        if isinstance(error, InsightError):
            return error
        raise error

    def _too_late(self) -> DeadlineExceeded:
        detail = f"The note was not judged within {self.settings.deadline_seconds:g} s. Try again when there is less to do."
        return DeadlineExceeded(detail, retry_after=self.batcher.retry_after())

    async def in_time(self, work: Awaitable[T], deadline: float) -> T:
        """What the work gives before a moment of time.monotonic(). Raises DeadlineExceeded."""
        try:
            return await asyncio.wait_for(work, deadline - time.monotonic())
        except TimeoutError as problem:
            raise self._too_late() from problem

    async def in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, copy_context().run, work)

    def _scanned(self, record: object, number: int, serving: Serving) -> Scanned:
        """The note's windows are made here, beside the thread that judges: they tell how much work it is."""
        name = identifier(record, number)
        try:
            with self.watch.stage("screen"):
                screened = serving.screen(record, number)
        except Unjudged as problem:
            return Scanned(name, record, None, problem)
        return Scanned(name, record, screened, self._task(screened, serving))

    def _task(self, screened: Screened, serving: Serving) -> Task | JudgingFailed:
        try:
            with self.watch.stage("tokenize"):
                windows = serving.predictor.prepare([screened.note])[0]
        except Exception as problem:  # noqa: BLE001 whoever waits is told, with what the rules found
            failed = JudgingFailed("The note could not be prepared for the model, and we have logged where. Try again later.")
            failed.__cause__ = problem
            return failed
        return Task(windows, screened.findings, serving.predictor, self.watch.tracing.current())


def _unscanned(record: object, number: int, problem: DeadlineExceeded) -> Scanned:
    """A record that nobody has looked into: its caller must know that no safety rule did either."""
    detail = "The note was neither scanned for safety nor judged: there was no time left for it. Send it again, with fewer at a time."
    unjudged = Unjudged(DeadlineExceeded(detail, NOT_SCANNED, retry_after=problem.retry_after), {})
    return Scanned(identifier(record, number), record, None, unjudged, reached=False)


def _pieces(records: Sequence[object]) -> Iterator[list[tuple[int, object]]]:
    """Numbered records, a few at a time."""
    piece: list[tuple[int, object]] = []
    characters = 0
    for number, record in enumerate(records, start=1):
        piece.append((number, record))
        characters += sum(len(value) for value in record.values() if isinstance(value, str)) if isinstance(record, dict) else 0
        if len(piece) >= PIECE_NOTES or characters >= PIECE_CHARACTERS:
            yield piece
            piece, characters = [], 0
    if piece:
        yield piece
