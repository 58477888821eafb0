"""Keys over HTTP, for administrators: list, create, rotate, revoke."""

from functools import partial
from typing import Any

from fastapi import APIRouter
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import JSONResponse

from service.bodies import parse_json, read_body, require_type
from service.database import Database
from service.openapi import request_body, responses
from service.people.credentials import Credential, new_key
from service.people.guard import caller_of
from service.people.keyring import Keyring
from service.people.rules import checked, checked_overlap
from service.people.shapes import KeyRotation, KeyWish, shown
from service.people.store import add_key, all_keys, revoke_key, rotate_key
from service.people.usage import all_notes_on
from service.shaping import M, read

BODY_LIMIT, BODY_SECONDS = 8192, 10
READING = ("invalid_json", "invalid_utf8", "request_timeout", "body_too_large", "unsupported_media_type", "invalid_request")
STORING = ("storage_unavailable",)
EXAMPLE = {"name": "Veeva EMEA", "source": "veeva-emea", "scopes": ["score"], "expires_days": 365}


def key_routes(database: Database, keyring: Keyring) -> APIRouter:
    """`GET` and `POST /v1/keys`, `POST /v1/keys/{id}/rotate`, `DELETE /v1/keys/{id}`; all behind the guard."""
    router = APIRouter(tags=["keys"])
    _add_reading(router, database, keyring)
    _add_making(router, database, keyring)
    return router


def _add_reading(router: APIRouter, database: Database, keyring: Keyring) -> None:
    @router.get("/v1/keys", summary="Which keys there are", responses=responses("KeyList", STORING))
    async def list_keys() -> dict[str, Any]:
        """Also those that ended; never a secret."""
        at = keyring.now()

        def found(connection: Connection) -> list[dict[str, Any]]:
            notes = all_notes_on(connection, at.date())
            return [shown(row, at, notes.get(row.lineage, 0)) for row in all_keys(connection)]

        return {"keys": await database.read_async(found)}

    @router.delete("/v1/keys/{key_id}", summary="Revoke a key", responses=responses("Key", ("key_not_found", "invalid_request", *STORING)))
    async def revoke(key_id: str, request: Request) -> dict[str, Any]:
        """Here at once, in other processes within seconds; its tokens go with it. It stays in the list."""
        who, at = caller_of(request).key_id, keyring.now()
        row = await database.write_async(partial(revoke_key, key_id=key_id, who=who, at=at))
        keyring.forget()
        return shown(row, at)


def _add_making(router: APIRouter, database: Database, keyring: Keyring) -> None:
    wish = {"openapi_extra": request_body("KeyWish", {"a CRM": EXAMPLE}), "responses": _created(*READING)}
    rotation = {
        "openapi_extra": request_body("KeyRotation", {"a day": {"overlap_hours": 24}}),
        "responses": _created(*READING, "key_not_found", "key_ended"),
    }

    @router.post("/v1/keys", summary="Create a key", status_code=201, **wish)  # type: ignore[arg-type]
    async def create(request: Request) -> JSONResponse:
        """The answer shows the secret, once."""
        asked, at, credential = await _body(request, KeyWish), keyring.now(), new_key()
        wish = checked(asked.name, asked.source, asked.scopes, at=at, days=asked.expires_days, rate=asked.rate, quota=asked.quota)
        who = caller_of(request).key_id
        row = await database.write_async(partial(add_key, wish=wish, credential=credential, who=who, at=at))
        keyring.forget()
        return _issued(shown(row, at), credential)

    @router.post("/v1/keys/{key_id}/rotate", summary="Replace a key", status_code=201, **rotation)  # type: ignore[arg-type]
    async def rotate(key_id: str, request: Request) -> JSONResponse:
        """A new key that may do the same; the old one ends after the overlap."""
        asked, at, credential = await _body(request, KeyRotation), keyring.now(), new_key()
        overlap, who = checked_overlap(asked.overlap_hours), caller_of(request).key_id
        work = partial(rotate_key, key_id=key_id, credential=credential, overlap=overlap, who=who, at=at)
        new, _ = await database.write_async(work)
        keyring.forget()
        return _issued(shown(new, at), credential)


async def _body(request: Request, shape: type[M]) -> M:
    """Raises RequestError."""
    body = await read_body(request, BODY_LIMIT, BODY_SECONDS)
    require_type(request, "application/json")
    return read(parse_json(body), shape)


def _issued(key: dict[str, Any], credential: Credential) -> JSONResponse:
    secret = {"secret_key": credential.text, "client_id": credential.id, "client_secret": credential.secret}
    return JSONResponse({"key": key, **secret}, 201)


def _created(*codes: str) -> dict[int | str, dict[str, Any]]:
    documented = responses("IssuedKey", (*codes, *STORING))
    return {201: documented.pop(200), **documented}
