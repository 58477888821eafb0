"""`/review/export`: the decisions of a view as a file, for a purpose that the audit keeps."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from insight_classifier.definition import Definition
from service.accounts.rules import Account
from service.accounts.visitor import form_of, require
from service.database import Database, now
from service.errors import RequestError, ServiceError, problem_of
from service.exchange.formats import DEFAULT, FORMATS, Joined
from service.exchange.sending import LONGEST_PURPOSE, Outgoing, audit, outgoing
from service.exchange.store import COUNTED, PIECE, decided, number_decided
from service.rendering import Rendering
from service.reviews.filters import Asked, chips, read_asked

EXPORT, SETUP = "/review/export", "/review/export/setup"
Exporter = Annotated[Account, Depends(require("export"))]


class Desk:
    """What the pages are made of."""

    def __init__(self, database: Database, rendering: Rendering, definition: Definition) -> None:
        self.database, self.rendering, self.definition = database, rendering, definition

    async def show(
        self, request: Request, account: Account, asked: Asked, form: Mapping[str, str], problem: ServiceError | None = None
    ) -> Response:
        """The form, filled as it was sent. `problem`: why there is no file."""
        notes = await self.database.read_async(lambda connection: number_decided(connection, asked.view, account.id))
        told = problem_of(problem) if problem else None
        shown = {"asked": asked, "chips": chips(asked.view, self.definition), "notes": notes, "formats": FORMATS, "default": DEFAULT}
        page = {"form": form, "problem": told, "longest": LONGEST_PURPOSE, "counted": COUNTED, **shown}
        status = told.status if told else 200
        return await asyncio.to_thread(lambda: self.rendering.page("export.html", request, status, **page))

    async def send(self, account: Account, asked: Asked, form: Mapping[str, str]) -> Response:
        """The file, once its purpose is on record. Raises RequestError."""
        every, disputed = "every" in form, "disputed" in form
        file = outgoing(self.definition, form.get("format", DEFAULT), every=every, disputed=disputed)
        ids = await self.database.read_async(lambda connection: decided(connection, asked.view, account.id))
        why, at = form.get("why", ""), now()
        await self.database.write_async(lambda connection: audit(connection, file, asked.view, len(ids), account.id, why, at))
        name = f"decisions-{at:%Y-%m-%d}.{file.form.suffix}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return StreamingResponse(self._pieces(file, ids), headers=headers, media_type=file.form.media_type)

    async def _pieces(self, file: Outgoing, ids: Sequence[str]) -> AsyncIterator[str]:
        joined = Joined(file.form)
        for first in range(0, len(ids), PIECE):
            piece = ids[first : first + PIECE]
            yield joined.add(await self.database.read_async(lambda connection, piece=piece: file.records(connection, piece)))  # type: ignore[misc]
        yield joined.end()


def export_routes(database: Database, rendering: Rendering, definition: Definition) -> APIRouter:
    """The door lists the page with the permission that it takes."""
    router = APIRouter(include_in_schema=False, route_class=rendering.route_class())
    desk = Desk(database, rendering, definition)

    @router.get(EXPORT)
    async def get_export(request: Request, account: Exporter) -> Response:
        return await desk.show(request, account, read_asked(request.url.query, definition), {})

    @router.post(EXPORT)
    async def post_export(request: Request, account: Exporter) -> Response:
        """A file; what was refused is told beside the form."""
        form, asked = await form_of(request), read_asked(request.url.query, definition)
        try:
            return await desk.send(account, asked, form)
        except RequestError as problem:
            return await desk.show(request, account, asked, form, problem)

    @router.get(SETUP)
    async def get_setup(account: Exporter, format: str = DEFAULT) -> Response:
        """What a tool is set up with before it takes a file: from the definition, without a word of any note."""
        form = FORMATS.get(format)
        if form is None or form.companion is None:
            raise RequestError("This format needs no setup: name one with ?format=.", "not_found")
        file, text = form.companion
        return Response(text(definition), headers={"Content-Disposition": f'attachment; filename="{file}"'}, media_type="text/plain")

    return router
