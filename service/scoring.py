"""From a caller's body to a judgement: read, scan for safety, judge; in threads, so that the event loop only waits."""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from insight_classifier.errors import InsightError
from insight_classifier.judgement import Judgement
from insight_classifier.notes import Note
from insight_classifier.predictor import Predictor
from insight_classifier.runtime import available_cores
from service.answers import report, to_json
from service.batcher import Batcher
from service.errors import DeadlineExceeded, NotAllowedNow, Overloaded, Unjudged, is_ours, problem_of
from service.records import NoteReader, batch_records, identifier
from service.screening import Screen, Screened
from service.settings import Settings

T = TypeVar("T")
Outcome = Judgement | InsightError


class Scorer:
    """Everything that judging needs, for as long as the service runs. `start` before use, `close` after."""

    def __init__(self, predictor: Predictor, settings: Settings) -> None:
        self.predictor, self.settings = predictor, settings
        self.reader = NoteReader(predictor.definition)
        self.screen = Screen(predictor, self.reader)
        self.batcher = Batcher(predictor.decide, queue_notes=settings.queue_notes)
        # Two at least: a large batch that is being read must not hold up single notes.
        self._threads = ThreadPoolExecutor(max(2, settings.threads or available_cores()), thread_name_prefix="screen")
        self._reading = 0  # requests that are being read and scanned

    def start(self) -> None:
        self.batcher.start()

    def close(self) -> None:
        """Judge what waits, for at most the deadline."""
        self.batcher.close(self.settings.deadline_seconds)
        self._threads.shutdown(wait=False, cancel_futures=True)

    def deadline(self) -> float:
        """When a caller who comes now has waited long enough, in seconds of time.monotonic()."""
        return time.monotonic() + self.settings.deadline_seconds

    async def judge(self, read: Callable[[], object], deadline: float) -> tuple[Note, Judgement]:
        """Judge the record that `read` returns. Raises RequestError, or Unjudged with what the rules found."""
        screened = await self._read(lambda: self.screen(read()), deadline)
        try:
            outcome = (await self._decide([screened], deadline))[0]
        except NotAllowedNow as problem:
            raise self.screen.unjudged(screened, problem) from problem
        if isinstance(outcome, Judgement):
            return screened.note, outcome
        raise self.screen.unjudged(screened, outcome) from outcome

    async def judge_batch(self, read: Callable[[], object], deadline: float, request_id: str) -> bytes:
        """The JSON of a batch's results, in order. Raises RequestError, or NotAllowedNow with every note's id and findings."""
        entries = await self._read(lambda: self._screen_all(read()), deadline)
        screened = [entry for _, entry in entries if isinstance(entry, Screened)]
        try:
            outcomes = iter(await self._decide(screened, deadline))
        except NotAllowedNow as problem:
            problem.members["results"] = [self._refusal(name, self._refused(entry, problem)) for name, entry in entries]
            raise
        final = [(name, entry, next(outcomes) if isinstance(entry, Screened) else entry) for name, entry in entries]
        return await self.in_thread(lambda: to_json({"results": [self._result(*item, request_id) for item in final]}))

    def _screen_all(self, content: object) -> list[tuple[str, Screened | Unjudged]]:
        """Each note's id, and the note scanned or refused."""
        entries: list[tuple[str, Screened | Unjudged]] = []
        for number, record in enumerate(batch_records(content, self.settings.batch_notes), start=1):
            try:
                entries.append((identifier(record, number), self.screen(record, number)))
            except Unjudged as problem:
                entries.append((identifier(record, number), problem))
        return entries

    def _result(self, name: str, entry: Screened | Unjudged, outcome: Outcome, request_id: str) -> dict[str, Any]:
        if isinstance(outcome, Judgement):
            return outcome.to_dict()
        if is_ours(outcome):
            report(outcome, request_id)
        return self._refusal(name, self._refused(entry, outcome))

    def _refused(self, entry: Screened | Unjudged, cause: InsightError) -> Unjudged:
        return entry if isinstance(entry, Unjudged) else self.screen.unjudged(entry, cause)

    def _refusal(self, name: str, error: Unjudged) -> dict[str, Any]:
        """One note's error in a batch, in the shape of contracts.md, with what the rules found."""
        problem = problem_of(error)
        waiting = {} if problem.retry_after is None else {"retry_after_seconds": problem.retry_after}
        return {"id": name, "error": {"code": problem.code, "detail": problem.detail, **waiting}, **error.found}

    async def _decide(self, screened: Sequence[Screened], deadline: float) -> list[Outcome]:
        """An outcome for each note; those not reached by the deadline, and all where the caller leaves, are withdrawn."""
        waits = [asyncio.wrap_future(f) for f in self.batcher.submit([(s.note, s.findings) for s in screened], deadline)]
        try:
            if waits:
                await asyncio.wait(waits, timeout=deadline - time.monotonic())
            return [self._outcome(wait) for wait in waits]
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

    async def _read(self, work: Callable[[], T], deadline: float) -> T:
        """Read and scan in a thread. Raises Overloaded before, or DeadlineExceeded while, the caller waits for one."""
        if self._reading >= self.settings.queue_notes:
            raise Overloaded("Too many requests are being read. Try again in 1 s.", retry_after=1)
        self._reading += 1
        try:
            return await asyncio.wait_for(self.in_thread(work), deadline - time.monotonic())
        except TimeoutError as problem:
            raise self._too_late() from problem
        finally:
            self._reading -= 1

    async def in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)
