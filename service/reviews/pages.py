"""`/review`: the queues, each a page of notes, and the ways into them. Plain forms, which a script only makes quicker."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.accounts.rules import Account
from service.accounts.store import names_of
from service.accounts.visitor import account_of, form_of
from service.database import Database, now
from service.rendering import Rendering
from service.reviews.assigning import ADJUDICATE, REVIEW
from service.reviews.filters import Asked, chips, others, read_asked, selects, tabs
from service.reviews.kinds import ADJUDICATE as ADJUDICATED
from service.reviews.leases import take_next
from service.reviews.lines import line
from service.reviews.listing import Page, page
from service.reviews.note_pages import LIST, Reader, Reviewer, address, note_routes
from service.reviews.saved import SavedView, choices, saved_views
from service.reviews.saved_pages import saved_view_routes
from service.reviews.scores import Policy
from service.reviews.similar_pages import similar_routes
from service.reviews.undo import undo
from service.shadow.store import on_trial

DECIDE, SETTLE = (
    ("/review/notes", "/review/next"),
    ("/review/adjudicate", "/review/adjudicate"),
)  # where a note is worked on, and the first is had


class Desk:
    """What the pages are made of."""

    def __init__(self, database: Database, rendering: Rendering, policy: Policy) -> None:
        self.database, self.rendering, self.policy = database, rendering, policy
        self.definition = policy.definition

    async def show_list(self, request: Request, asked: Asked) -> Response:
        account, at, view = account_of(request), now(), asked.view

        def read(connection: Connection) -> tuple[Page, Mapping[str, Sequence[str]], Mapping[str, str], Sequence[SavedView], bool]:
            found = page(connection, view, account.id, after=asked.after)
            names = names_of(connection, {e.card.leased_by for e in found.entries if e.card.leased_by})
            return found, choices(connection), names, saved_views(connection, account.id), on_trial(connection)

        found, facets, names, saved, trial = await self.database.read_async(read)
        offered = selects(view, self.definition, facets)
        shown = {
            "asked": asked,
            "tabs": tabs(view, trial=trial),
            "chips": chips(view, self.definition),
            "selects": offered,
            "others": list(others(view, [one.name for one in offered])),
            "lines": [line(entry, self.definition, at) for entry in found.entries],
            "after": found.after,
            "names": names,
            "saved": saved,
            "may": account.may(REVIEW),
            "leads": account.may(ADJUDICATE),
            "work": SETTLE if view.described.settled and account.may(ADJUDICATE) else DECIDE,
        }
        return await self._render("review_list.html", request, 200, shown)

    async def start(self, account: Account, asked: Asked) -> str:
        """Take the first note of a view in hand; where it is."""
        lease = await self.database.write_async(lambda connection: take_next(connection, asked.view, account.id, now()))
        return address(lease.note_id, asked) if lease else f"{LIST}?{asked.query}&done=yes"

    async def take_back(self, account: Account, asked: Asked, act: str | None) -> str:
        """Undo a person's latest act; where its note is. Raises RequestError."""
        done, notes = await self.database.write_async(lambda c: undo(c, account.id, self.policy, now(), act=act or None))
        if done.kind == ADJUDICATED and not done.bulk:
            return f"{SETTLE[0]}/{notes[0]}?{asked.query}"
        return f"{LIST}?{asked.query}" if done.bulk else address(notes[0], asked)

    async def _render(self, template: str, request: Request, status: int, shown: dict[str, Any]) -> Response:
        return await asyncio.to_thread(lambda: self.rendering.page(template, request, status, **shown))


def review_routes(database: Database, rendering: Rendering, policy: Policy) -> APIRouter:
    """The pages of reviewing. The door lists them with the permission that each takes."""
    router = APIRouter(include_in_schema=False, route_class=rendering.route_class())
    desk = Desk(database, rendering, policy)
    router.include_router(note_routes(database, rendering, policy))
    router.include_router(similar_routes(database, rendering, policy.definition))
    router.include_router(saved_view_routes(database, rendering, policy.definition))

    @router.get(LIST)
    async def get_list(request: Request, account: Reader) -> Response:
        return await desk.show_list(request, read_asked(request.url.query, policy.definition))

    @router.post(f"{LIST}/next")
    async def post_next(request: Request, account: Reviewer) -> Response:
        await form_of(request)
        return RedirectResponse(await desk.start(account, read_asked(request.url.query, policy.definition)), 303)

    @router.post(f"{LIST}/undo")
    async def post_undo(request: Request, account: Reviewer) -> Response:
        form, asked = await form_of(request), read_asked(request.url.query, policy.definition)
        return RedirectResponse(await desk.take_back(account, asked, form.get("act")), 303)

    return router
