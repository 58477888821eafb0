"""The JSON API: score one note, score a batch, health and information."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from fastapi import APIRouter
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from service.answers import json_response, to_json
from service.bodies import parse_json, read_body, require_type
from service.demonstrations import Demonstration
from service.health import Health
from service.info import info
from service.openapi import examples, request_body, responses
from service.options import parameters, read_options
from service.scoring import Scorer

T = TypeVar("T")
Charge = Callable[[Request, int], Awaitable[None]]  # takes so many notes from the quota of whoever calls
JSON = "application/json"
READING = ("invalid_json", "invalid_utf8", "request_timeout", "body_too_large", "unsupported_media_type")
NOTE = ("unknown_key", "wrong_type", "missing_text", "empty_text", "text_too_long", "invalid_unicode", "nul_character")
ASKED = ("unknown_field", "model_not_available")
LOAD = ("overloaded", "closing", "worker_died", "deadline_exceeded")


def api_routes(scorer: Scorer, health: Health, demonstrations: Sequence[Demonstration], charge: Charge) -> APIRouter:
    """All routes for programs. `charge` may refuse notes before they are judged."""
    router = APIRouter()
    _add_scoring(router, scorer, demonstrations, charge)
    _add_information(router, scorer, health)
    return router


def _add_scoring(router: APIRouter, scorer: Scorer, demonstrations: Sequence[Demonstration], charge: Charge) -> None:
    requests = examples(demonstrations)
    batch = {"two notes": {"notes": list(requests.values())[:2]}}
    asked = {"parameters": parameters()}
    one = {
        "openapi_extra": {**request_body("Note", requests), **asked},
        "responses": responses("Judgement", (*READING, *NOTE, *ASKED, "judging_failed", *LOAD)),
    }
    many = {
        "openapi_extra": {**request_body("Batch", batch), **asked},
        "responses": responses("Results", (*READING, "too_many_notes", *ASKED, *LOAD)),
    }

    @router.post("/v1/score", summary="Judge one note", tags=["score"], response_class=Response, **one)  # type: ignore[arg-type]
    async def score(request: Request) -> Response:
        """The safety rules run first; what they find comes even with an error."""
        deadline, options = scorer.deadline(), read_options(request.query_params, scorer.models.live.parts)
        with scorer.admission(request):
            body = await read_json_body(request, scorer)
            await charge(request, 1)
            _, judgement = await unless_caller_leaves(request, scorer.judge(lambda: parse_json(body), deadline, options))
        return json_response(to_json(options.part(judgement.to_dict())))

    @router.post("/v1/score/batch", summary="Judge several notes", tags=["score"], response_class=Response, **many)  # type: ignore[arg-type]
    async def score_batch(request: Request) -> Response:
        """One result a note, in order; a note that cannot be judged fails alone."""
        deadline, options = scorer.deadline(), read_options(request.query_params, scorer.models.live.parts)
        with scorer.admission(request):
            body = await read_json_body(request, scorer)
            work = scorer.judge_batch(
                lambda: parse_json(body), deadline, request.state.request_id, options, charge=partial(charge, request)
            )
            return json_response(await unless_caller_leaves(request, work))


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
