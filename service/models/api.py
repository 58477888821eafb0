"""Models over HTTP, for whoever runs the service: what is loaded, swap, rollback."""

from typing import Any

import anyio
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from service.bodies import parse_json, read_body, require_type
from service.errors import RequestError
from service.models.live import Models
from service.openapi import request_body, responses
from service.settings import Settings

BODY_LIMIT = 4096  # bytes: a name
READING = ("invalid_json", "invalid_utf8", "request_timeout", "body_too_large", "unsupported_media_type", "invalid_request")
SWAPPING = ("model_not_found", "model_refused", "swap_in_progress")


class ModelSwap(BaseModel):
    """Which model is to take over."""

    model_config = ConfigDict(extra="forbid")

    model: str = Field(
        json_schema_extra={"pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"}, description="Name of a model folder beside the present one."
    )


def model_routes(models: Models, settings: Settings) -> APIRouter:
    """`GET /v1/models`, `POST /v1/models/swap` and `/v1/models/rollback`."""
    router = APIRouter(tags=["models"])
    nothing_before = responses(None, ("no_previous_model", "swap_in_progress"))
    documented = {"openapi_extra": request_body("ModelSwap", {"the shipped model": {"model": models.live.model.name}})}

    @router.get("/v1/models", summary="Which models can judge")
    async def list_models() -> dict[str, Any]:
        """The live one, the one before it, and the folders that could take over."""
        return await anyio.to_thread.run_sync(models.to_dict)

    @router.post("/v1/models/swap", summary="Let another model take over", responses=responses(None, (*READING, *SWAPPING)), **documented)  # type: ignore[arg-type]
    async def swap_model(request: Request) -> dict[str, Any]:
        """Loads and tests it beside the live one, which goes on serving where anything is wrong with the new one."""
        body = await read_body(request, BODY_LIMIT, settings.deadline_seconds)
        require_type(request, "application/json")
        name = _name(parse_json(body))
        await anyio.to_thread.run_sync(lambda: models.swap(name))
        return await anyio.to_thread.run_sync(models.to_dict)

    @router.post("/v1/models/rollback", summary="Go back to the model before", responses=nothing_before)
    async def rollback_model() -> dict[str, Any]:
        """At once: it was kept loaded."""
        models.rollback()
        return await anyio.to_thread.run_sync(models.to_dict)

    return router


def _name(content: object) -> object:
    """The only key of the body."""
    if not isinstance(content, dict) or set(content) != {"model"}:
        raise RequestError('Send {"model": "name of a folder beside the present one"}.', "invalid_request")
    return content["model"]
