"""The JSON API: score one note, score a batch, health and information."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import APIRouter
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from service.answers import to_json
from service.bodies import parse_json, read_body, require_type
from service.demonstrations import Demonstration
from service.health import Health
from service.info import info
from service.intake import Call, Intake
from service.once import Asked, Once, asked, parameter, without_member
from service.openapi import examples, request_body, responses
from service.options import parameters, read_options
from service.people.rules import LOCAL_CALLER, Caller
from service.recording import ERROR, Result, Then
from service.records import batch_records
from service.scoring import Scorer

T = TypeVar("T")
Charge = Callable[[Request, int], Awaitable[None]]  # takes so many notes from the quota of whoever calls
JSON = "application/json"
READING = ("invalid_json", "invalid_utf8", "request_timeout", "body_too_large", "unsupported_media_type")
NOTE = ("unknown_key", "wrong_type", "missing_text", "empty_text", "text_too_long", "invalid_unicode", "nul_character")
ASKED = ("unknown_field", "model_not_available")
KEPT = ("invalid_idempotency_key", "idempotency_key_reused", "idempotency_in_progress", "note_erased", "storage_unavailable")
LOAD = ("overloaded", "closing", "worker_died", "deadline_exceeded")


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
        body = await read_json_body(request, self.scorer)
        content = await self.scorer.in_thread(lambda: parse_json(body))
        return without_member(content), asked(request, body, content, self.caller(request))


def api_routes(desk: Desk, health: Health, demonstrations: Sequence[Demonstration]) -> APIRouter:
    """All routes for programs that send notes, and those that say how the service is."""
    router = APIRouter()
    _add_one(router, desk, demonstrations)
    _add_batch(router, desk, demonstrations)
    _add_information(router, desk.scorer, health)
    return router


def _add_one(router: APIRouter, desk: Desk, demonstrations: Sequence[Demonstration]) -> None:
    documented: dict[str, Any] = {
        "openapi_extra": {**request_body("NoteRequest", examples(demonstrations)), "parameters": [*parameters(), parameter()]},
        "responses": responses("Judgement", (*READING, *NOTE, *ASKED, *KEPT, "judging_failed", *LOAD), part="JudgementPart"),
    }

    @router.post("/v1/score", summary="Judge one note", tags=["score"], response_class=Response, **documented)
    async def score(request: Request) -> Response:
        """The safety rules run first; what they find comes even with an error."""
        call = desk.call(request)
        with desk.scorer.admission(request):
            record, wanted = await desk.read(request)

            def form(results: Sequence[Result]) -> bytes | None:
                return None if ERROR in results[0] else to_json(call.options.part(results[0]))

            async def work(then: Then | None) -> bytes:
                await desk.charge(request, 1)
                result = await unless_caller_leaves(request, desk.intake.judge(record, call, then))
                return to_json(call.options.part(result))

            return await desk.once(wanted, form, work)


def _add_batch(router: APIRouter, desk: Desk, demonstrations: Sequence[Demonstration]) -> None:
    batch = {"two notes": {"notes": list(examples(demonstrations).values())[:2]}}
    documented: dict[str, Any] = {
        "openapi_extra": {**request_body("Batch", batch), "parameters": [*parameters(), parameter()]},
        "responses": responses("Results", (*READING, "too_many_notes", *ASKED, *KEPT, *LOAD)),
    }

    @router.post("/v1/score/batch", summary="Judge several notes", tags=["score"], response_class=Response, **documented)
    async def score_batch(request: Request) -> Response:
        """One result a note, in order; a note that cannot be judged fails alone."""
        call = desk.call(request)
        with desk.scorer.admission(request):
            content, wanted = await desk.read(request)
            records = batch_records(content, desk.scorer.settings.batch_notes)

            def form(results: Sequence[Result]) -> bytes:
                return to_json({"results": [call.options.part(result) for result in results]})

            async def work(then: Then | None) -> bytes:
                await desk.charge(request, len(records))
                results = await unless_caller_leaves(request, desk.intake.judge_all(records, call, then))
                return await desk.scorer.in_thread(lambda: form(results))

            return await desk.once(wanted, form, work)


def _add_information(router: APIRouter, scorer: Scorer, health: Health) -> None:
    @router.get("/livez", summary="Does the service live?", tags=["health"], responses=responses(None, ["worker_died"]))
    async def livez() -> dict[str, Any]:
        """Restart it where it does not."""
        return dict(health.live())

    @router.get("/readyz", summary="May it be sent work?", tags=["health"], responses=responses(None, ["not_ready"]))
    async def readyz() -> dict[str, Any]:
        """Model loaded and tested, worker alive, queue below its mark."""
        return health.ready()

    @router.get("/v1/info", summary="What runs here", tags=["information"])
    async def get_info() -> dict[str, Any]:
        """Version, model, limits, and the definition with its wording."""
        return info(scorer.predictor, scorer.settings)

    for path, endpoint in (("/livez", livez), ("/readyz", readyz)):  # load balancers ask with HEAD
        router.add_api_route(path, endpoint, methods=["HEAD"], include_in_schema=False)


async def read_json_body(request: Request, scorer: Scorer) -> bytes:
    """The bytes of a JSON body. Raises RequestError."""
    body = await read_body(request, scorer.settings.body_limit, scorer.settings.deadline_seconds)
    require_type(request, JSON)
    return body


async def unless_caller_leaves(request: Request, work: Awaitable[T]) -> T:
    """The result of the work, which is cancelled where the caller hangs up. The body must have been read."""
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise ClientDisconnect
        return task.result()
    finally:
        task.cancel()
        gone.cancel()


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
