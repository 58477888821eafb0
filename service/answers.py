"""Answers: JSON in UTF-8, and errors as problem documents."""

import json
from http import HTTPStatus

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

from service.errors import is_ours, places, problem_of

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
PROBLEM = "problem"  # where the request's state tells the code of the problem that answered it
log = structlog.get_logger("service")


class ProblemResponse(JSONResponse):
    """The body of an error. Its code is left in the request's state, for who counts."""

    code = ""
    media_type = "application/problem+json"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})[PROBLEM] = self.code
        await super().__call__(scope, receive, send)

    def render(self, content: object) -> bytes:
        return to_json(content)


def to_json(content: object) -> bytes:
    """Compact JSON in UTF-8. Half a surrogate pair, which a message may quote from a request, becomes a question mark."""
    return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8", "replace")


def json_response(body: bytes) -> Response:
    """An answer whose JSON was made already, off the event loop."""
    return Response(body, media_type="application/json")


def problem_response(error: Exception, request_id: str) -> ProblemResponse:
    """What a caller is told of an error."""
    problem = problem_of(error)
    response = ProblemResponse(problem.to_dict(request_id), problem.status, headers=problem.all_headers())
    response.code = problem.code
    return response


async def answer_error(request: Request, error: Exception) -> ProblemResponse:
    """The one handler of every error that was foreseen."""
    if is_ours(error):
        report(error, request.state.request_id)
    if isinstance(error, HTTPException) and error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        error = HTTPException(error.status_code, headers={"Allow": ", ".join(methods_at(request))})
    return problem_response(error, request.state.request_id)


def methods_at(request: Request) -> list[str]:
    """What the address takes, whichever of its routes takes it: the framework names those of the first alone."""
    scopes = [{**request.scope, "method": method} for method in METHODS]
    routes = request.app.router.routes
    return [scope["method"] for scope in scopes if any(route.matches(scope)[0] is Match.FULL for route in routes)]


def report(error: Exception, request_id: str) -> None:
    """Log a fault of ours with its place, and without its message, which may quote the note."""
    status = HTTPStatus.INTERNAL_SERVER_ERROR.value
    log.error("failure", request_id=request_id, status=status, error=type(error).__name__, places=list(places(error)))
