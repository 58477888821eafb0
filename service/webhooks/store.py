"""Subscriptions in the database. Each function runs inside the caller's transaction; what is done to one is audited in the same one."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from service.audit.store import append
from service.errors import RequestError
from service.webhooks.rules import EVENTS, MOST_SUBSCRIPTIONS, Answer, pause, reason_to_disable
from service.webhooks.tables import Message, Subscription

SUBSCRIPTIONS = Subscription.__table__.c
SYSTEM = "system"
WELL: dict[str, Any] = {"failures": 0, "failing_since": None}


@dataclass(frozen=True)
class Wish:
    """A subscription as somebody wants it."""

    url: str
    events: Sequence[str]
    include_text: bool = False
    source: str | None = None


def subscriptions(connection: Connection) -> Sequence[Row[Any]]:
    """All of them, the newest first, with their secrets: never show those."""
    return connection.execute(select(Subscription.__table__).order_by(SUBSCRIPTIONS.created_at.desc(), SUBSCRIPTIONS.id)).all()


def subscription(connection: Connection, subscription_id: str) -> Row[Any]:
    """Raises RequestError where there is none."""
    found = find_subscription(connection, subscription_id)
    if found is None:
        raise RequestError(f"There is no webhook {subscription_id[:40]}. List them: GET /v1/webhooks.", "webhook_not_found")
    return found


def find_subscription(connection: Connection, subscription_id: str) -> Row[Any] | None:
    return connection.execute(select(Subscription.__table__).where(SUBSCRIPTIONS.id == subscription_id)).first()


def add_subscription(connection: Connection, wish: Wish, *, secret: str, who: str, at: datetime) -> Row[Any]:
    """Raises RequestError where there are as many as may be, or an event is none."""
    if unknown := [event for event in wish.events if event not in EVENTS]:
        raise RequestError(f"{', '.join(unknown)[:100]}: no event. Use {', '.join(EVENTS)}.", "invalid_request")
    subscription_id = f"wh_{secrets.token_hex(10)}"
    events = " ".join(event for event in EVENTS if event in wish.events)
    values = {**asdict(wish), "events": events, "id": subscription_id, "secret": secret, "created_at": at, "created_by": who, "failures": 0}
    connection.execute(insert(Subscription).values(values))
    added = subscription(connection, subscription_id)
    append(connection, who=who, action="webhook.create", what=_named(added), after=_told(added), at=at)
    # Counted after the audit's lock is held, so that two who create at once are counted one after the other.
    if (connection.scalar(select(func.count()).select_from(Subscription)) or 0) > MOST_SUBSCRIPTIONS:
        raise RequestError(f"There are {MOST_SUBSCRIPTIONS} webhooks, the most there may be. Delete one first.", "too_many_webhooks")
    return added


def delete_subscription(connection: Connection, subscription_id: str, *, who: str, at: datetime) -> Row[Any]:
    """Take a subscription away, and all that was or is to be sent to it; as it was. Raises RequestError."""
    old = subscription(connection, subscription_id)
    connection.execute(delete(Message).where(Message.subscription_id == subscription_id))
    connection.execute(delete(Subscription).where(SUBSCRIPTIONS.id == subscription_id))
    append(connection, who=who, action="webhook.delete", what=_named(old), before=_told(old), at=at)
    return old


def enable_subscription(connection: Connection, subscription_id: str, *, who: str, at: datetime) -> None:
    """Send again to a receiver that has shown to be well."""
    old = subscription(connection, subscription_id)
    if old.disabled_at is not None or old.failures:
        connection.execute(_of(old).values(**WELL, paused_until=None, disabled_at=None, disabled_reason=None))
    if old.disabled_at is not None:
        append(connection, who=who, action="webhook.enable", what=_named(old), before=_told(old), why="its test was answered", at=at)


def receiver_answered(connection: Connection, subscription_id: str, answer: Answer, at: datetime) -> str | None:
    """Count an attempt; why the subscription was disabled by it, if it was."""
    old = find_subscription(connection, subscription_id)
    if old is None or old.disabled_at is not None:
        return None
    if answer.ok:
        connection.execute(_of(old).values(**WELL, last_attempt_at=at))
        return None
    failures, since = old.failures + 1, min(old.failing_since or at, at)
    paused_until = at + pause(failures, answer.retry_after)
    reason = reason_to_disable(answer, since, at)
    disabled = {"disabled_at": at, "disabled_reason": reason} if reason else {}
    told = {"failures": failures, "failing_since": since, "paused_until": paused_until, "last_attempt_at": at}
    connection.execute(_of(old).values(**told, **disabled))
    if reason:
        append(connection, who=SYSTEM, action="webhook.disable", what=_named(old), before=_told(old), why=reason, at=at)
    return reason


def _of(row: Row[Any]) -> Any:  # noqa: ANN401 an update whose values are still to be given
    return update(Subscription).where(SUBSCRIPTIONS.id == row.id)


def _named(row: Row[Any]) -> str:
    return f"webhook:{row.id}"


def _told(row: Row[Any]) -> dict[str, Any]:
    """What the audit is told of a subscription: not its secret, nor a query, which may hold another."""
    url = row.url.partition("?")[0]
    return {"url": url, "events": row.events, "include_text": row.include_text, "source": row.source}
