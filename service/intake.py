"""From a caller's records to results on record: scanned, judged or answered from what was judged before, stored, and only then answered."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TypeVar

from insight_classifier.errors import InsightError
from insight_classifier.judgement import Judgement
from service.answers import report
from service.errors import (
    DeadlineExceeded,
    NotAllowedNow,
    RequestError,
    ServiceError,
    StorageUnavailable,
    Unjudged,
    is_ours,
)
from service.models.serving import Serving
from service.notes.rules import Delivery, delivery_of
from service.options import NO_OPTIONS, Options
from service.recording import ERROR, Recorder, Result, Said, Then
from service.records import given_id
from service.scoring import Outcome, Scanned, Scorer
from service.untaken import Refused, refusal, told, told_before, unrecorded, urgent
from service.vectors.rules import stored_vector

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
        (scanned,) = await self._scanned([record], serving, call)
        try:
            (said,), (error,) = await self._said([scanned], serving, call)
        except NotAllowedNow as problem:
            refused = self.scorer.refused(scanned, problem, serving)
            await self._flag([told(scanned, refused, call.source, serving.predictor.definition)])
            raise refused from problem
        (result,) = await self._recorded([said], then if error is None else None)
        if error is not None:
            raise error from error.cause
        if ERROR in result:
            raise RequestError(result[ERROR]["detail"], result[ERROR]["code"])
        return result

    async def judge_all(
        self, records: Sequence[object], call: Call, then: Then | None = None, refused: Sequence[Refused] = ()
    ) -> list[Result]:  # fmt: skip
        """A judgement or an error each, in order; then those that were refused before. Raises NotAllowedNow with every id and findings.

        `then` is told the results in the transaction that stores them.
        """
        serving = self.scorer.models.asked(call.options)
        self.scorer.admission.require_room(len(records))
        scanned = await self._scanned(records, serving, call)
        others = told_before(refused, call.source, serving.predictor.definition)
        try:
            said, _ = await self._said(scanned, serving, call)
        except NotAllowedNow as problem:
            untaken = [*self._refused(scanned, problem, serving, call), *others]
            await self._flag(untaken)
            problem.members["results"] = [one.result for one in untaken]
            raise
        return await self._recorded([*said, *others], then)

    async def refused(self, records: Sequence[Refused], call: Call) -> None:
        """Put on record what the rules found in records that hold no note, where nothing else came. Raises StorageUnavailable."""
        if self.recorder and records:
            await self._recorded(told_before(records, call.source, self.scorer.models.asked(call.options).predictor.definition), None)

    async def untaken(
        self, records: Sequence[object], problem: StorageUnavailable, call: Call, refused: Sequence[Refused] = ()
    ) -> ServiceError:  # fmt: skip
        """The error for records of which nothing can be stored, told before anything was done with them: what the rules find comes all
        the same. However long the database took to fail, there is time for that.
        """
        if self.recorder is None:
            return problem
        serving, call = self.scorer.models.asked(call.options), replace(call, deadline=self.scorer.deadline())
        scanned = await self._scanned(records, serving, call)
        said = [*self._refused(scanned, problem, serving, call), *told_before(refused, call.source, serving.predictor.definition)]
        return unrecorded(said, problem, self.recorder)

    async def _scanned(self, records: Sequence[object], serving: Serving, call: Call) -> list[Scanned]:
        """All of them, also those that there was no time for. What was found so far is not lost with a caller who leaves."""
        scanned: list[Scanned] = []
        try:
            async for piece in self.scorer.scan(records, serving, call.deadline):
                scanned += piece
        except asyncio.CancelledError:
            self._left(scanned, serving, call)
            raise
        return scanned

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
            again = before is not None
            vector = stored_vector(outcome)
            said.append(Said(one.record, result, delivery, call.source, again, one.reached, definition, vector))
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
            raise unrecorded(said, problem, self.recorder) from problem

    def _refused(self, scanned: Sequence[Scanned], problem: InsightError, serving: Serving, call: Call) -> list[Said]:
        """Records none of which can be taken, with what is told of each."""
        rules = serving.predictor.definition
        return [told(one, self.scorer.refused(one, problem, serving), call.source, rules) for one in scanned]

    async def _flag(self, said: Sequence[Said]) -> None:
        """Where the rules found harm in what cannot be taken now, the safety desk hears of it all the same.

        Where that cannot be stored either, the callers have it in what they are told.
        """
        if self.recorder and (harm := urgent(said, self.recorder)):
            with suppress(StorageUnavailable):
                await self.recorder.record(harm)

    def _left(self, scanned: Sequence[Scanned], serving: Serving, call: Call) -> None:
        """The caller has left and may never come back: the safety desk hears of harm all the same."""
        said = self._refused(scanned, DeadlineExceeded("Its caller left before it was judged."), serving, call)
        if self.recorder and (harm := urgent(said, self.recorder)):
            with suppress(StorageUnavailable):
                self.recorder.submit(harm)
