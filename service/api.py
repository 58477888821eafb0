"""The JSON API: score one note, score a batch, health and information."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from service.answers import to_json
from service.demonstrations import Demonstration
from service.desk import Desk, Taken
from service.health import Health
from service.info import info
from service.once import PROBLEMS as KEPT
from service.once import parameter
from service.openapi import examples, request_body, responses
from service.options import parameters
from service.recording import Result
from service.records import batch_records
from service.scoring import Scorer

READING = ("invalid_json", "invalid_utf8", "request_timeout", "body_too_large", "unsupported_media_type")
NOTE = ("unknown_key", "wrong_type", "missing_text", "empty_text", "text_too_long", "invalid_unicode", "nul_character")
ASKED = ("unknown_field", "model_not_available")
LOAD = ("overloaded", "closing", "worker_died", "deadline_exceeded", "not_scanned")


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
            return await desk.one(request, record, call, wanted, lambda result: to_json(call.options.part(result)))


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

            return await desk.many(request, Taken(records, call), wanted, form)


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
