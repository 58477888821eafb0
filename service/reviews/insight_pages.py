"""`/insights`: the pipeline of insights, and the steps that move one on. The steps are told beside the note."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.accounts.rules import Account
from service.accounts.visitor import form_of, require
from service.database import Database, now
from service.errors import RequestError, ServiceError, problem_of
from service.rendering import Rendering
from service.reviews.filters import chips, others, read_asked, selects
from service.reviews.insights import Emit, Step, take_step
from service.reviews.life import Trying
from service.reviews.lines import line
from service.reviews.note_pages import NoteDesk, Reader, address
from service.reviews.pipeline import read_pipeline
from service.reviews.scores import Policy
from service.reviews.states import STATES

LIST, ONE = "/insights", "/insights/{note_id}"
TOLD = ("insight_changed", "insight_refused")  # refusals that are told beside the form, which keeps what was typed
Teller = Annotated[Account, Depends(require("outcome"))]


class Pipeline:
    """What the pages are made of. `wake` is called once a step is committed, for its message is to be sent."""

    def __init__(self, database: Database, rendering: Rendering, policy: Policy, emit: Emit, wake: Callable[[], None]) -> None:
        self.database, self.rendering, self.policy = database, rendering, policy
        self.emit, self.wake = emit, wake

    async def show(self, request: Request, account: Account) -> Response:
        definition, at = self.policy.definition, now()
        asked = read_asked(request.url.query, definition)
        found = await self.database.read_async(lambda connection: read_pipeline(connection, asked.view, account.id, after=asked.after))
        offered = selects(found.view, definition, found.choices)
        shown = {
            "found": found,
            "asked": asked,
            "states": STATES,
            "chips": chips(found.view, definition),
            "selects": offered,
            "others": list(others(found.view, [one.name for one in offered])),
            "lines": {name: [line(entry, definition, at) for entry in group.entries] for name, group in found.groups.items()},
            "at": at,
        }
        return await asyncio.to_thread(lambda: self.rendering.page("insights.html", request, 200, **shown))

    async def take(self, note_id: str, account: Account, form: Mapping[str, str]) -> None:
        """Take the step that a form asks for. Raises RequestError."""
        step = Step(note_id, form.get("state", ""), account.id, form.get("outcome"), form.get("answer"), _steps(form))
        await self.database.write_async(lambda connection: take_step(connection, step, self.emit, now()))
        self.wake()


def insight_routes(database: Database, rendering: Rendering, policy: Policy, emit: Emit, wake: Callable[[], None]) -> APIRouter:
    """The door lists them with the permission that each takes."""
    router = APIRouter(include_in_schema=False, route_class=rendering.route_class())
    pipeline, notes = Pipeline(database, rendering, policy, emit, wake), NoteDesk(database, rendering, policy)

    @router.get(LIST)
    async def get_pipeline(request: Request, account: Reader) -> Response:
        return await pipeline.show(request, account)

    @router.get(ONE)
    async def get_insight(request: Request, note_id: str, account: Reader) -> Response:
        """Its steps stand on the page of its note."""
        return RedirectResponse(f"{address(note_id, read_asked(request.url.query, policy.definition))}#life", 303)

    @router.post(ONE)
    async def post_step(request: Request, note_id: str, account: Teller) -> Response:
        """What was refused is told beside the form, on the page of the note as it stands now."""
        form, asked = await form_of(request), read_asked(request.url.query, policy.definition)
        try:
            await pipeline.take(note_id, account, form)
        except ServiceError as problem:
            if problem.code not in TOLD:
                raise
            trying = Trying(problem_of(problem), form.get("outcome", ""), form.get("answer", ""))
            return await notes.show(request, note_id, asked, trying=trying)
        return RedirectResponse(f"{address(note_id, asked)}#life", 303)

    return router


def _steps(form: Mapping[str, str]) -> int:
    try:
        return int(form.get("steps", ""))
    except ValueError:
        raise RequestError("The form is not whole. Reload the page and say it again.", "insight_refused") from None
