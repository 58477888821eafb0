"""From a caller's records to results on record: scanned, judged or answered from what was judged before, stored, and only then answered."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from insight_classifier.errors import InsightError
from insight_classifier.judgement import Judgement
from service.answers import report
from service.errors import (
    KINDS,
    DeadlineExceeded,
    NotAllowedNow,
    RequestError,
    ServiceError,
    StorageUnavailable,
    Unjudged,
    is_ours,
    problem_of,
)
from service.models.serving import Serving
from service.notes.rules import Delivery, delivery_of
from service.options import NO_OPTIONS, Options
from service.recording import ERROR, Recorder, Result, Said, Then
from service.records import given_id
from service.scoring import Outcome, Scanned, Scorer

T = TypeVar("T")
FEW = 4  # notes whose papers are done sooner than a thread is woken


@dataclass(frozen=True)
class Call:
    """What a request brings beside its records. `deadline` is in seconds of time.monotonic(), `source` the CRM of the caller's key."""

    deadline: float
    request_id: str
    source: str | None = None
    options: Options = NO_OPTIONS


class Intake:
    """The one way in for notes that are to be kept. Without a recorder nothing is kept, and every note is judged anew."""

    def __init__(self, scorer: Scorer, recorder: Recorder | None = None) -> None:
        self.scorer, self.recorder = scorer, recorder

    async def judge(self, record: object, call: Call, then: Then | None = None) -> Result:
        """The judgement of one record, once it is on record. Raises RequestError, or Unjudged with what the rules found.

        `then` runs in the transaction that stores it, as for `judge_all`.
        """
        serving = self.scorer.models.asked(call.options)
        (scanned,) = await self.scorer.scan([record], serving, call.deadline)
        try:
            (said,), (error,) = await self._said([scanned], serving, call)
        except NotAllowedNow as problem:
            refused = self.scorer.refused(scanned, problem, serving)
            await self._flag([scanned], [refused], serving, call)
            raise refused from problem
        (result,) = await self._recorded([said], then if error is None else None)
        if error is not None:
            raise error from error.cause
        if ERROR in result:
            raise RequestError(result[ERROR]["detail"], result[ERROR]["code"])
        return result

    async def judge_all(self, records: Sequence[object], call: Call, then: Then | None = None) -> list[Result]:
        """A judgement or an error each, in order. Raises NotAllowedNow with every record's id and findings.

        `then` is told the results in the transaction that stores them.
        """
        serving = self.scorer.models.asked(call.options)
        self.scorer.admission.require_room(len(records))
        scanned = await self.scorer.scan(records, serving, call.deadline)
        try:
            said, _ = await self._said(scanned, serving, call)
        except NotAllowedNow as problem:
            refused = [self.scorer.refused(one, problem, serving) for one in scanned]
            problem.members["results"] = await self._flag(scanned, refused, serving, call)
            raise
        return await self._recorded(said, then)

    async def refused(self, records: Sequence[tuple[object, Result]], call: Call) -> None:
        """Put on record what the rules found in records that hold no note, with what their caller is told. Raises StorageUnavailable."""
        rules = self.scorer.predictor.definition
        said = [Said(record, result, None, call.source, definition=rules) for record, result in records]
        if self.recorder and said:
            await self._recorded(said, None)

    async def _said(self, scanned: Sequence[Scanned], serving: Serving, call: Call) -> tuple[list[Said], list[Unjudged | None]]:
        """What became of each record, and the errors of those that were not judged."""
        deliveries = await self._apart(len(scanned), lambda: [self._delivery(one, call) for one in scanned])
        known = await self.recorder.known(deliveries, serving) if self.recorder else [None] * len(scanned)
        fresh = [one for one, result in zip(scanned, known, strict=True) if result is None]
        try:
            outcomes = iter(await self.scorer.outcomes(fresh, call.deadline))
        except asyncio.CancelledError:
            self._left(fresh, serving, call)
            raise
        final = [None if result else next(outcomes) for result in known]
        return await self._apart(len(scanned), lambda: self._results(scanned, deliveries, known, final, serving, call))

    async def _apart(self, notes: int, work: Callable[[], T]) -> T:
        """In a thread where it is long enough for others to notice."""
        return work() if notes <= FEW else await self.scorer.in_thread(work)

    def _results(
        self,
        scanned: Sequence[Scanned],
        deliveries: Sequence[Delivery | None],
        known: Sequence[Result | None],
        outcomes: Sequence[Outcome | None],
        serving: Serving,
        call: Call,
    ) -> tuple[list[Said], list[Unjudged | None]]:
        said: list[Said] = []
        errors: list[Unjudged | None] = []
        for one, delivery, before, outcome in zip(scanned, deliveries, known, outcomes, strict=True):
            error = None
            if before is not None:
                result = {**before, "id": one.name}
            elif isinstance(outcome, Judgement):
                self.scorer.watch.metrics.judged(outcome, serving.predictor.definition)
                result = outcome.to_dict()
            else:
                assert outcome is not None
                error = self._error(one, outcome, serving, call)
                result = refusal(one.name, error)
                if delivery is not None and delivery.record_id is None:
                    delivery = None  # sent again it would be another note: its caller still has it
            definition = serving.predictor.definition
            said.append(Said(one.record, result, delivery, call.source, again=before is not None, definition=definition))
            errors.append(error)
        return said, errors

    def _error(self, scanned: Scanned, outcome: InsightError, serving: Serving, call: Call) -> Unjudged:
        if is_ours(outcome):
            report(outcome, call.request_id)
        return self.scorer.refused(scanned, outcome, serving)

    def _delivery(self, scanned: Scanned, call: Call) -> Delivery | None:
        if scanned.screened is None or self.recorder is None:
            return None
        return delivery_of(scanned.screened.note, given_id(scanned.record), call.source)

    async def _recorded(self, said: Sequence[Said], then: Then | None) -> list[Result]:
        """Raises StorageUnavailable with what the rules found."""
        if self.recorder is None:
            return [one.result for one in said]
        try:
            return await self.recorder.record(said, then)
        except StorageUnavailable as problem:
            unstored = [_unstored(one, problem, self.recorder) for one in said]
            if len(said) == 1:
                raise Unjudged(problem, {key: value for key, value in unstored[0].items() if key not in ("id", ERROR)}) from problem
            # Of our own: callers whose writes failed together share the error, and none may be told of another's notes.
            raise StorageUnavailable(str(problem), retry_after=problem.retry_after, results=unstored) from problem

    async def _flag(self, scanned: Sequence[Scanned], refused: Sequence[Unjudged], serving: Serving, call: Call) -> list[Result]:
        """What is told of records that cannot be taken now; where the rules found harm the safety desk hears of it all the same.

        Where that cannot be stored either, the callers have it in what they are told.
        """
        results = [refusal(one.name, error) for one, error in zip(scanned, refused, strict=True)]
        if self.recorder and (urgent := self._urgent(self.recorder, scanned, results, serving, call)):
            with suppress(StorageUnavailable):
                await self.recorder.record(urgent)
        return results

    def _left(self, scanned: Sequence[Scanned], serving: Serving, call: Call) -> None:
        """The caller has left and may never come back: the safety desk hears of harm all the same."""
        gone = DeadlineExceeded("Its caller left before it was judged.")
        results = [refusal(one.name, self.scorer.refused(one, gone, serving)) for one in scanned]
        if self.recorder and (urgent := self._urgent(self.recorder, scanned, results, serving, call)):
            with suppress(StorageUnavailable):
                self.recorder.submit(urgent)

    def _urgent(
        self, recorder: Recorder, scanned: Sequence[Scanned], results: Sequence[Result], serving: Serving, call: Call
    ) -> list[Said]:  # fmt: skip
        """Those of records that were not judged in which the rules found harm."""
        rules = serving.predictor.definition
        told = zip(scanned, results, strict=True)
        return [Said(one.record, result, None, call.source, definition=rules) for one, result in told if recorder.is_urgent(result)]


def refusal(name: str, error: Unjudged) -> Result:
    """One record's error in a batch, in the shape of contracts.md, with what the rules found."""
    problem = problem_of(error)
    waiting = {} if problem.retry_after is None else {"retry_after_seconds": problem.retry_after}
    return {"id": name, ERROR: {"code": problem.code, "detail": problem.detail, **waiting}, **error.found}


def _unstored(said: Said, problem: ServiceError, recorder: Recorder) -> Result:
    """A result that could not be put on record is not given out: its caller would think that we have the note."""
    found: Mapping[str, Any] = {name: said.result[name] for name in recorder.lane.dimensions if name in said.result}
    title = KINDS[problem.code].title
    return {"id": said.result["id"], ERROR: {"code": problem.code, "detail": title, "retry_after_seconds": problem.retry_after}, **found}
