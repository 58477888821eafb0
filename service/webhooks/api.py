"""Webhooks over HTTP, for administrators: subscribe, test, replay, see what was delivered."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from fastapi import APIRouter
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import JSONResponse

from service.bodies import parse_json, read_body, require_type
from service.database import Database, now
from service.errors import RequestError
from service.openapi import request_body, responses
from service.people.guard import caller_of
from service.shaping import M, read
from service.webhooks import outbox, store
from service.webhooks.addresses import AddressRefused
from service.webhooks.rules import DEAD, EVENTS, SETTLED, STATES, TEST_EVENT, body, new_id
from service.webhooks.sending import Sender
from service.webhooks.shapes import WebhookReplay, WebhookWish, shown, shown_delivery, shown_test
from service.webhooks.signing import new_secret, signed_headers

BODY_LIMIT, BODY_SECONDS = 64 * 1024, 10
PAGE, LONGEST_PAGE = 50, 200
READING = ("invalid_json", "invalid_utf8", "request_timeout", "body_too_large", "unsupported_media_type", "invalid_request")
STORING = ("storage_unavailable",)
KNOWN = ("webhook_not_found", "invalid_request", *STORING)  # without a 422 of our own FastAPI would document another
ID, MESSAGE_ID = re.compile(r"wh_[0-9a-f]{20}"), re.compile(r"msg_[0-9a-f]{32}")
WISH = {"url": "https://crm.example.com/hooks/insight", "events": list(EVENTS)[:2]}
REPLAYS = {"dead letters of a day": {"since": "2026-03-01T00:00:00Z", "until": "2026-03-02T00:00:00Z"}}


def webhook_routes(
    database: Database, sender: Sender, *, wake: Callable[[], None] = lambda: None, clock: Callable[[], datetime] = now
) -> APIRouter:
    """All below /v1/webhooks; behind the guard, which asks for the scope admin. `wake` is that of the Deliverer."""
    router = APIRouter(tags=["webhooks"])
    _add_reading(router, database)
    _add_changing(router, database, sender, clock)
    _add_sending(router, database, sender, wake, clock)
    return router


def _add_reading(router: APIRouter, database: Database) -> None:
    @router.get("/v1/webhooks", summary="Who is told of what", operation_id="listWebhooks", responses=responses("WebhookList", STORING))
    async def list_webhooks() -> dict[str, Any]:
        """Also those that are disabled, and why; never a secret."""
        return {"webhooks": [shown(row) for row in await database.read_async(store.subscriptions)]}

    @router.get("/v1/webhooks/{webhook_id}", summary="One webhook", operation_id="getWebhook", responses=responses("Webhook", KNOWN))
    async def get_webhook(webhook_id: str) -> dict[str, Any]:
        return shown(await database.read_async(partial(store.subscription, subscription_id=_checked(webhook_id))))

    documented: dict[str, Any] = {"responses": responses("WebhookDeliveries", KNOWN), "openapi_extra": _query()}

    @router.get("/v1/webhooks/{webhook_id}/deliveries", summary="What was sent", operation_id="listWebhookDeliveries", **documented)
    async def list_deliveries(webhook_id: str, request: Request) -> dict[str, Any]:
        """The newest first, with the last answer of the receiver; those that were delivered until they expire."""
        asked = _page(request.query_params)

        def found(connection: Connection) -> list[dict[str, Any]]:
            known = store.subscription(connection, _checked(webhook_id))
            return [shown_delivery(row) for row in outbox.deliveries(connection, known.id, **{**asked, "limit": asked["limit"] + 1})]

        rows = await database.read_async(found)
        page = rows[: asked["limit"]]
        return {"deliveries": page, **({"next_cursor": page[-1]["message_id"]} if len(rows) > len(page) else {})}


def _add_changing(router: APIRouter, database: Database, sender: Sender, clock: Callable[[], datetime]) -> None:
    created = responses("IssuedWebhook", (*READING, "webhook_address_refused", "too_many_webhooks", *STORING))
    documented: dict[str, Any] = {
        "openapi_extra": request_body("WebhookWish", {"judgements and safety": WISH}),
        "responses": {201: created.pop(200), **created},
    }

    @router.post("/v1/webhooks", summary="Subscribe", operation_id="createWebhook", status_code=201, **documented)
    async def create(request: Request) -> JSONResponse:
        """The answer shows the secret, once. Test the webhook next."""
        asked, secret = await _body(request, WebhookWish), new_secret()
        wish = store.Wish(await _allowed(sender, asked.url), asked.events, asked.include_text, _printable(asked.source))
        work = partial(store.add_subscription, wish=wish, secret=secret, who=caller_of(request).key_id, at=clock())
        return JSONResponse({"webhook": shown(await database.write_async(work)), "secret": secret}, 201)

    @router.delete("/v1/webhooks/{webhook_id}", summary="Unsubscribe", operation_id="deleteWebhook", responses=responses("Webhook", KNOWN))
    async def delete(webhook_id: str, request: Request) -> dict[str, Any]:
        """What was or is to be sent goes with it. The answer is the webhook as it was."""
        work = partial(store.delete_subscription, subscription_id=_checked(webhook_id), who=caller_of(request).key_id, at=clock())
        return shown(await database.write_async(work))


def _add_sending(router: APIRouter, database: Database, sender: Sender, wake: Callable[[], None], clock: Callable[[], datetime]) -> None:
    @router.post(
        "/v1/webhooks/{webhook_id}/test", summary="Send a test", operation_id="testWebhook", responses=responses("WebhookTest", KNOWN)
    )
    async def test(webhook_id: str, request: Request) -> dict[str, Any]:
        """Sends a signed message of the type webhook.test now. Where it is answered, a webhook that was disabled is enabled again."""
        known, at = await database.read_async(partial(store.subscription, subscription_id=_checked(webhook_id))), clock()
        message_id, content = new_id(at), body(TEST_EVENT, at, {"webhook_id": known.id})
        answer = await sender.send(known.url, signed_headers(known.secret, message_id, content, at), content)
        if answer.ok and (known.disabled_at or known.failures):
            await database.write_async(
                partial(store.enable_subscription, subscription_id=known.id, who=caller_of(request).key_id, at=clock())
            )
            wake()
        return shown_test(answer)

    documented: dict[str, Any] = {
        "openapi_extra": request_body("WebhookReplay", REPLAYS),
        "responses": responses("WebhookReplayed", (*READING, "webhook_not_found", "webhook_disabled", *STORING)),
    }

    @router.post("/v1/webhooks/{webhook_id}/replay", summary="Send again", operation_id="replayWebhook", **documented)
    async def replay(webhook_id: str, request: Request) -> dict[str, Any]:
        """Messages that were given up or delivered, under the ids that they had, for another 72 hours."""
        chosen = _chosen(await _body(request, WebhookReplay))
        work = partial(_replay, webhook_id=_checked(webhook_id), chosen=chosen, who=caller_of(request).key_id, at=clock())
        count = await database.write_async(work)
        wake()
        return {"messages": count, "more": count == outbox.MOST_REPLAYED}


def _replay(connection: Connection, *, webhook_id: str, chosen: outbox.Chosen, who: str, at: datetime) -> int:
    known = store.subscription(connection, webhook_id)
    if known.disabled_at is not None:
        detail = f"{known.id} is disabled: {known.disabled_reason}. Once a test of it is answered it is enabled again."
        raise RequestError(detail, "webhook_disabled")
    return outbox.replay(connection, known.id, chosen, who=who, at=at)


async def _body(request: Request, shape: type[M]) -> M:
    """Raises RequestError."""
    content = await read_body(request, BODY_LIMIT, BODY_SECONDS)
    require_type(request, "application/json")
    return read(parse_json(content), shape)


async def _allowed(sender: Sender, url: str) -> str:
    """Raises RequestError."""
    try:
        await sender.require_allowed(url)
    except AddressRefused as problem:
        raise RequestError(f"url: {problem}.", "webhook_address_refused") from problem
    return url


def _checked(webhook_id: str) -> str:
    """An id that may be one. Raises RequestError."""
    if not ID.fullmatch(webhook_id):
        raise RequestError("There is no webhook with this id. List them: GET /v1/webhooks.", "webhook_not_found")
    return webhook_id


def _printable(source: str | None) -> str | None:
    if source is not None and not source.isprintable():
        raise RequestError("source must be characters that can be read.", "invalid_request")
    return source


def _chosen(asked: WebhookReplay) -> outbox.Chosen:
    """Raises RequestError."""
    if bool(asked.message_ids) == bool(asked.since or asked.until):
        raise RequestError("Say which messages: either message_ids, or since or until or both.", "invalid_request")
    if wrong := [item for item in asked.message_ids if not MESSAGE_ID.fullmatch(item)]:
        raise RequestError(f"message_ids: {wrong[0][:40]!r} is no message's id; take them from the deliveries.", "invalid_request")
    if asked.state not in SETTLED:
        raise RequestError(f"state must be {' or '.join(SETTLED)}.", "invalid_request")
    return outbox.Chosen(asked.message_ids, asked.since, asked.until, asked.state)


def _page(query: Mapping[str, str]) -> dict[str, Any]:
    """Raises RequestError."""
    state, cursor, limit = query.get("state"), query.get("cursor"), query.get("limit", str(PAGE))
    if state is not None and state not in STATES:
        raise RequestError(f"state must be {', '.join(STATES)}.", "invalid_request")
    if cursor is not None and not MESSAGE_ID.fullmatch(cursor):
        raise RequestError("cursor must be the next_cursor of a page before.", "invalid_request")
    if not re.fullmatch(r"[0-9]{1,3}", limit) or not 1 <= int(limit) <= LONGEST_PAGE:
        raise RequestError(f"limit must be 1 to {LONGEST_PAGE}.", "invalid_request")
    return {"state": state, "before": cursor, "limit": int(limit)}


def _query() -> dict[str, Any]:
    """For the OpenAPI document."""
    limit = {"type": "integer", "minimum": 1, "maximum": LONGEST_PAGE, "default": PAGE}
    return {
        "parameters": [
            {"name": "state", "in": "query", "schema": {"type": "string", "enum": list(STATES)}, "description": f"{DEAD}: given up."},
            {"name": "limit", "in": "query", "schema": limit, "description": "Most deliveries on a page."},
            {"name": "cursor", "in": "query", "schema": {"type": "string"}, "description": "next_cursor of the page before."},
        ]
    }
