"""The safety lane over HTTP: the items of a desk, each with its history; acknowledge, hand over, close a false alarm."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from fastapi import APIRouter
from sqlalchemy import Connection
from starlette.requests import Request

from service.bodies import parse_json, read_body, require_type
from service.database import Database, now
from service.errors import RequestError
from service.openapi import request_body, responses
from service.people.guard import caller_of
from service.safety import desk
from service.safety.desk import Decision
from service.safety.rules import STATES, cursor_of, read_cursor
from service.safety.shapes import SafetyAcknowledgement, SafetyClosing, SafetyHandOver, shown, shown_event
from service.shaping import M, read

BODY_LIMIT, BODY_SECONDS = 16_384, 10
PAGE, LONGEST_PAGE = 50, 200
ID = re.compile(r"saf_[0-9a-f]{28}")
READING = ("invalid_json", "invalid_utf8", "request_timeout", "body_too_large", "unsupported_media_type", "invalid_request")
STORING, KNOWN = ("storage_unavailable",), ("safety_item_not_found", "invalid_request", "storage_unavailable")
ACKNOWLEDGEMENT = {"person": "j.doe", "comment": "Reported to the safety desk by phone.", "revision": 1}
HAND_OVER = {"reference": "PV-2026-00123", "to": "Drug safety, Basel", "person": "j.doe"}
CLOSING = {"reason": "no_patient", "comment": "A rate from the trial, no patient of hers.", "person": "j.doe"}
QUERY: Mapping[str, tuple[str, dict[str, Any]]] = {
    "state": ("Only items in this state.", {"type": "string", "enum": list(STATES)}),
    "overdue": ("true: only open items whose time is over.", {"type": "boolean"}),
    "limit": ("Items on a page.", {"type": "integer", "minimum": 1, "maximum": LONGEST_PAGE}),
    "cursor": ("The next_cursor of the page before.", {"type": "string"}),
}


def safety_routes(database: Database, *, clock: Callable[[], datetime] = now) -> APIRouter:
    """All below /v1/safety/items; behind the guard, which asks for `read`, and for `review` where something is decided."""
    router = APIRouter(tags=["safety"])
    _add_reading(router, database, clock)
    _add_deciding(router, database, clock)
    return router


def _add_reading(router: APIRouter, database: Database, clock: Callable[[], datetime]) -> None:
    query = [{"name": name, "in": "query", "schema": schema, "description": words} for name, (words, schema) in QUERY.items()]
    listed: dict[str, Any] = {
        "responses": responses("SafetyItemList", ("unknown_key", "invalid_request", *STORING)),
        "openapi_extra": {"parameters": query},
    }

    @router.get("/v1/safety/items", summary="What a person must look at", operation_id="listSafetyItems", **listed)
    async def list_items(request: Request) -> dict[str, Any]:
        """The most urgent first. Items that arrive meanwhile neither repeat nor hide others on the pages that follow."""
        at = clock()
        asked = _asked(request.query_params, at)
        rows = await database.read_async(partial(desk.items, **{**asked, "limit": asked["limit"] + 1}))
        page = rows[: asked["limit"]]
        cursor = {"next_cursor": cursor_of(page[-1]["due_at"], page[-1]["id"])} if len(rows) > len(page) else {}
        return {"items": [shown(row, at) for row in page], **cursor}

    @router.get(
        "/v1/safety/items/{item_id}",
        summary="One item and its history",
        operation_id="getSafetyItem",
        responses=responses("SafetyItemHistory", KNOWN),
    )
    async def get_item(item_id: str) -> dict[str, Any]:
        def found(connection: Connection) -> dict[str, Any]:
            item = desk.item(connection, _checked(item_id))
            return {"item": shown(item, clock()), "events": [shown_event(row) for row in desk.events(connection, item_id)]}

        return await database.read_async(found)


def _add_deciding(router: APIRouter, database: Database, clock: Callable[[], datetime]) -> None:
    deciding = (*READING, "safety_item_not_found", "safety_item_decided", "safety_item_changed", *STORING)
    acknowledging: dict[str, Any] = {
        "operation_id": "acknowledgeSafetyItem",
        "openapi_extra": request_body("SafetyAcknowledgement", {"a person": ACKNOWLEDGEMENT}),
        "responses": responses("SafetyItem", deciding),
    }
    handing: dict[str, Any] = {
        "operation_id": "handOverSafetyItem",
        "openapi_extra": request_body("SafetyHandOver", {"a case": HAND_OVER}),
        "responses": responses("SafetyItem", (*deciding, "safety_item_open")),
    }

    closing: dict[str, Any] = {
        "operation_id": "closeSafetyItem",
        "openapi_extra": request_body("SafetyClosing", {"a false alarm": CLOSING}),
        "responses": responses("SafetyItem", deciding),
    }

    @router.post("/v1/safety/items/{item_id}/acknowledge", summary="A person has looked at it", **acknowledging)
    async def acknowledge(item_id: str, request: Request) -> dict[str, Any]:
        """Nothing more is escalated. Whoever comes second is told who was first, and when."""
        asked = await _body(request, SafetyAcknowledgement)
        decision = _decision(request, asked, clock())
        item = await database.write_async(partial(desk.acknowledge, item_id=_checked(item_id), decision=decision))
        return shown(item, decision.at)

    @router.post("/v1/safety/items/{item_id}/hand-over", summary="The safety desk has it", **handing)
    async def hand_over(item_id: str, request: Request) -> dict[str, Any]:
        """It must have been acknowledged."""
        asked = await _body(request, SafetyHandOver)
        decision = _decision(request, asked, clock())
        work = partial(desk.hand_over, item_id=_checked(item_id), decision=decision, reference=asked.reference, to=asked.to)
        return shown(await database.write_async(work), decision.at)

    @router.post("/v1/safety/items/{item_id}/close", summary="It was a false alarm", **closing)
    async def close(item_id: str, request: Request) -> dict[str, Any]:
        """Open or acknowledged ones, with a reason; a person can open it again on the page."""
        asked = await _body(request, SafetyClosing)
        decision = _decision(request, asked, clock())
        work = partial(desk.close, item_id=_checked(item_id), decision=decision, reason=asked.reason)
        return shown(await database.write_async(work), decision.at)


def _decision(request: Request, asked: SafetyAcknowledgement | SafetyHandOver | SafetyClosing, at: datetime) -> Decision:
    key = caller_of(request).key_id
    return Decision(f"{key}:{asked.person}" if asked.person else key, at, asked.comment, asked.revision)


async def _body(request: Request, shape: type[M]) -> M:
    """Raises RequestError."""
    body = await read_body(request, BODY_LIMIT, BODY_SECONDS)
    require_type(request, "application/json")
    return read(parse_json(body), shape)


def _checked(item_id: str) -> str:
    """An id of our making, or one that none has: not everything can be asked of a database."""
    return item_id if ID.fullmatch(item_id) else ""


def _asked(query: Mapping[str, str], at: datetime) -> dict[str, Any]:
    """Which items, how many. Raises RequestError."""
    if unknown := sorted(set(query) - set(QUERY)):
        raise RequestError(f"{unknown[0][:60]}: cannot be asked for. Use {', '.join(QUERY)}.", "unknown_key")
    state, overdue, cursor = query.get("state"), query.get("overdue", "false"), query.get("cursor")
    if state is not None and state not in STATES:
        raise RequestError(f"state must be one of {', '.join(STATES)}.", "invalid_request")
    if overdue not in ("true", "false"):
        raise RequestError("overdue must be true or false.", "invalid_request")
    return {
        "limit": _limit(query.get("limit", str(PAGE))),
        "state": state,
        "overdue_at": at if overdue == "true" else None,
        "after": None if cursor is None else read_cursor(cursor),
    }


def _limit(asked: str) -> int:
    if not (asked.isascii() and asked.isdecimal() and len(asked) < 5 and 1 <= int(asked) <= LONGEST_PAGE):
        raise RequestError(f"limit must be 1 to {LONGEST_PAGE}.", "invalid_request")
    return int(asked)
