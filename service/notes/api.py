"""Notes over HTTP: one with its history."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import Connection, Row
from starlette.responses import Response

from service.answers import json_response, to_json
from service.database import Database
from service.errors import RequestError
from service.notes.reading import history, note
from service.openapi import responses
from service.schemas import Open, Strict


class StoredMetadata(Open):
    """What the CRM said of the note."""


class StoredFields(Open):
    """The texts of a note, exactly as they were sent."""


class StoredJudgement(Open):
    """A judgement as it was answered."""


class HistoryJudgement(Strict):
    """What one model said of a version."""

    id: str
    created_at: str
    judgement: StoredJudgement


class HistoryVersion(Strict):
    """One content of a note."""

    id: str
    fields: StoredFields
    content_hash: str
    modified_at: Annotated[str | None, Field(description="By the CRM's clock.")]
    version: Annotated[int | None, Field(description="By the CRM's count.")]
    received_at: str
    failure: Annotated[str | None, Field(description="Code of why judging failed last; a judgement may have followed.")]
    judgements: list[HistoryJudgement]


class NoteHistory(Strict):
    """A note with every version and every judgement of it, the oldest first."""

    id: str
    source: str
    record_id: str | None
    author: str | None
    hcp: str | None
    metadata: StoredMetadata
    written_at: str | None
    received_at: str
    current_version_id: str
    versions: list[HistoryVersion]


SHAPES = (NoteHistory,)
CODES = ("note_not_found", "note_erased", "storage_unavailable")


def note_routes(database: Database) -> APIRouter:
    """`GET /v1/notes/{id}`; behind the guard, which asks for the scope read."""
    router = APIRouter(tags=["notes"])

    @router.get(
        "/v1/notes/{note_id}",
        summary="A note with its history",
        operation_id="getNote",
        response_class=Response,
        responses=responses("NoteHistory", CODES),
    )
    async def get_note(note_id: str) -> Response:
        """The latest judgement of the current version is what counts."""
        return json_response(await database.read_async(lambda connection: to_json(_told(connection, note_id))))

    return router


def _told(connection: Connection, note_id: str) -> dict[str, Any]:
    found = note(connection, note_id)
    if found.erased_at is not None:
        raise RequestError("This note was erased.", "note_erased", erased_at=found.erased_at.isoformat())
    versions = [_version(*one) for one in history(connection, note_id)]
    names = ("id", "source", "record_id", "author", "hcp", "written_at", "received_at", "current_version_id")
    return {**_plain(found._mapping, names), "metadata": found.metadata or {}, "versions": versions}


def _version(row: Row[Any], judgements: Sequence[Row[Any]]) -> dict[str, Any]:
    plain = _plain(row._mapping, ("id", "fields", "content_hash", "modified_at", "received_at", "failure"))
    told = [_plain(one._mapping, ("id", "created_at", "judgement")) for one in judgements]
    return {**plain, "version": row.modified_number, "judgements": told}


def _plain(row: Mapping[Any, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: row[name].isoformat() if isinstance(row[name], datetime) else row[name] for name in names}
