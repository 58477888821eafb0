"""`/review/adjudicate/{id}`: two people's answers side by side, and the one that settles the note. Then on to the next that is disputed."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.accounts.rules import Account
from service.accounts.visitor import form_of, require
from service.adjudication.forms import answer_of_form
from service.adjudication.sides import YES_NO, field_of, keys, lines, passages, quotes
from service.adjudication.store import Bench, read_bench
from service.database import Database, now
from service.errors import RequestError, ServiceError, StorageUnavailable, problem_of
from service.rendering import Rendering
from service.reviews.answers import Answer, flat
from service.reviews.filters import Asked, read_asked
from service.reviews.kinds import ADJUDICATE
from service.reviews.leases import take, take_next
from service.reviews.queues import QUEUES
from service.reviews.rules import Decision
from service.reviews.scores import Policy
from service.reviews.store import save

START, NOTE = "/review/adjudicate", "/review/adjudicate/{note_id}"
MODEL = "model"  # asks for the model's answer, which might sway whoever settles it
TOLD = ("review_decided", "review_invalid", "review_leased", "review_stale")
DISPUTED = next(queue.name for queue in QUEUES.values() if queue.settled)
Lead = Annotated[Account, Depends(require("adjudicate"))]
Form = Mapping[str, str]


class Desk:
    """What the pages are made of."""

    def __init__(self, database: Database, rendering: Rendering, policy: Policy) -> None:
        self.database, self.rendering, self.policy = database, rendering, policy
        self.definition = policy.definition

    async def show(
        self,
        request: Request,
        account: Account,
        note_id: str,
        asked: Asked,
        *,
        form: Form | None = None,
        problem: ServiceError | None = None,
    ) -> Response:
        """`form`: what was chosen before; `problem`: why it was not saved."""
        held = await self._hold(note_id, account) if form is None else None
        bench = await self.database.read_async(lambda c: read_bench(c, note_id, account.id, self.definition))
        told = problem or held
        shown = {
            **self._shown(bench, form),
            "asked": asked,
            "problem": problem_of(told) if told else None,
            "saved": problem is None,
            "comment": (form or {}).get("comment", ""),
            "opened_at": (form or {}).get("opened_at") or now().isoformat(),
        }
        return await self._render(request, shown, problem_of(problem).status if problem else 200)

    async def settle(self, note_id: str, account: Account, asked: Asked, form: Form) -> str:
        """Save what was chosen; where to go on to. Raises RequestError."""
        at = now()

        def write(connection: Connection) -> str:
            bench = read_bench(connection, note_id, account.id, self.definition)
            answer = answer_of_form(form, bench.sides, self.definition)
            save(connection, _decision(form, note_id, account.id, answer, at), self.policy, at)
            return self._next(connection, account, asked, at)

        return await self.database.write_async(write)

    async def start(self, account: Account, asked: Asked) -> str:
        return await self.database.write_async(lambda connection: self._next(connection, account, asked, now()))

    def _next(self, connection: Connection, account: Account, asked: Asked, at: datetime) -> str:
        lease = take_next(connection, asked.view, account.id, at)
        return f"{NOTE.format(note_id=lease.note_id)}?{asked.query}" if lease else f"/review?{asked.query}&done=yes"

    async def _hold(self, note_id: str, account: Account) -> ServiceError | None:
        """The note is in hand while it is settled; where another has it, that is said."""
        with suppress(StorageUnavailable):  # it can be read all the same
            try:
                await self.database.write_async(lambda connection: take(connection, note_id, account.id, now()))
            except RequestError as problem:
                if problem.code != "review_leased":
                    raise
                return problem
        return None

    def _shown(self, bench: Bench, form: Form | None) -> dict[str, Any]:
        sees_model = bool(form and form.get(MODEL))
        given = form if form is not None else self._values(bench.before)
        found = lines(bench.sides, bench.model if sees_model else None, self.definition, given)
        fields = bench.sheet.note.fields
        return {
            "note": bench.sheet.note,
            "sides": bench.sides,
            "before": bench.before is not None,
            "act": bench.sheet.act,
            "sees_model": sees_model,
            "has_model": bench.model is not None,
            "disputed": [line for line in found if not line.agreed],
            "agreed": [line for line in found if line.agreed],
            "passages": passages(bench.sides, fields, self.definition),
            "quotes": quotes(bench.sides, fields, self.definition, form),
        }

    def _values(self, answer: Answer | None) -> dict[str, str]:
        """An answer as the form holds it."""
        said = flat(answer, self.definition) if answer else {}
        names = {
            key: [value for value, _ in YES_NO] if key[1] else self.definition.dimension(key[0]).names for key in keys(self.definition)
        }
        return {field_of(key): names[key][place] for key, place in said.items()}

    async def _render(self, request: Request, shown: dict[str, Any], status: int) -> Response:
        return await asyncio.to_thread(lambda: self.rendering.page("adjudicate.html", request, status, **shown))


def adjudication_routes(database: Database, rendering: Rendering, policy: Policy) -> APIRouter:
    """The pages of adjudication. The door lists them with the permission that they take."""
    router = APIRouter(include_in_schema=False, route_class=rendering.route_class())
    desk = Desk(database, rendering, policy)

    def asked_of(request: Request) -> Asked:
        """Where no queue is named it is what people differ on."""
        asked = read_asked(request.url.query, policy.definition)
        return asked if asked.working else replace(asked, view=replace(asked.view, queue=DISPUTED), working=True)

    @router.post(START)
    async def post_start(request: Request, account: Lead) -> Response:
        await form_of(request)
        return RedirectResponse(await desk.start(account, asked_of(request)), 303)

    @router.get(NOTE)
    async def get_note(request: Request, note_id: str, account: Lead) -> Response:
        return await desk.show(request, account, note_id, asked_of(request))

    @router.post(NOTE)
    async def post_note(request: Request, note_id: str, account: Lead) -> Response:
        """Settle it; or show the model's answer beside what was chosen so far."""
        form, asked = await form_of(request), asked_of(request)
        if form.get("act") == MODEL:
            return await desk.show(request, account, note_id, asked, form={**form, MODEL: "" if form.get(MODEL) else "yes"})
        try:
            return RedirectResponse(await desk.settle(note_id, account, asked, form), 303)
        except ServiceError as problem:
            if problem.code not in TOLD:
                raise
            return await desk.show(request, account, note_id, asked, form=form, problem=problem)

    return router


def _decision(form: Form, note_id: str, who: str, answer: dict[str, Any], at: datetime) -> Decision:
    try:
        seconds, revision = (at - datetime.fromisoformat(form.get("opened_at", ""))).total_seconds(), int(form.get("revision", ""))
    except (ValueError, TypeError):
        raise RequestError("The form is not whole. Reload the page and settle it again.", "review_invalid") from None
    shown = (form.get("version_id", ""), form.get("judgement_id") or None)
    return Decision(note_id, *shown, who, ADJUDICATE, answer=answer, comment=form.get("comment"), seconds=seconds, revision=revision)
