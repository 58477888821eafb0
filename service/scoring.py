"""From a caller's body to a judgement: read, scan for safety, prepare, judge; in threads, so that the event loop only waits.

A request keeps to the model that was live, or that it asked for, when it came.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, TypeVar

from insight_classifier.cores import available_cores
from insight_classifier.errors import InsightError
from insight_classifier.judgement import Judgement
from insight_classifier.notes import Note
from insight_classifier.predictor import Predictor
from service.admission import Admission
from service.answers import report, to_json
from service.batcher import Batcher
from service.errors import DeadlineExceeded, JudgingFailed, NotAllowedNow, Unjudged, is_ours, problem_of
from service.models.live import Models
from service.models.serving import Serving
from service.options import NO_OPTIONS, Options
from service.records import batch_records, identifier
from service.screening import Screened
from service.settings import Settings
from service.watch import Watch
from service.work import Task

T = TypeVar("T")
Outcome = Judgement | InsightError
Charge = Callable[[int], Awaitable[None]]  # takes so many notes from the caller's quota
Entry = tuple[str, Screened | Unjudged]  # a note's id, and the note scanned or refused

LAST_SECONDS = 1.0  # for a batch that nobody waits for any more
PIECE_NOTES, PIECE_CHARACTERS = 16, 16_000  # of a batch are scanned in one go, so that others come in between


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

    async def judge(self, read: Callable[[], object], deadline: float, options: Options = NO_OPTIONS) -> tuple[Note, Judgement]:
        """Judge the record that `read` returns. Raises RequestError, or Unjudged with what the rules found."""
        serving = self.models.asked(options)
        try:
            with self.watch.span("screen"):
                screened, task = await self._in_time(self.in_thread(lambda: self._screened(read(), 1, serving)), deadline)
        except Unjudged as problem:
            self._count(problem)
            raise
        try:
            outcome = (await self._outcomes([task], deadline))[0]
        except NotAllowedNow as problem:
            raise self._refused(screened, problem, serving) from problem
        if isinstance(outcome, Judgement):
            self.watch.metrics.judged(outcome, serving.predictor.definition)
            return screened.note, outcome
        raise self._refused(screened, outcome, serving) from outcome

    async def judge_batch(
        self, read: Callable[[], object], deadline: float, request_id: str, options: Options = NO_OPTIONS, *, charge: Charge
    ) -> bytes:
        """The JSON of a batch's results, in order. Raises RequestError, or NotAllowedNow with every note's id and findings.

        `charge` is told how many notes there are, before they are judged, and may refuse them.
        """
        most = self.settings.batch_notes
        records = await self._in_time(self.in_thread(lambda: batch_records(read(), most)), deadline)
        await charge(len(records))
        results = await self.judge_records(records, deadline, request_id, options)
        return await self.in_thread(lambda: to_json({"results": results}))

    async def judge_records(
        self, records: Sequence[object], deadline: float, request_id: str, options: Options = NO_OPTIONS
    ) -> list[dict[str, Any]]:
        """A judgement or an error each, in order and as JSON. Raises NotAllowedNow with every note's id and findings."""
        serving = self.models.asked(options)
        self.admission.require_room(len(records))
        with self.watch.span("screen"):
            entries, tasks = await self._in_time(self._scan(records, serving), deadline)
        try:
            outcomes = iter(await self._outcomes(tasks, deadline))
        except NotAllowedNow as problem:
            problem.members["results"] = [_refusal(name, self._refused(entry, problem, serving)) for name, entry in entries]
            raise
        final = [(name, entry, next(outcomes) if isinstance(entry, Screened) else entry) for name, entry in entries]
        return await self.in_thread(lambda: [options.part(self._result(*item, serving, request_id)) for item in final])

    async def _scan(self, records: Sequence[object], serving: Serving) -> tuple[list[Entry], list[Task | JudgingFailed]]:
        """Piece after piece, each at its turn among other requests; a caller who leaves ends it."""
        entries: list[Entry] = []
        tasks: list[Task | JudgingFailed] = []
        for piece in _pieces(records):
            scanned = await self.in_thread(lambda piece=piece: [self._scanned(record, number, serving) for number, record in piece])  # type: ignore[misc]
            entries += [entry for entry, _ in scanned]
            tasks += [task for _, task in scanned if task is not None]
        return entries, tasks

    async def _outcomes(self, prepared: Sequence[Task | JudgingFailed], deadline: float) -> list[Outcome]:
        """An outcome for each note; those not reached by the deadline, and all where the caller leaves, are withdrawn."""
        futures = self.batcher.submit([task for task in prepared if isinstance(task, Task)], deadline)
        waits = [asyncio.wrap_future(future) for future in futures]
        try:
            if waits:
                await asyncio.wait(waits, timeout=deadline - time.monotonic())
            reached = iter([self._outcome(wait) for wait in waits])
            return [next(reached) if isinstance(task, Task) else task for task in prepared]
        finally:
            for wait in waits:
                if not wait.cancel() and not wait.cancelled():
                    wait.exception()  # where the caller has left nobody else will ask for it

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

    async def _in_time(self, work: Awaitable[T], deadline: float) -> T:
        """Raises DeadlineExceeded."""
        try:
            return await asyncio.wait_for(work, deadline - time.monotonic())
        except TimeoutError as problem:
            raise self._too_late() from problem

    async def in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, copy_context().run, work)

    def _scanned(self, record: object, number: int, serving: Serving) -> tuple[Entry, Task | JudgingFailed | None]:
        name = identifier(record, number)
        try:
            screened, task = self._screened(record, number, serving)
        except Unjudged as problem:
            return (name, problem), None
        return (name, screened), task

    def _screened(self, record: object, number: int, serving: Serving) -> tuple[Screened, Task | JudgingFailed]:
        """Raises Unjudged. The note's windows are made here, beside the thread that judges: they tell how much work it is."""
        with self.watch.stage("screen"):
            screened = serving.screen(record, number)
        try:
            with self.watch.stage("tokenize"):
                windows = serving.predictor.prepare([screened.note])[0]
        except Exception as problem:  # noqa: BLE001 whoever waits is told, with what the rules found
            failed = JudgingFailed("The note could not be prepared for the model, and we have logged where. Try again later.")
            failed.__cause__ = problem
            return screened, failed
        return screened, Task(windows, screened.findings, serving.predictor, self.watch.tracing.current())

    def _result(self, name: str, entry: Screened | Unjudged, outcome: Outcome, serving: Serving, request_id: str) -> dict[str, Any]:
        if isinstance(outcome, Judgement):
            self.watch.metrics.judged(outcome, serving.predictor.definition)
            return outcome.to_dict()
        if is_ours(outcome):
            report(outcome, request_id)
        return _refusal(name, self._refused(entry, outcome, serving))

    def _refused(self, entry: Screened | Unjudged, cause: InsightError, serving: Serving) -> Unjudged:
        refused = entry if isinstance(entry, Unjudged) else serving.screen.unjudged(entry, cause)
        self._count(refused)
        return refused

    def _count(self, refused: Unjudged) -> None:
        self.watch.metrics.unjudged(problem_of(refused).code, refused.found)


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


def _refusal(name: str, error: Unjudged) -> dict[str, Any]:
    """One note's error in a batch, in the shape of contracts.md, with what the rules found."""
    problem = problem_of(error)
    waiting = {} if problem.retry_after is None else {"retry_after_seconds": problem.retry_after}
    return {"id": name, "error": {"code": problem.code, "detail": problem.detail, **waiting}, **error.found}
