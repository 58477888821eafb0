"""`/review/notes/{id}`: one note that is decided on, whose it is, and what was noted of its physician before. Plain forms."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from sqlalchemy import Connection, Row
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from insight_classifier.measures.thread_parts import shipped_parts
from insight_classifier.notes import Note
from service.accounts.rules import Account
from service.accounts.visitor import account_of, form_of, require
from service.database import Database, now
from service.errors import RequestError, ServiceError, StorageUnavailable, problem_of
from service.presentation import facts, present
from service.rendering import Rendering, wants_page
from service.reviews.assigning import ADJUDICATE, REVIEW, assign_one, assignees
from service.reviews.evidence import legend, passages, told
from service.reviews.filters import Asked, read_asked
from service.reviews.forms import decision_of, questions, shown_marks
from service.reviews.history import deed
from service.reviews.judged import judgement_of
from service.reviews.keys import ACTS
from service.reviews.kinds import FLAG
from service.reviews.leases import take, take_next
from service.reviews.life import Trying, read_life
from service.reviews.open_claims import open_claims
from service.reviews.scores import Policy
from service.reviews.sheet import Sheet, read_sheet, seen_row
from service.reviews.store import save
from service.reviews.timeline import MANY, Timeline, timeline
from service.reviews.trial import told as told_trial
from service.shadow.store import of_note

LIST, NOTE = "/review", "/review/notes/{note_id}"
FORM_LIMIT = 262_144  # a comment and evidence, in the encoding of forms
ANEW = ("review_decided", "review_invalid", "review_leased")  # refusals after which the form keeps what it held
TOLD = (*ANEW, "review_stale")  # refusals that are told beside the note
Reviewer = Annotated[Account, Depends(require(REVIEW))]
Reader = Annotated[Account, Depends(require("read"))]


class NoteDesk:
    """What the page of a note is made of."""

    def __init__(self, database: Database, rendering: Rendering, policy: Policy) -> None:
        self.database, self.rendering, self.policy = database, rendering, policy
        self.definition = policy.definition
        self.parts = shipped_parts(policy.definition)

    async def show(
        self,
        request: Request,
        note_id: str,
        asked: Asked,
        *,
        problem: ServiceError | None = None,
        form: Mapping[str, str] | None = None,
        trying: Trying | None = None,
    ) -> Response:
        """`problem`: why what the form held was not saved; `trying`: a step of the insight that was refused."""
        account = account_of(request)
        held = await self._hold(note_id, account, asked) if problem is None else None
        sheet, visits, people = await self.database.read_async(lambda connection: self._read(connection, note_id, account))
        life = await self.database.read_async(lambda connection: read_life(connection, note_id))
        trial = await self.database.read_async(lambda connection: self._trial(connection, sheet.note))
        refused = problem or held
        shown = {
            **self._shown(sheet, form if problem and problem.code in ANEW else None),
            "asked": asked,
            "problem": problem_of(refused) if refused else None,
            "saved": problem is None,
            "who": sheet.names.get(str(refused.members.get("decided_by") or refused.members.get("leased_by"))) if refused else None,
            "comment": (form or {}).get("comment", ""),
            "may": account.may(REVIEW),
            "account": account,
            "people": people,
            "timeline": visits,
            "life": life,
            "trying": trying,
            "trial": trial,
            "opened_at": now().isoformat(),
        }
        status = trying.problem.status if trying else problem_of(problem).status if problem else 200
        return await self._render("review_note.html", request, status, shown)

    async def show_timeline(self, request: Request, note_id: str, before: str | None) -> Response:
        """Everything on the physician before the note, a page at a time."""
        account = account_of(request)

        def read(connection: Connection) -> dict[str, Any]:
            note = read_sheet(connection, note_id, account.id).note
            visits = timeline(connection, note.hcp, before or note_id, self.definition, limit=MANY)
            return {"note": note, "timeline": visits, "claims": open_claims(connection, note.hcp, self.definition, self.parts)}

        shown = await self.database.read_async(read)
        return await self._render("review_timeline.html", request, 200, {**shown, "before": before})

    async def decide(self, note_id: str, account: Account, asked: Asked, form: Mapping[str, str]) -> str:
        """Save what the form holds; the address to go on to, once it is committed. Raises RequestError."""
        at, policy = now(), self.policy

        def write(connection: Connection) -> str:
            seen = seen_row(connection, note_id, form.get("version_id"), form.get("judgement_id"))
            decision = decision_of(form, seen, account.id, note_id, policy.definition, at)
            save(connection, decision, policy, at)
            if not asked.working or decision.kind == FLAG:
                return address(note_id, asked)
            lease = take_next(connection, asked.view, account.id, at)
            return address(lease.note_id, asked) if lease else f"{LIST}?{asked.query}&done=yes"

        return await self.database.write_async(write)

    async def assign(self, note_id: str, account: Account, asked: Asked, to: str | None) -> str:
        """Give the note to a person; the address of the note. Raises RequestError, Forbidden."""
        await self.database.write_async(lambda connection: assign_one(connection, note_id, to or None, account, now()))
        return address(note_id, asked)

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

    def _read(self, connection: Connection, note_id: str, account: Account) -> tuple[Sheet, Timeline, Mapping[str, str]]:
        leads = account.may(ADJUDICATE)
        sheet = read_sheet(connection, note_id, account.id, sees_all=leads)
        return sheet, timeline(connection, sheet.note.hcp, note_id, self.definition), assignees(connection) if leads else {}

    def _trial(self, connection: Connection, note: Row[Any]) -> Mapping[str, Any] | None:
        """Where a model on trial differs from the judgement that is shown."""
        row = of_note(connection, note.note_id)
        if row is None or row.judgement_id != note.judgement_id:
            return None
        return {"model": row.model_name, "told": told_trial(row.parts, self.definition)}

    def _shown(self, sheet: Sheet, given: Mapping[str, str] | None) -> dict[str, Any]:
        note, definition = sheet.note, self.definition
        judgement = judgement_of(note.judgement, definition) if note.judgement else None
        marks = shown_marks(note.judgement, definition)
        return {
            "definition": definition,
            "note": note,
            "facts": list(facts(note.metadata, told=(note.author, note.hcp, note.source))),
            "names": sheet.names,
            "shown": present(Note(note.note_id, note.fields), judgement, definition) if judgement else None,
            "passages": passages(note.fields, judgement, definition),
            "legend": legend(definition, note.fields, marks, given),
            "evidence": told(marks, judgement, definition, given),
            "questions": questions(definition, judgement, given),
            "deeds": [deed(review, sheet.names, note.judgement, definition) for review in reversed(sheet.told.reviews)],
            "hidden": sheet.told.hidden,
            "act": sheet.act,
            "keys": ACTS,
        }

    async def _render(self, template: str, request: Request, status: int, shown: dict[str, Any]) -> Response:
        return await asyncio.to_thread(lambda: self.rendering.page(template, request, status, **shown))


def note_routes(database: Database, rendering: Rendering, policy: Policy) -> APIRouter:
    """The pages of one note. The door lists them with the permission that each takes."""
    router = APIRouter(include_in_schema=False, route_class=rendering.route_class())
    desk = NoteDesk(database, rendering, policy)

    @router.get(NOTE)
    async def get_note(request: Request, note_id: str, account: Reader) -> Response:
        return await desk.show(request, note_id, read_asked(request.url.query, policy.definition))

    @router.post(NOTE)
    async def post_note(request: Request, note_id: str, account: Reviewer) -> Response:
        """Decide; what was refused is told beside the note as it stands now. A script is told where to go on to."""
        form, asked = await form_of(request, limit=FORM_LIMIT), read_asked(request.url.query, policy.definition)
        try:
            onward = await desk.decide(note_id, account, asked, form)
        except ServiceError as problem:
            if problem.code not in TOLD:
                raise
            return await desk.show(request, note_id, asked, problem=problem, form=form)
        return RedirectResponse(onward, 303) if wants_page(request) else JSONResponse({"next": onward})

    @router.post(f"{NOTE}/assign")
    async def post_assign(request: Request, note_id: str, account: Reviewer) -> Response:
        form, asked = await form_of(request), read_asked(request.url.query, policy.definition)
        return RedirectResponse(await desk.assign(note_id, account, asked, form.get("to")), 303)

    @router.get(f"{NOTE}/physician")
    async def get_timeline(request: Request, note_id: str, account: Reader, before: str | None = None) -> Response:
        return await desk.show_timeline(request, note_id, before)

    return router


def address(note_id: str, asked: Asked) -> str:
    return f"{LIST}/notes/{note_id}" + (f"?{asked.query}" if asked.working else "")
