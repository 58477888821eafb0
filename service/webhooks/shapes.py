"""The bodies of the webhook routes: what callers send is checked by them, what they get is documented. What would be null is left out."""

import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field
from sqlalchemy import Row

from service.database import moment_text
from service.schemas import Strict, maybe
from service.webhooks.addresses import LONGEST_URL
from service.webhooks.outbox import MOST_REPLAYED
from service.webhooks.rules import DEAD, EVENTS, STATES, Answer

DATED = re.compile(r"\d{4}-\d\d-\d\dT", re.ASCII | re.IGNORECASE)
EventName = Annotated[str, Field(json_schema_extra={"enum": list(EVENTS)})]


def _dated(value: object) -> object:
    """Pydantic takes a number, also in a text, for seconds since 1970."""
    if value is not None and not (isinstance(value, str) and DATED.match(value)):
        raise ValueError("must be a moment with its time zone, such as 2026-03-01T12:00:00Z")
    return value


Moment = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_dated)]
Text = Annotated[str, Field(min_length=1, max_length=200)]
STATE_WORDS = "queued: waits for its turn; sending: under way; delivered; dead: given up after 72 hours, kept to be replayed."


class WebhookWish(BaseModel):
    """A webhook as it is wanted."""

    model_config = ConfigDict(extra="forbid", strict=True)

    url: Annotated[str, Field(min_length=1, max_length=LONGEST_URL, description="https, and an address of the open internet.")]
    events: Annotated[list[EventName], Field(min_length=1, max_length=len(EVENTS))]
    include_text: Annotated[bool, Field(description="Send the words of notes too, where the event is of a note.")] = False
    source: Annotated[Text | None, Field(description="Only events of notes of this CRM; by default of all.")] = None


class Webhook(Strict):
    """A webhook without its secret."""

    id: str
    url: str
    events: list[str]
    include_text: bool
    source: str | None = maybe("Only events of notes of this CRM.")
    created_at: str
    created_by: str
    last_attempt_at: str | None = maybe("When something was sent last.")
    failures: Annotated[int, Field(description="Attempts in a row that failed.")]
    failing_since: str | None = maybe("When the first of them failed.")
    paused_until: str | None = maybe("Nothing is sent before.")
    disabled_at: str | None = maybe("Nothing is sent since then. A test that is answered enables it again.")
    disabled_reason: str | None = maybe("Why.")


class WebhookList(Strict):
    """All webhooks, the newest first."""

    webhooks: list[Webhook]


class IssuedWebhook(Strict):
    """A new webhook, with its secret: it is shown this once."""

    webhook: Webhook
    secret: Annotated[str, Field(description="Verify signatures with it; whsec_ and base64.")]


class WebhookTest(Strict):
    """What came of a test."""

    delivered: Annotated[bool, Field(description="Whether the receiver answered with a status of 200 to 299.")]
    status: int | None = maybe("What it answered.")
    error: str | None = maybe("Why it is not delivered.")
    seconds: float


class WebhookReplay(BaseModel):
    """Which messages to send again: by their ids, or those of a time in one state."""

    model_config = ConfigDict(extra="forbid", strict=True)

    message_ids: Annotated[list[Text], Field(max_length=500)] = []
    since: Annotated[Moment | None, Field(description="When the events occurred, with a time zone.")] = None
    until: Annotated[Moment | None, Field(description="The first moment that is not meant.")] = None
    state: Annotated[str, Field(description="Of those of a time.", json_schema_extra={"enum": [DEAD, "delivered"]})] = DEAD


class WebhookReplayed(Strict):
    """How many messages are sent again."""

    messages: int
    more: Annotated[bool, Field(description=f"Whether {MOST_REPLAYED:,}, the most at once, were taken: ask again for the others.")]


class WebhookDelivery(Strict):
    """One message, without what it says."""

    message_id: Annotated[str, Field(description="The header webhook-id.")]
    type: str
    note_id: str | None = maybe("The note that it tells of.")
    state: Annotated[str, Field(description=STATE_WORDS, json_schema_extra={"enum": list(STATES)})]
    attempts: int
    occurred_at: str
    last_attempt_at: str | None = maybe("When it was sent last.")
    next_attempt_at: str | None = maybe("When it is sent next.")
    last_status: int | None = maybe("What the receiver answered last.")
    last_error: str | None = maybe("Why the last attempt failed.")


class WebhookDeliveries(Strict):
    """Messages of one webhook, the newest first."""

    deliveries: list[WebhookDelivery]
    next_cursor: str | None = maybe("Hand it in for the next page; left out on the last.")


SHAPES: tuple[type[BaseModel], ...] = (
    *(WebhookWish, WebhookReplay, Webhook, WebhookList, IssuedWebhook),
    *(WebhookTest, WebhookReplayed, WebhookDelivery, WebhookDeliveries),
)


def shown(row: Row[Any]) -> dict[str, Any]:
    """A subscription as JSON, without its secret."""
    return _filled({name: getattr(row, name) for name in Webhook.model_fields} | {"events": row.events.split()})


def shown_delivery(row: Row[Any]) -> dict[str, Any]:
    """A message as JSON."""
    own = {"message_id": row.id, "type": row.event, "next_attempt_at": row.due_at if row.state == "queued" else None}
    return _filled({name: own[name] if name in own else getattr(row, name) for name in WebhookDelivery.model_fields})


def shown_test(answer: Answer) -> dict[str, Any]:
    told = {"delivered": answer.ok, "status": answer.status, "error": answer.error, "seconds": round(answer.seconds, 3)}
    return _filled(told)


def _filled(told: dict[str, Any]) -> dict[str, Any]:
    return {name: moment_text(value) if isinstance(value, datetime) else value for name, value in told.items() if value is not None}
