"""Pages of HTML: one environment for the templates that extend frame.html, and errors as pages."""

import hashlib
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, ClassVar

from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from insight_classifier.errors import InsightError
from service.answers import PROBLEM, problem_response, report
from service.demonstration.presence import is_shown
from service.errors import is_ours, problem_of
from service.info import INTENDED_USE, package_version
from service.marks import percent
from service.navigation import places
from service.presentation import in_words

HERE = Path(__file__).parent
FRAGMENTS = ("x-fragment", "hx-request")  # a script of ours asks for a part of a page
POLICY = {"Referrer-Policy": "same-origin"}  # with none at all, browsers hide from us that a form is our own


def make_environment() -> Environment:
    """The templates, with what is the same for all pages."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(percent=percent, in_words=in_words)
    environment.globals.update(
        assets=fingerprint(), version=package_version(), intended_use=INTENDED_USE, places=places, is_demonstration=is_shown
    )
    return environment


class Rendering:
    """Every template gets `request`, `visitor` (None: nobody is signed in) and what is the same for all pages."""

    def __init__(self) -> None:
        self.environment = make_environment()

    def page(self, template: str, request: Request, status: int = 200, **values: object) -> HTMLResponse:
        """Blocks for the time that Jinja takes; a long page is rendered in a thread."""
        visitor = getattr(request.state, "visitor", None)
        text = self.environment.get_template(template).render(request=request, visitor=visitor, **values)
        return HTMLResponse(text, status, headers=POLICY)

    def problem(self, request: Request, error: Exception) -> Response:
        """An error in words: as a page, or for a script as a problem document."""
        if is_ours(error):
            report(error, request.state.request_id)
        if not wants_page(request):
            return problem_response(error, request.state.request_id)
        problem = problem_of(error)
        setattr(request.state, PROBLEM, problem.code)
        response = self.page("problem.html", request, problem.status, problem=problem, request_id=request.state.request_id)
        response.headers.update(problem.all_headers())
        return response

    def route_class(self) -> type["PageRoute"]:
        """For `APIRouter(route_class=…)`: what pages raise on purpose is shown as a page."""

        class Route(PageRoute):
            rendering = self

        return Route


class PageRoute(APIRoute):
    """A route for people. The door lists the permission that it takes."""

    rendering: ClassVar[Rendering]

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except InsightError as problem:
                return self.rendering.problem(request, problem)

        return handled


def wants_page(request: Request) -> bool:
    """Whether a person will see the answer as it is, rather than a script."""
    return not any(name in request.headers for name in FRAGMENTS)


def fingerprint() -> str:
    """Changes with the assets, so that a browser never mixes versions."""
    content = b"".join(path.read_bytes() for path in sorted((HERE / "static").rglob("*")) if path.is_file())
    return hashlib.sha256(content).hexdigest()[:12]
