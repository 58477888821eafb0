"""`/review/bulk`: one decision on a whole view. First a count and examples, then the act, then how far it has come; one press undoes it."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.accounts.rules import Account
from service.accounts.visitor import form_of, require
from service.bulks.acting import MOST, dry_count, order
from service.bulks.forms import ACTS, bulk_of, expected, groups
from service.bulks.running import Bulks
from service.bulks.store import RUNNING, run_of
from service.database import now
from service.errors import KINDS, RequestError, ServiceError, problem_of
from service.rendering import Rendering
from service.reviews.filters import Asked, chips, read_asked
from service.reviews.lines import line
from service.reviews.listing import page
from service.reviews.undo import undo

BULK, RUN = "/review/bulk", "/review/bulk/{bulk_id}"
EXAMPLES = 10
SECONDS = 3.0  # that a page waits for a bulk before it tells how far it has come
TOLD = ("review_count_changed", "review_invalid")
Lead = Annotated[Account, Depends(require("adjudicate"))]


class Desk:
    """What the pages are made of."""

    def __init__(self, bulks: Bulks, rendering: Rendering) -> None:
        self.bulks, self.rendering = bulks, rendering
        self.database, self.definition = bulks.database, bulks.policy.definition

    async def show(
        self,
        request: Request,
        account: Account,
        asked: Asked,
        *,
        problem: ServiceError | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Response:
        """The dry count, examples and the form. `problem`: why what the form held was not done."""

        def read(connection: Connection) -> tuple[int, list[Any]]:
            return dry_count(connection, asked.view, account.id), list(page(connection, asked.view, account.id, limit=EXAMPLES).entries)

        notes, entries = await self.database.read_async(read)
        shown = {
            "asked": asked,
            "chips": chips(asked.view, self.definition),
            "notes": notes,
            "most": MOST,
            "lines": [line(entry, self.definition, now()) for entry in entries],
            "acts": ACTS,
            "groups": groups(self.definition, form or {}),
            "form": form or {},
            "problem": problem_of(problem) if problem else None,
        }
        return await self._render("bulk.html", request, shown, problem_of(problem).status if problem else 200)

    async def do(self, account: Account, asked: Asked, form: Mapping[str, str]) -> str:
        """Begin what the form asks for; where it can be watched. Raises RequestError."""
        bulk, number = bulk_of(form, self.definition), expected(form)
        begun = await self.database.write_async(lambda c: order(c, asked.view, bulk, account.id, now(), expected=number))
        await self.bulks.start(begun, seconds=SECONDS)
        return RUN.format(bulk_id=begun.id)

    async def show_run(self, request: Request, account: Account, bulk_id: str) -> Response:
        run = await self.database.read_async(lambda connection: run_of(connection, bulk_id, account.id, now()))
        reasons = {KINDS[code].title: number for code, number in run.refused.items()}
        shown = {"run": run, "running": run.state == RUNNING, "reasons": reasons, "asked": read_asked(run.query, self.definition)}
        return await self._render("bulk_run.html", request, shown)

    async def take_back(self, account: Account, bulk_id: str) -> None:
        """Undo the bulk. Raises RequestError where it still goes on, or something else was done since."""

        def write(connection: Connection) -> None:
            if run_of(connection, bulk_id, account.id, now()).state == RUNNING:
                raise RequestError("The bulk still goes on. Undo it when it has ended.", "review_undone")
            undo(connection, account.id, self.bulks.policy, now(), act=bulk_id)

        await self.database.write_async(write)

    async def _render(self, template: str, request: Request, shown: dict[str, Any], status: int = 200) -> Response:
        return await asyncio.to_thread(lambda: self.rendering.page(template, request, status, **shown))


def bulk_routes(bulks: Bulks, rendering: Rendering) -> APIRouter:
    """The pages of bulks. The door lists them with the permission that they take."""
    router = APIRouter(include_in_schema=False, route_class=rendering.route_class())
    desk = Desk(bulks, rendering)

    @router.get(BULK)
    async def get_bulk(request: Request, account: Lead) -> Response:
        return await desk.show(request, account, read_asked(request.url.query, desk.definition))

    @router.post(BULK)
    async def post_bulk(request: Request, account: Lead) -> Response:
        form, asked = await form_of(request), read_asked(request.url.query, desk.definition)
        try:
            return RedirectResponse(await desk.do(account, asked, form), 303)
        except ServiceError as problem:
            if problem.code not in TOLD:
                raise
            return await desk.show(request, account, asked, problem=problem, form=form)

    @router.get(RUN)
    async def get_run(request: Request, bulk_id: str, account: Lead) -> Response:
        return await desk.show_run(request, account, bulk_id)

    @router.post(f"{RUN}/undo")
    async def post_undo(request: Request, bulk_id: str, account: Lead) -> Response:
        await form_of(request)
        await desk.take_back(account, bulk_id)
        return RedirectResponse(RUN.format(bulk_id=bulk_id), 303)

    return router
