"""Erasure over HTTP, for administrators."""

from typing import Annotated, Any

import anyio
from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request

from service.database import Database
from service.erasure.rules import AUTHOR, HCP, NOTE, Chosen, chosen
from service.erasure.store import Erasers, erase
from service.notes.reading import note
from service.openapi import responses
from service.people.guard import caller_of
from service.schemas import Strict

Reason = Annotated[str | None, Query(description="Kept in the audit: name the request, not the person.")]
Person = Annotated[str | None, Query(description="As the notes' metadata named them; exactly one of author and hcp.")]


class Erasure(Strict):
    """What was erased."""

    erased: Annotated[int, Field(description="Notes; 0 where nothing was left of them.")]
    overwritten: Annotated[bool, Field(description="False: the freed pages of the file are overwritten with the next erasure.")]


SHAPES = (Erasure,)


def erasure_routes(database: Database, erasers: Erasers) -> APIRouter:
    """`DELETE /v1/notes/{id}`, `DELETE /v1/notes?author=` or `?hcp=`; behind the guard, which asks for the scope admin."""
    router = APIRouter(tags=["notes"])

    async def erased(request: Request, what: Chosen, why: str | None) -> dict[str, Any]:
        who = caller_of(request).key_id
        done = await anyio.to_thread.run_sync(lambda: erase(database, what, erasers, who=who, why=why))
        return {"erased": done.notes, "overwritten": done.overwritten}

    by_id: dict[str, Any] = {"responses": responses("Erasure", ("note_not_found", "invalid_request", "storage_unavailable"))}
    by_person: dict[str, Any] = {"responses": responses("Erasure", ("invalid_request", "storage_unavailable"))}

    @router.delete("/v1/notes/{note_id}", summary="Erase a note", operation_id="eraseNote", **by_id)
    async def erase_note(note_id: str, request: Request, why: Reason = None) -> dict[str, Any]:
        """Words, judgements, answers, messages; what stays keeps a late delivery from bringing it back."""
        await database.read_async(lambda connection: note(connection, note_id))
        return await erased(request, Chosen(NOTE, note_id), why)

    @router.delete("/v1/notes", summary="Erase all notes of a person", operation_id="eraseNotesOfPerson", **by_person)
    async def erase_notes_of(request: Request, author: Person = None, hcp: Person = None, why: Reason = None) -> dict[str, Any]:
        """Of an author, or on a health-care professional."""
        return await erased(request, chosen({AUTHOR: author, HCP: hcp}), why)

    return router
