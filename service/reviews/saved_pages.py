"""`/review/views`: views under names, one's own and the team's. Each is an address; who leads keeps those of the team."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from insight_classifier.definition import Definition
from service.accounts.rules import Account
from service.accounts.visitor import form_of, require, require_permission
from service.database import Database, now
from service.rendering import Rendering
from service.reviews.filters import read_asked
from service.reviews.saved import delete_view, rename_view, save_view, saved_views

VIEWS = "/review/views"
LEAD = "adjudicate"
Reviewer = Annotated[Account, Depends(require("review"))]


def saved_view_routes(database: Database, rendering: Rendering, definition: Definition) -> APIRouter:
    """The pages of saved views. The door lists them with the permission that they take."""
    router = APIRouter(include_in_schema=False, route_class=rendering.route_class())

    @router.get(VIEWS)
    async def get_views(request: Request, account: Reviewer) -> Response:
        found = await database.read_async(lambda connection: saved_views(connection, account.id))
        shown = {"views": found, "account": account, "leads": account.may(LEAD)}
        return await asyncio.to_thread(lambda: rendering.page("review_views.html", request, 200, **shown))

    @router.post(VIEWS)
    async def post_view(request: Request, account: Reviewer) -> Response:
        """Save what the address asks for under the form's name; back to it."""
        form, asked = await form_of(request), read_asked(request.url.query, definition)
        shared = "shared" in form
        if shared:
            require_permission(account, LEAD)
        name, query = form.get("name", ""), asked.view.to_query()
        await database.write_async(lambda c: save_view(c, name, query, account.id, definition, now(), shared=shared))
        return RedirectResponse(f"/review?{asked.query}", 303)

    @router.post(f"{VIEWS}/{{view_id}}/rename")
    async def post_rename(request: Request, view_id: str, account: Reviewer) -> Response:
        name, leads = (await form_of(request)).get("name", ""), account.may(LEAD)
        await database.write_async(lambda c: rename_view(c, view_id, name, account.id, now(), anyones=leads))
        return RedirectResponse(VIEWS, 303)

    @router.post(f"{VIEWS}/{{view_id}}/delete")
    async def post_delete(request: Request, view_id: str, account: Reviewer) -> Response:
        await form_of(request)
        leads = account.may(LEAD)
        await database.write_async(lambda c: delete_view(c, view_id, account.id, now(), anyones=leads))
        return RedirectResponse(VIEWS, 303)

    return router
