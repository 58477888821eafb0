"""`/me` and `/me/notes/{id}`: an author's own notes, and what became of each. Plain forms, and nobody is compared with anybody."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.accounts.rules import Account
from service.accounts.visitor import form_of, require
from service.authors.digesting import own_digest
from service.authors.rules import passages, verdicts
from service.authors.store import Overview, Own, disagree, overview, own_note, own_notes
from service.database import Database, now
from service.errors import RequestError, problem_of
from service.rendering import Rendering
from service.reviews.lines import snippet
from service.reviews.lives import NEW
from service.reviews.scores import Policy
from service.reviews.states import STATES

LIST, NOTE = "/me", "/me/notes/{note_id}"
TOLD = ("review_invalid", "review_stale")  # refusals that are told beside the form, which keeps what was typed
Author = Annotated[Account, Depends(require("own"))]


class Mine:
    """What the pages are made of."""

    def __init__(self, database: Database, rendering: Rendering, policy: Policy) -> None:
        self.database, self.rendering, self.policy = database, rendering, policy
        self.definition = policy.definition

    async def show_list(self, request: Request, account: Account) -> Response:
        author, after = account.author, request.query_params.get("after")
        if author is None:
            return await self._render("me_nobody.html", request, 200, {"account": account})

        def read(connection: Connection) -> tuple[Own, Overview, dict[str, Any]]:
            own = own_notes(connection, author, self.definition, after=after)
            return own, overview(connection, author), self._digest(connection, author) if after is None else {}

        own, found, digest = await self.database.read_async(read)
        shown = {
            "entries": [self._entry(note, own) for note in own.notes],
            "figures": found.loop,
            "answered": [(note.id, steps, snippet(note.fields, (), self.definition)) for note, steps in found.answered],
            "first": after is None,
            "after": own.after,
            "states": STATES,
            "account": account,
            **digest,
        }
        return await self._render("me.html", request, 200, shown)

    async def show_note(
        self, request: Request, account: Account, note_id: str, *, problem: RequestError | None = None, words: str = ""
    ) -> Response:
        """`problem`: why an objection was not kept, and the `words` that it had."""
        author, definition = _author(account), self.definition
        own = await self.database.read_async(lambda connection: own_note(connection, author, note_id, definition))
        told = verdicts(own.note.judgement, own.word, definition)
        shown = {
            "note": own.note,
            "told": told,
            "passages": list(passages(own.note.fields, told.answer, definition)),
            "life": own.life,
            "objection": own.objection,
            "problem": problem_of(problem) if problem else None,
            "words": words,
            "longest": 1000,
        }
        return await self._render("me_note.html", request, problem_of(problem).status if problem else 200, shown)

    async def object_to(self, account: Account, note_id: str, form: dict[str, str]) -> None:
        """Raises RequestError."""
        author = _author(account)
        await self.database.write_async(lambda c: disagree(c, author, note_id, form, account.id, self.policy, now()))

    def _digest(self, connection: Connection, author: str) -> dict[str, Any]:
        made, notes = own_digest(connection, author, self.definition)
        begins = {note_id: snippet(note.fields, (), self.definition) for note_id, note in notes.items()}
        return {"digest": made, "begins": begins}

    def _entry(self, note: Any, own: Own) -> dict[str, Any]:  # noqa: ANN401 a row
        steps = own.steps.get(note.id, ())
        return {
            "note": note,
            "told": verdicts(note.judgement, own.people.get(note.id), self.definition),
            "steps": steps,
            "state": steps[-1].state if steps else STATES[NEW] if note.id in own.insights else None,
            "snippet": snippet(note.fields, (), self.definition),
        }

    async def _render(self, template: str, request: Request, status: int, shown: dict[str, Any]) -> Response:
        return await asyncio.to_thread(lambda: self.rendering.page(template, request, status, **shown))


def author_routes(database: Database, rendering: Rendering, policy: Policy) -> APIRouter:
    """The door lists them with the permission that they take."""
    router = APIRouter(include_in_schema=False, route_class=rendering.route_class())
    mine = Mine(database, rendering, policy)

    @router.get(LIST)
    async def get_mine(request: Request, account: Author) -> Response:
        return await mine.show_list(request, account)

    @router.get(NOTE)
    async def get_note(request: Request, note_id: str, account: Author) -> Response:
        return await mine.show_note(request, account, note_id)

    @router.post(NOTE)
    async def post_objection(request: Request, note_id: str, account: Author) -> Response:
        """Say that one does not agree; what was refused is told beside the form."""
        form = await form_of(request)
        try:
            await mine.object_to(account, note_id, form)
        except RequestError as problem:
            if problem.code not in TOLD:
                raise
            return await mine.show_note(request, account, note_id, problem=problem, words=form.get("words", ""))
        return RedirectResponse(f"{LIST}/notes/{note_id}#objection", 303)

    return router


def _author(account: Account) -> str:
    """Raises RequestError, the same as for a note that there is not, where the account belongs to no author."""
    if account.author is None:
        raise RequestError("There is no such note of yours. Your notes are listed at /me.", "note_not_found")
    return account.author
