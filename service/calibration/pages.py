"""`/review/gold`: the gold set, for those who lead. `/review/calibration`: how one's own answers compare with it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from insight_classifier.definition import Definition
from service.accounts.rules import LOCAL, Account
from service.accounts.store import names_of
from service.accounts.visitor import form_of, require
from service.calibration.rules import FEWEST, SHARE
from service.calibration.store import candidates, gold_notes, make_gold, passes, standing_of
from service.database import Database, now
from service.rendering import Rendering
from service.reviews.gold import unset_gold
from service.reviews.scores import Policy
from service.reviews.tally import tally

GOLD, CALIBRATION = "/review/gold", "/review/calibration"
LEAD = "adjudicate"
Lead = Annotated[Account, Depends(require(LEAD))]
Reviewer = Annotated[Account, Depends(require("review"))]
Render = Callable[[str, Request, dict[str, Any]], Awaitable[Response]]


def calibration_routes(database: Database, rendering: Rendering, policy: Policy) -> APIRouter:
    """The pages of gold and calibration. The door lists them with the permission that each takes."""
    router = APIRouter(include_in_schema=False, route_class=rendering.route_class())
    definition = policy.definition

    async def render(template: str, request: Request, shown: dict[str, Any]) -> Response:
        return await asyncio.to_thread(lambda: rendering.page(template, request, 200, **shown))

    @router.get(GOLD)
    async def get_gold(request: Request, account: Lead) -> Response:
        def read(connection: Connection) -> dict[str, Any]:
            gold = gold_notes(connection, definition)
            names = {LOCAL.id: LOCAL.name, **names_of(connection, {one.set_by for one in gold if one.set_by})}
            return {
                "gold": gold,
                "names": names,
                "candidates": candidates(connection, account.id, definition),
                "people": passes(connection),
            }

        return await render("gold.html", request, {**await database.read_async(read), "fewest": FEWEST, "share": SHARE})

    @router.post(GOLD)
    async def post_gold(request: Request, account: Lead) -> Response:
        form = await form_of(request)

        def write(connection: Connection) -> None:
            note_id = make_gold(connection, form.get("note_id", ""), account.id, now(), why=form.get("why") or None)
            tally(connection, [note_id], definition)

        await database.write_async(write)
        return RedirectResponse(GOLD, 303)

    @router.post(f"{GOLD}/{{note_id}}/retire")
    async def post_retire(request: Request, note_id: str, account: Lead) -> Response:
        await form_of(request)

        def write(connection: Connection) -> None:
            if unset_gold(connection, note_id, account.id, now()):
                tally(connection, [note_id], definition)

        await database.write_async(write)
        return RedirectResponse(GOLD, 303)

    _add_calibration(router, database, definition, render)
    return router


def _add_calibration(router: APIRouter, database: Database, definition: Definition, render: Render) -> None:
    @router.get(CALIBRATION)
    async def get_calibration(request: Request, account: Reviewer) -> Response:
        """One's own alone, whoever asks: others are told that somebody passed, on the page of gold."""
        found = await database.read_async(lambda connection: standing_of(connection, account.id, definition))
        shown = {"standing": found, "fewest": FEWEST, "share": SHARE, "leads": account.may(LEAD)}
        return await render("calibration.html", request, shown)
