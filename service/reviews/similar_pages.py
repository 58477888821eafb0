"""`/review/notes/{id}/similar`: earlier notes like a note, on an address of their own, so that the note's page need not wait for them."""

import asyncio

from fastapi import APIRouter
from sqlalchemy import Connection, Row, Select, exists, select
from starlette.requests import Request
from starlette.responses import Response

from insight_classifier.definition import Definition
from service.database import Database
from service.errors import RequestError
from service.notes.store import NOTES
from service.rendering import Rendering
from service.reviews.cards import CARDS
from service.reviews.note_pages import NOTE, Reader
from service.reviews.similar import Similar, similar
from service.vectors.store import VECTORS

VECTOR = exists().where(VECTORS.c.version_id == CARDS.c.version_id)
KNOWN: Select[tuple[str, bool]] = select(CARDS.c.note_id, VECTOR.label("has_vector")).join_from(CARDS, NOTES, NOTES.c.id == CARDS.c.note_id)


def similar_routes(database: Database, rendering: Rendering, definition: Definition) -> APIRouter:
    """The page of similar notes. Whoever may read the note may read them."""
    router = APIRouter(include_in_schema=False, route_class=rendering.route_class())

    @router.get(f"{NOTE}/similar")
    async def get_similar(request: Request, note_id: str, account: Reader) -> Response:
        note, found = await database.read_async(lambda connection: _read(connection, note_id, definition))
        shown = {"note_id": note.note_id, "has_vector": note.has_vector, "similar": found}
        return await asyncio.to_thread(lambda: rendering.page("review_similar.html", request, 200, **shown))

    return router


def _read(connection: Connection, note_id: str, definition: Definition) -> tuple[Row[tuple[str, bool]], list[Similar]]:
    """Raises RequestError `note_not_found`."""
    note = connection.execute(KNOWN.where(CARDS.c.note_id == note_id)).first()
    if note is None:
        raise RequestError("There is no such note to review.", "note_not_found")
    return note, similar(connection, note_id, definition)
