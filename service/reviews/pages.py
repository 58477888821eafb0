"""`/review` and `/review/notes/{id}`: the queues, and one note that is decided on. Plain forms, which a script only makes quicker."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from insight_classifier.notes import Note
from service.accounts.rules import Account
from service.accounts.store import names_of
from service.accounts.visitor import account_of, form_of, require
from service.database import Database, now
from service.errors import RequestError, ServiceError, StorageUnavailable, problem_of
from service.presentation import present
from service.rendering import Rendering
from service.reviews.filters import Asked, chips, others, read_asked, selects, tabs
from service.reviews.forms import decision_of, questions
from service.reviews.history import deed
from service.reviews.judged import judgement_of
from service.reviews.keys import ACTS
from service.reviews.kinds import FLAG
from service.reviews.leases import take, take_next
from service.reviews.lines import line
from service.reviews.listing import Page, page
from service.reviews.saved import choices
from service.reviews.scores import Policy
from service.reviews.sheet import Sheet, judgement_row, read_sheet
from service.reviews.store import save
from service.reviews.undo import undo

LIST, NOTE = "/review", "/review/notes/{note_id}"
REVIEW, ADJUDICATE = "review", "adjudicate"
ANEW = ("review_decided", "review_invalid", "review_leased")  # refusals after which the form keeps what it held
TOLD = (*ANEW, "review_stale")  # refusals that are told beside the note
Reviewer = Annotated[Account, Depends(require(REVIEW))]
Reader = Annotated[Account, Depends(require("read"))]


class Desk:
    """What the pages are made of."""

    def __init__(self, database: Database, rendering: Rendering, policy: Policy) -> None:
        self.database, self.rendering, self.policy = database, rendering, policy
        self.definition = policy.definition

    async def show_list(self, request: Request, asked: Asked) -> Response:
        account, at, view = account_of(request), now(), asked.view

        def read(connection: Connection) -> tuple[Page, Mapping[str, Sequence[str]], Mapping[str, str]]:
            found = page(connection, view, account.id, after=asked.after)
            return found, choices(connection), names_of(connection, {e.card.leased_by for e in found.entries if e.card.leased_by})

        found, facets, names = await self.database.read_async(read)
        offered = selects(view, self.definition, facets)
        shown = {
            "asked": asked,
            "tabs": tabs(view),
            "chips": chips(view, self.definition),
            "selects": offered,
            "others": list(others(view, [one.name for one in offered])),
            "lines": [line(entry, self.definition, at) for entry in found.entries],
            "after": found.after,
            "names": names,
            "may": account.may(REVIEW),
        }
        return await self._render("review_list.html", request, 200, shown)

    async def show_note(
        self, request: Request, note_id: str, asked: Asked, *, problem: ServiceError | None = None, form: Mapping[str, str] | None = None
    ) -> Response:
        """`problem`: why what the form held was not saved."""
        account = account_of(request)
        held = await self._hold(note_id, account, asked) if problem is None else None
        sheet = await self._sheet(note_id, account)
        told = problem or held
        shown = {
            **self._shown(sheet, form if problem and problem.code in ANEW else None),
            "asked": asked,
            "problem": problem_of(told) if told else None,
            "saved": problem is None,
            "who": sheet.names.get(str(told.members.get("decided_by") or told.members.get("leased_by"))) if told else None,
            "comment": (form or {}).get("comment", ""),
            "may": account.may(REVIEW),
            "opened_at": now().isoformat(),
        }
        return await self._render("review_note.html", request, problem_of(problem).status if problem else 200, shown)

    async def decide(self, note_id: str, account: Account, asked: Asked, form: Mapping[str, str]) -> str:
        """Save what the form holds; the address to go on to, once it is committed. Raises RequestError."""
        at, policy = now(), self.policy

        def write(connection: Connection) -> str:
            shown = judgement_row(connection, note_id, form.get("judgement_id"))
            decision = decision_of(form, shown, account.id, note_id, policy.definition, at)
            save(connection, decision, policy, at)
            if not asked.working or decision.kind == FLAG:
                return _address(note_id, asked)
            lease = take_next(connection, asked.view, account.id, at)
            return _address(lease.note_id, asked) if lease else f"{LIST}?{asked.query}&done=yes"

        return await self.database.write_async(write)

    async def start(self, account: Account, asked: Asked) -> str:
        """Take the first note of a view in hand; where it is."""
        lease = await self.database.write_async(lambda connection: take_next(connection, asked.view, account.id, now()))
        return _address(lease.note_id, asked) if lease else f"{LIST}?{asked.query}&done=yes"

    async def take_back(self, account: Account, asked: Asked, act: str | None) -> str:
        """Undo a person's latest act; where its note is. Raises RequestError."""
        done, notes = await self.database.write_async(lambda c: undo(c, account.id, self.policy, now(), act=act or None))
        return f"{LIST}?{asked.query}" if done.bulk else _address(notes[0], asked)

    async def _hold(self, note_id: str, account: Account, asked: Asked) -> ServiceError | None:
        """Whoever goes through a queue has the note in hand; where another has, that is said."""
        if not asked.working or not account.may(REVIEW):
            return None
        with suppress(StorageUnavailable):  # it can be read all the same
            try:
                await self.database.write_async(lambda connection: take(connection, note_id, account.id, now()))
            except RequestError as problem:
                if problem.code != "review_leased":
                    raise
                return problem
        return None

    async def _sheet(self, note_id: str, account: Account) -> Sheet:
        sees_all = account.may(ADJUDICATE)
        return await self.database.read_async(lambda connection: read_sheet(connection, note_id, account.id, sees_all=sees_all))

    def _shown(self, sheet: Sheet, given: Mapping[str, str] | None) -> dict[str, Any]:
        note, definition = sheet.note, self.definition
        judgement = judgement_of(note.judgement, definition) if note.judgement else None
        return {
            "definition": definition,
            "note": note,
            "shown": present(Note(note.note_id, note.fields), judgement, definition) if judgement else None,
            "questions": questions(definition, judgement, given),
            "deeds": [deed(review, sheet.names, note.judgement, definition) for review in reversed(sheet.told.reviews)],
            "hidden": sheet.told.hidden,
            "act": sheet.act,
            "keys": ACTS,
        }

    async def _render(self, template: str, request: Request, status: int, shown: dict[str, Any]) -> Response:
        return await asyncio.to_thread(lambda: self.rendering.page(template, request, status, **shown))


def review_routes(database: Database, rendering: Rendering, policy: Policy) -> APIRouter:
    """The pages of reviewing. The door lists them with the permission that each takes."""
    router = APIRouter(include_in_schema=False, route_class=rendering.route_class())
    desk = Desk(database, rendering, policy)

    @router.get(LIST)
    async def get_list(request: Request, account: Reader) -> Response:
        return await desk.show_list(request, read_asked(request.url.query, policy.definition))

    @router.get(NOTE)
    async def get_note(request: Request, note_id: str, account: Reader) -> Response:
        return await desk.show_note(request, note_id, read_asked(request.url.query, policy.definition))

    @router.post(NOTE)
    async def post_note(request: Request, note_id: str, account: Reviewer) -> Response:
        """Decide; what was refused is told beside the note as it stands now."""
        form, asked = await form_of(request), read_asked(request.url.query, policy.definition)
        try:
            return RedirectResponse(await desk.decide(note_id, account, asked, form), 303)
        except ServiceError as problem:
            if problem.code not in TOLD:
                raise
            return await desk.show_note(request, note_id, asked, problem=problem, form=form)

    @router.post(f"{LIST}/next")
    async def post_next(request: Request, account: Reviewer) -> Response:
        await form_of(request)
        return RedirectResponse(await desk.start(account, read_asked(request.url.query, policy.definition)), 303)

    @router.post(f"{LIST}/undo")
    async def post_undo(request: Request, account: Reviewer) -> Response:
        form, asked = await form_of(request), read_asked(request.url.query, policy.definition)
        return RedirectResponse(await desk.take_back(account, asked, form.get("act")), 303)

    return router


def _address(note_id: str, asked: Asked) -> str:
    return f"{LIST}/notes/{note_id}" + (f"?{asked.query}" if asked.working else "")
