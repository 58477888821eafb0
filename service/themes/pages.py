"""`/themes`: what insights and near misses are about, patterns first; `/themes/{id}`: the notes of one. No person is named."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from sqlalchemy import Connection, Row
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from insight_classifier.measures.theme import LEAST_VOICES
from insight_classifier.measures.themes import MOST_NOTES
from service.accounts.rules import Account
from service.accounts.visitor import form_of, require
from service.database import Database
from service.errors import RequestError
from service.rendering import Rendering
from service.themes.grouping import Grouping
from service.themes.names import Names
from service.themes.reading import PAGE_OF_NOTES, notes_of
from service.themes.shown import Shown, shown
from service.themes.store import counted, listed, runs

PAGE, THEME = "/themes", "/themes/{theme_id}"
LEADS = "adjudicate"
Reader = Annotated[Account, Depends(require("measures"))]
Lead = Annotated[Account, Depends(require(LEADS))]


class Pages:
    """What the pages are made of."""

    def __init__(self, database: Database, rendering: Rendering, names: Names) -> None:
        self.database, self.rendering, self.names = database, rendering, names

    async def show_all(self, request: Request, account: Account) -> Response:
        def page() -> Response:
            with self.database.read() as connection:
                run, begun = runs(connection)
                found = self._themes(connection, run)
            told = {"run": run, "begun": begun, "leads": account.may(LEADS), "most": MOST_NOTES, "least": LEAST_VOICES}
            parts = {"patterns": [one for one in found if one.row.pattern], "candidates": [one for one in found if not one.row.pattern]}
            return self.rendering.page("themes.html", request, 200, **told, **parts)

        return await asyncio.to_thread(page)

    async def show_one(self, request: Request, theme_id: str, before: str | None) -> Response:
        """Raises RequestError where there is no such theme."""

        def page() -> Response:
            with self.database.read() as connection:
                run, _ = runs(connection)
                theme = next((one for one in self._themes(connection, run) if one.row.id == theme_id), None)
                notes, more = notes_of(connection, theme_id, before)
            if theme is None:
                raise RequestError("There is no such theme: since it was seen, it has become part of another. See /themes.", "not_found")
            told: dict[str, Any] = {"run": run, "theme": theme, "notes": notes, "more": more, "before": before, "size": PAGE_OF_NOTES}
            return self.rendering.page("theme.html", request, 200, **told)

        return await asyncio.to_thread(page)

    def _themes(self, connection: Connection, run: Row[Any] | None) -> list[Shown]:
        rows = listed(connection) if run else []
        if run is None or not rows:
            return []
        names = self.names.get((run.id, counted(connection))).value
        return [shown(row, names, run.started_at.date()) for row in rows]


def theme_routes(database: Database, rendering: Rendering, grouping: Grouping, names: Names) -> APIRouter:
    """The pages of themes. The door lists them with the permission that each takes."""
    router = APIRouter(include_in_schema=False, route_class=rendering.route_class())
    pages = Pages(database, rendering, names)

    @router.get(PAGE)
    async def get_themes(request: Request, account: Reader) -> Response:
        return await pages.show_all(request, account)

    @router.post(PAGE)
    async def post_themes(request: Request, account: Lead) -> Response:
        """Group now; where that is under way already, the page says so all the same."""
        await form_of(request)
        await grouping.ask(account.id)
        return RedirectResponse(PAGE, 303)

    @router.get(THEME)
    async def get_theme(request: Request, theme_id: str, account: Reader, before: str | None = None) -> Response:
        return await pages.show_one(request, theme_id, before)

    return router
