"""The page at /: paste a note, see the judgement as a reviewer wants it. Works as a plain form; the script only swaps the result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from fastapi import APIRouter
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse

from insight_classifier.definition import Definition
from insight_classifier.judgement import Judgement, Origin
from insight_classifier.notes import MAX_CHARACTERS, Note
from service.accounts.visitor import CSRF_FIELD, require_csrf, visitor_of
from service.answers import PROBLEM, report
from service.bodies import parse_form, read_body, require_type
from service.demonstrations import Demonstration
from service.errors import Problem, Unjudged, is_ours, problem_of
from service.leaving import unless_caller_leaves
from service.presentation import Safety, Shown, present, safety_of_refused
from service.rendering import POLICY, make_environment
from service.scoring import Scorer

FORM = "application/x-www-form-urlencoded"
FRAGMENT = "X-Fragment"  # the script's header: only the result, please


@dataclass
class Visit:
    """What one request to the page brings and gets."""

    request_id: str
    typed: dict[str, str] = field(default_factory=dict)
    shown: Shown | None = None
    problem: Problem | None = None
    safety: Safety | None = None  # of a note that was refused

    @property
    def status(self) -> int:
        return self.problem.status if self.problem else 200


class Page:
    """Renders the page and its result."""

    def __init__(self, definition: Definition, model: Origin, demonstrations: Sequence[Demonstration]) -> None:
        self.definition = definition
        self.demonstrations = {item.name: item for item in demonstrations}
        environment = make_environment()
        origin = Origin(definition.name, definition.version, definition.fingerprint)
        environment.globals.update(definition=definition, model=model, origin=origin, demonstrations=demonstrations, most=MAX_CHARACTERS)
        self._page, self._result = environment.get_template("page.html"), environment.get_template("result.html")

    def render(self, request: Request, visit: Visit, *, fragment: bool) -> HTMLResponse:
        """The whole page, or the result alone."""
        template = self._result if fragment else self._page
        return HTMLResponse(
            template.render(request=request, visit=visit, visitor=visitor_of(request)), visit.status, headers=_headers(visit.problem)
        )

    def record(self, typed: Mapping[str, str]) -> dict[str, str]:
        """The note that a form holds; an optional field left blank is no field."""
        return {f.name: typed.get(f.name, "") for f in self.definition.fields if f.required or typed.get(f.name, "").strip()}

    def show(self, visit: Visit, note: Note, judgement: Judgement) -> None:
        visit.shown = present(note, judgement, self.definition)

    def explain(self, visit: Visit, error: Exception) -> None:
        """Put an error on the page, in words."""
        if is_ours(error):
            report(error, visit.request_id)
        visit.problem = self._titled(problem_of(error))
        if isinstance(error, Unjudged):
            visit.safety = safety_of_refused(error.found, self.definition)

    def _titled(self, problem: Problem) -> Problem:
        """A detail that begins with a field's name begins with its title instead."""
        titles = {f"{f.name} ": f"{f.title} " for f in self.definition.fields}
        start = next((name for name in titles if problem.detail.startswith(name)), "")
        return replace(problem, detail=titles.get(start, "") + problem.detail.removeprefix(start))


class Pages:
    """The page of whichever model is live; a swap makes a new one."""

    def __init__(self, scorer: Scorer, demonstrations: Sequence[Demonstration]) -> None:
        self.scorer, self.demonstrations = scorer, demonstrations
        self._latest: tuple[object, Page] | None = None

    def of_live(self) -> Page:
        live = self.scorer.models.live
        if self._latest is None or self._latest[0] is not live:
            self._latest = (live, Page(live.predictor.definition, live.model, self.demonstrations))
        return self._latest[1]


def page_routes(scorer: Scorer, demonstrations: Sequence[Demonstration]) -> APIRouter:
    """The routes for people."""
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    pages = Pages(scorer, demonstrations)

    @router.get("/")
    async def get_page(request: Request) -> HTMLResponse:
        """The empty page, or with one of the notes to try filled in."""
        page = pages.of_live()
        chosen = page.demonstrations.get(request.query_params.get("try", ""))
        visit = Visit(request.state.request_id, dict(chosen.fields) if chosen else {})
        return await scorer.in_thread(lambda: page.render(request, visit, fragment=False))

    @router.post("/")
    async def post_page(request: Request) -> HTMLResponse:
        """Judge what was typed; an error keeps it in the form."""
        page = pages.of_live()
        visit = Visit(request.state.request_id)
        try:
            await _judge(request, visit, page, scorer)
        except ClientDisconnect:
            raise
        except Exception as error:  # noqa: BLE001 told on the page
            page.explain(visit, error)
            setattr(request.state, PROBLEM, visit.problem.code if visit.problem else None)
        return await scorer.in_thread(lambda: page.render(request, visit, fragment=FRAGMENT in request.headers))

    router.add_api_route("/", get_page, methods=["HEAD"])
    return router


async def _judge(request: Request, visit: Visit, page: Page, scorer: Scorer) -> None:
    deadline = scorer.deadline()
    with scorer.admission(request):
        body = await read_body(request, scorer.settings.body_limit, scorer.settings.deadline_seconds)
        require_type(request, FORM)

        def read() -> dict[str, str]:
            visit.typed.update(parse_form(body))
            require_csrf(request, visit.typed.pop(CSRF_FIELD, None))
            return page.record(visit.typed)

        note, judgement = await unless_caller_leaves(request, scorer.judge(read, deadline))
    await scorer.in_thread(lambda: page.show(visit, note, judgement))


def _headers(problem: Problem | None) -> dict[str, Any]:
    return {"Vary": FRAGMENT, **POLICY, **(problem.all_headers() if problem else {})}
