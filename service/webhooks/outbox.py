"""Messages in the database: put there with the fact that they tell of, shown, replayed, erased, expired. In the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, insert, not_, or_, select, text, update

from service.audit.store import append
from service.database import now
from service.webhooks.rules import DEAD, QUEUED, SENDING, SETTLED, STATES, Event, new_id, without_words
from service.webhooks.tables import Message, Subscription

MESSAGES, SUBSCRIPTIONS = Message.__table__.c, Subscription.__table__.c
IDS_AT_ONCE = 500
MOST_REPLAYED = 10_000  # in one transaction: nobody else can write meanwhile
INTERESTED = text("SELECT id, events, source, include_text FROM webhook_subscriptions WHERE disabled_at IS NULL")


def emit(
    connection: Connection,
    event_type: str,
    data: Mapping[str, Any],
    *,
    text: str | Mapping[str, str] | None = None,
    note_id: str | None = None,
    at: datetime | None = None,
) -> int:
    """Have an event told to everyone who subscribed it, once the caller's transaction is committed; to how many.

    `data` is for all subscribers: quotes of evidence are taken out of it, other words of a note must not be in it. `text`, a note's
    fields, goes to those alone who asked for it. `note_id` (by default data["note_id"]) is what `erase` finds it by; a subscription's
    filter looks at data["source"]. Wake the Deliverer after the commit, or it will look within a second.
    """
    return emit_many(connection, [Event(event_type, data, at or now(), text, note_id)])


def emit_many(connection: Connection, events: Sequence[Event]) -> int:
    """The same for several events, in their order; how many messages they make."""
    interested = connection.execute(INTERESTED).all()
    rows = [_row(event, found) for event in events for found in interested if _wants(found, event)] if interested else []
    if rows:
        connection.execute(insert(Message), rows)
    return len(rows)


def _wants(found: Row[Any], event: Event) -> bool:
    return event.type in found.events.split() and found.source in (None, event.data.get("source"))


def _row(event: Event, found: Row[Any]) -> dict[str, Any]:
    return {
        "id": new_id(event.at),
        "subscription_id": found.id,
        "event": event.type,
        "data": without_words(event.data),
        "words": event.words if found.include_text else None,
        "note_id": event.note,
        "state": QUEUED,
        "attempts": 0,
        **dict.fromkeys(("occurred_at", "queued_at", "due_at", "changed_at"), event.at),
    }


def deliveries(connection: Connection, subscription_id: str, *, state: str | None, before: str | None, limit: int) -> Sequence[Row[Any]]:
    """What is, was or is to be sent to a subscription, the newest first, older than the id `before`."""
    found = [row for one in ([state] if state else STATES) for row in _deliveries(connection, subscription_id, one, before, limit)]
    return sorted(found, key=lambda row: row.id, reverse=True)[:limit]


def _deliveries(connection: Connection, subscription_id: str, state: str, before: str | None, limit: int) -> Sequence[Row[Any]]:
    """Of one state: the index gives them in order."""
    wanted = [MESSAGES.subscription_id == subscription_id, MESSAGES.state == state, *([MESSAGES.id < before] if before else [])]
    shown = [column for column in MESSAGES if column.name not in ("data", "words", "lease")]
    return connection.execute(select(*shown).where(*wanted).order_by(MESSAGES.id.desc()).limit(limit)).all()


@dataclass(frozen=True)
class Chosen:
    """Which messages are to be sent again: those with the ids, or else those of a time and of a state."""

    ids: Sequence[str] = ()
    since: datetime | None = None
    until: datetime | None = None
    state: str = DEAD


def replay(connection: Connection, subscription_id: str, chosen: Chosen, *, who: str, at: datetime) -> int:
    """Send messages again, under their ids and for another 72 hours; how many. At most MOST_REPLAYED, the oldest first."""
    wanted = [MESSAGES.subscription_id == subscription_id, MESSAGES.state.in_(SETTLED)]
    if chosen.ids:
        wanted.append(MESSAGES.id.in_(chosen.ids))
    else:
        wanted += [MESSAGES.state == chosen.state, *_span(chosen)]
    oldest = select(MESSAGES.id).where(*wanted).order_by(MESSAGES.id).limit(MOST_REPLAYED)
    fresh = {"state": QUEUED, "attempts": 0, "queued_at": at, "due_at": at, "changed_at": at}
    count = connection.execute(update(Message).where(MESSAGES.id.in_(oldest)).values(fresh)).rowcount
    if count:
        append(connection, who=who, action="webhook.replay", what=f"webhook:{subscription_id}", after={"messages": count}, at=at)
    return count


def _span(chosen: Chosen) -> list[ColumnElement[bool]]:
    since = [MESSAGES.occurred_at >= chosen.since] if chosen.since else []
    return [*since, *([MESSAGES.occurred_at < chosen.until] if chosen.until else [])]


def erase(connection: Connection, note_ids: Sequence[str]) -> int:
    """Blank the words of notes in all messages, sent or not; how many had any. One under way may still carry them out."""
    blanked = 0
    for start in range(0, len(note_ids), IDS_AT_ONCE):
        of_notes = MESSAGES.note_id.in_(note_ids[start : start + IDS_AT_ONCE])
        blanked += connection.execute(update(Message).where(of_notes, MESSAGES.words.is_not(None)).values(words=None)).rowcount
    return blanked


def expire(connection: Connection, before: datetime) -> int:
    """Take away what was delivered or given up before a moment, and what waits since then for receivers that are disabled or gone."""
    enabled = select(SUBSCRIPTIONS.id).where(SUBSCRIPTIONS.disabled_at.is_(None))
    stranded = and_(MESSAGES.state.in_((QUEUED, SENDING)), not_(MESSAGES.subscription_id.in_(enabled)))
    old = delete(Message).where(MESSAGES.changed_at < before, or_(MESSAGES.state.in_(SETTLED), stranded))
    return connection.execute(old).rowcount
