"""`GET /metrics`, for Prometheus and whatever reads its formats."""

from typing import Any

import anyio
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from service.metrics.exposition import Exposition

ADDRESS = "/metrics"
FORMATS = ("text/plain", "application/openmetrics-text")


def metrics_routes(exposition: Exposition) -> APIRouter:
    """The one route."""
    router = APIRouter(tags=["health"])
    content: dict[str, Any] = {name: {"schema": {"type": "string"}} for name in FORMATS}
    described: dict[int | str, dict[str, Any]] = {200: {"description": "All metrics.", "content": content}}

    @router.get(ADDRESS, summary="Metrics for Prometheus", response_class=Response, responses=described)
    async def metrics(request: Request) -> Response:
        """Prometheus text, or OpenMetrics where `Accept` asks for it."""
        accept = request.headers.get("accept", "")
        body, content_type = await anyio.to_thread.run_sync(lambda: exposition(accept))
        return Response(body, headers={"Content-Type": content_type})

    return router
