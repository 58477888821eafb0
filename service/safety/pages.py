"""`/safety` and `/safety/items/{id}`: what a person must look at, the most urgent first, and one case with its clock, words and history."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from insight_classifier.definition import Definition
from service.accounts.rules import Account
from service.accounts.visitor import account_of, form_of, require
from service.database import Database, now
from service.errors import RequestError, ServiceError, problem_of
from service.rendering import Rendering
from service.safety import desk
from service.safety.acts import ACTS, FORMS
from service.safety.case import Case, read_case, versions
from service.safety.quotes import quotes, texts
from service.safety.report import Waiting, waiting
from service.safety.report_form import form_of as report_of
from service.safety.rules import FALSE_ALARMS
from service.safety.shown import TABS, Asked, line, page_end, read_asked, step
from service.safety.words import STATE_WORDS, awareness, clock

LIST, ITEM, ACT = "/safety", "/safety/items/{item_id}", "safety"
PAGE = 50
TOLD = ("safety_item_decided", "safety_item_changed", "safety_item_open", "invalid_request")  # told beside the item
TYPED = ("act", "comment", "to", "reference", "reason")
Reader = Annotated[Account, Depends(require("read"))]
Officer = Annotated[Account, Depends(require(ACT))]


class Pages:
    """What the pages are made of."""

    def __init__(self, database: Database, rendering: Rendering, definition: Definition) -> None:
        self.database, self.rendering, self.definition = database, rendering, definition

    async def show_list(self, request: Request, asked: Asked) -> Response:
        at = now()

        def read(connection: Connection) -> tuple[list[dict[str, Any]], Mapping[str, Any], Waiting]:
            rows = desk.items(connection, **asked.wanted(at), limit=PAGE + 1)
            return rows, versions(connection, rows[:PAGE]), waiting(connection, at)

        rows, words, left = await self.database.read_async(read)
        lines = [line(row, words.get(row["id"]), self.definition, at) for row in rows[:PAGE]]
        after = page_end(rows[PAGE - 1]) if len(rows) > PAGE else None
        shown = {"asked": asked, "tabs": TABS, "lines": lines, "after": after, "left": left, "at": at}
        return await self._render("safety_list.html", request, 200, shown)

    async def show_item(
        self, request: Request, item_id: str, *, problem: ServiceError | None = None, form: Mapping[str, str] | None = None
    ) -> Response:
        """`problem`: why what the form held was not done."""
        case, told = await self._case(item_id), problem_of(problem) if problem else None
        shown = {**self._shown(case, request), "problem": told, "given": {**dict.fromkeys(TYPED, ""), **(form or {})}}
        return await self._render("safety_item.html", request, told.status if told else 200, shown)

    async def show_report(self, request: Request, item_id: str) -> Response:
        """To be read and printed."""
        case, masked = await self._case(item_id), "masked" in request.query_params
        shown = {"case": case, "report": report_of(case, self.definition, now(), masked=masked)}
        return await self._render("safety_report.html", request, 200, shown)

    async def act(self, item_id: str, account: Account, form: Mapping[str, str]) -> None:
        """Do what the form says, once. Raises RequestError."""
        act = ACTS.get(form.get("act", ""))
        if act is None:
            raise RequestError("The form lacks what is to be done. Reload the page and use its buttons.", "invalid_request")
        await self.database.write_async(lambda connection: act(connection, item_id, account.id, form, now()))

    async def export(self, item_id: str, account: Account, form: Mapping[str, str]) -> Response:
        """The case as a file, which the item's history tells. Raises RequestError."""
        chosen, masked, at = FORMS.get(form.get("form", "")), "masked" in form, now()
        if chosen is None:
            raise RequestError(f"form must be one of {', '.join(FORMS)}.", "invalid_request")
        said = f"{chosen.name}, identifiers masked" if masked else chosen.name
        case = await self._case(item_id)
        await self.database.write_async(lambda connection: desk.exported(connection, item_id, account.id, at, said))
        content = chosen.write(report_of(case, self.definition, at, masked=masked))
        headers = {"Content-Disposition": f'attachment; filename="{case.item["id"]}.{chosen.name}"'}
        return Response(content, media_type=chosen.media_type, headers=headers)

    async def _case(self, item_id: str) -> Case:
        return await self.database.read_async(lambda connection: read_case(connection, item_id))

    def _shown(self, case: Case, request: Request) -> dict[str, Any]:
        at, item = now(), case.item
        found = quotes(item["spans"], case.fields, self.definition)
        return {
            "case": case,
            "item": item,
            "at": at,
            "clock": clock(item, at),
            "overdue": item["due_at"] <= at,
            "state": STATE_WORDS[item["state"]],
            "basis": awareness(item, case.note and case.note.written_at, case.version and case.version.modified_at),
            "texts": texts(found, case.fields, self.definition),
            "quotes": found,
            "legend": {one.tag.name: one for one in found}.values(),
            "steps": [step(event, case.names) for event in reversed(case.events)],
            "reasons": FALSE_ALARMS,
            "may": account_of(request).may(ACT),
        }

    async def _render(self, template: str, request: Request, status: int, shown: dict[str, Any]) -> Response:
        return await asyncio.to_thread(lambda: self.rendering.page(template, request, status, **shown))


def safety_page_routes(database: Database, rendering: Rendering, definition: Definition) -> APIRouter:
    """The pages of the safety lane. The door lists them with the permission that each takes."""
    router = APIRouter(include_in_schema=False, route_class=rendering.route_class())
    pages = Pages(database, rendering, definition)

    @router.get(LIST)
    async def get_list(request: Request, account: Reader) -> Response:
        return await pages.show_list(request, read_asked(request.query_params))

    @router.get(ITEM)
    async def get_item(request: Request, item_id: str, account: Reader) -> Response:
        return await pages.show_item(request, item_id[:64])

    @router.get(f"{ITEM}/report")
    async def get_report(request: Request, item_id: str, account: Reader) -> Response:
        return await pages.show_report(request, item_id[:64])

    @router.post(ITEM)
    async def post_item(request: Request, item_id: str, account: Officer) -> Response:
        """Decide; what was refused is told beside the item as it stands now."""
        form = await form_of(request)
        try:
            await pages.act(item_id[:64], account, form)
        except RequestError as problem:
            if problem.code not in TOLD:
                raise
            return await pages.show_item(request, item_id[:64], problem=problem, form=form)
        return RedirectResponse(f"{LIST}/items/{item_id[:64]}", 303)

    @router.post(f"{ITEM}/export")
    async def post_export(request: Request, item_id: str, account: Officer) -> Response:
        return await pages.export(item_id[:64], account, await form_of(request))

    return router
