"""The desk where requests with notes are taken: who sends them and what they ask, charged, judged, and answered once."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from service.bodies import parse_json, read_body, require_type
from service.errors import StorageUnavailable
from service.intake import Call, Intake
from service.leaving import unless_caller_leaves
from service.once import Asked, Once, asked, without_member
from service.options import read_options
from service.people.rules import LOCAL_CALLER, Caller
from service.recording import ERROR, Result, Then
from service.scoring import Scorer
from service.untaken import Refused

Charge = Callable[[Request, int], Awaitable[None]]  # takes so many notes from the quota of whoever calls
JSON = "application/json"


@dataclass(frozen=True)
class Taken:
    """Records of one request: those to be judged, and those that hold no note, with what their caller is told of each."""

    records: Sequence[object]
    call: Call
    refused: Sequence[Refused] = ()


@dataclass(frozen=True)
class Desk:
    """What the routes that take notes need. `charge` may refuse notes before they are judged; `caller` says who sends them."""

    intake: Intake
    once: Once
    charge: Charge
    caller: Callable[[Request], Caller | None]

    @property
    def scorer(self) -> Scorer:
        return self.intake.scorer

    def call(self, request: Request) -> Call:
        """What a request brings beside its records. Raises RequestError."""
        caller = self.caller(request)
        source = caller.source if caller and caller != LOCAL_CALLER else None
        options = read_options(request.query_params, self.scorer.models.live.parts)
        return Call(self.scorer.deadline(), request.state.request_id, source, options)

    async def read(self, request: Request) -> tuple[object, Asked]:
        """The content of a JSON body, and what is asked. Raises RequestError."""
        body = await read_body(request, self.scorer.settings.body_limit, self.scorer.settings.deadline_seconds)
        require_type(request, JSON)
        content = await self.scorer.in_thread(lambda: parse_json(body))
        return without_member(content), self.asked(request, body, content)

    def asked(self, request: Request, body: bytes, content: object) -> Asked:
        """Who asks for what, under which key. Raises RequestError."""
        return asked(request, body, content, self.caller(request))

    async def one(self, request: Request, record: object, call: Call, wanted: Asked, form: Callable[[Result], bytes]) -> Response:
        """The answer for one record; an error is raised, and not kept for who asks again."""

        async def work(then: Then | None) -> bytes:
            await self._charged(request, Taken([record], call))
            return form(await unless_caller_leaves(request, self.intake.judge(record, call, then)))

        def kept(results: Sequence[Result]) -> bytes | None:
            return None if ERROR in results[0] else form(results[0])

        return await self.once(wanted, kept, work, lambda problem: self.intake.untaken([record], problem, call))

    async def many(self, request: Request, taken: Taken, wanted: Asked, form: Callable[[Sequence[Result]], bytes]) -> Response:
        """The answer for many, each with its result; for the form those that were refused come last."""
        records, call, refused = taken.records, taken.call, taken.refused

        async def work(then: Then | None) -> bytes:
            await self._charged(request, taken)
            results = await unless_caller_leaves(request, self.intake.judge_all(records, call, then, refused))
            return await self.scorer.in_thread(lambda: form(results))

        return await self.once(wanted, form, work, lambda problem: self.intake.untaken(records, problem, call, refused))

    async def _charged(self, request: Request, taken: Taken) -> None:
        """Raises LimitReached, or StorageUnavailable with what the rules found."""
        try:
            await self.charge(request, len(taken.records))
        except StorageUnavailable as problem:
            raise await self.intake.untaken(taken.records, problem, taken.call, taken.refused) from problem
