"""Whose turn a message is: claimed under a lease, settled by what came of it. In the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, func, or_, select, update

from service.webhooks.rules import (
    DEAD,
    DELIVERED,
    LEASE,
    MOST_IN_FLIGHT,
    QUEUED,
    SENDING,
    Answer,
    body,
    next_attempt,
)
from service.webhooks.store import receiver_answered
from service.webhooks.tables import Message, Subscription

MESSAGES, SUBSCRIPTIONS = Message.__table__.c, Subscription.__table__.c
CLOCK_SLACK = timedelta(seconds=60)  # how far the clocks of several machines may be apart


@dataclass(frozen=True)
class Claimed:
    """A message that is ours to send until its lease ends."""

    id: str
    subscription_id: str
    url: str
    secret: str
    event: str
    occurred_at: datetime
    data: Mapping[str, Any]
    words: Mapping[str, str] | None
    lease: str
    attempt: int  # 1 is the first
    queued_at: datetime

    def body(self) -> str:
        """What is signed and sent."""
        return body(self.event, self.occurred_at, self.data, self.words)


@dataclass(frozen=True)
class Outcome:
    """What came of sending a message, and the chance from 0 to 1 that spreads its next attempt."""

    claimed: Claimed
    answer: Answer
    at: datetime
    chance: float


@dataclass(frozen=True)
class Settled:
    """What became of a message. `disabled`: why its subscription was disabled by it."""

    outcome: Outcome
    state: str
    disabled: str | None


def any_due(connection: Connection, at: datetime) -> bool:
    """Whether `claim` would find anything but for what is in flight."""
    left = exists().where(MESSAGES.state == SENDING, MESSAGES.due_at <= at)
    return bool(connection.scalar(select(or_(left, exists(select(SUBSCRIPTIONS.id).where(*_ready(at)))))))


def claim(connection: Connection, lease: str, at: datetime) -> list[Claimed]:
    """What may be sent now, at most MOST_IN_FLIGHT of a subscription by all workers together, each to one worker alone.

    Whoever claims holds the subscription's row until the commit; on PostgreSQL others skip it, on SQLite there is one who writes.
    """
    _take_back(connection, at)
    ready = select(Subscription.__table__).where(*_ready(at)).with_for_update(skip_locked=True, key_share=True)
    return [claimed for row in connection.execute(ready).all() for claimed in _claim_of(connection, row, lease, at)]


def _ready(at: datetime) -> Sequence[ColumnElement[bool]]:
    """Subscriptions that are neither disabled nor paused and have something due."""
    paused = or_(SUBSCRIPTIONS.paused_until.is_(None), SUBSCRIPTIONS.paused_until <= at)
    due = exists().where(MESSAGES.subscription_id == SUBSCRIPTIONS.id, MESSAGES.state == QUEUED, MESSAGES.due_at <= at)
    return SUBSCRIPTIONS.disabled_at.is_(None), paused, due


def _take_back(connection: Connection, at: datetime) -> None:
    """Messages whose sender died are anyone's again."""
    left = (MESSAGES.state == SENDING, MESSAGES.due_at <= at)
    connection.execute(update(Message).where(*left).values(state=QUEUED, lease=None))


def _claim_of(connection: Connection, receiver: Any, lease: str, at: datetime) -> list[Claimed]:  # noqa: ANN401 a row
    mine = MESSAGES.subscription_id == receiver.id
    in_flight = connection.scalar(select(func.count()).select_from(Message).where(mine, MESSAGES.state == SENDING)) or 0
    room = (1 if receiver.failures else MOST_IN_FLIGHT) - in_flight  # a receiver that failed is asked with one
    if room <= 0:
        return []
    due = select(Message.__table__).where(mine, MESSAGES.state == QUEUED, MESSAGES.due_at <= at)
    rows = connection.execute(due.order_by(MESSAGES.due_at, MESSAGES.id).limit(room).with_for_update(skip_locked=True)).all()
    taken = update(Message).where(MESSAGES.id.in_([row.id for row in rows]), MESSAGES.state == QUEUED)
    connection.execute(
        taken.values(state=SENDING, due_at=at + LEASE, changed_at=at, last_attempt_at=at, lease=lease, attempts=MESSAGES.attempts + 1)
    )
    return [_claimed(row, receiver, lease) for row in rows]


def _claimed(row: Any, receiver: Any, lease: str) -> Claimed:  # noqa: ANN401 rows
    words = row.words if receiver.include_text else None
    to = (row.id, receiver.id, receiver.url, receiver.secret)
    return Claimed(*to, row.event, row.occurred_at, row.data, words, lease, row.attempts + 1, row.queued_at)


def settle(connection: Connection, outcomes: Sequence[Outcome]) -> list[Settled]:
    """Write down what came of messages. Twice is as once. Whoever lost the lease has no say any more, but a delivery counts."""
    in_order = sorted(outcomes, key=lambda outcome: (outcome.claimed.subscription_id, outcome.claimed.id))  # workers lock in one order
    return [_settle(connection, outcome) for outcome in in_order]


def _settle(connection: Connection, outcome: Outcome) -> Settled:
    claimed, answer, at = outcome.claimed, outcome.answer, outcome.at
    retry = None if answer.ok else next_attempt(
        claimed.attempt, queued_at=claimed.queued_at, at=at, wish=answer.retry_after, chance=outcome.chance
    )  # fmt: skip
    state = DELIVERED if answer.ok else QUEUED if retry else DEAD
    known = MESSAGES.state != DELIVERED if answer.ok else MESSAGES.lease == claimed.lease
    values = {"state": state, "lease": None, "due_at": retry or at, "changed_at": at}
    told = {"last_status": answer.status, "last_error": answer.error}
    ours = update(Message).where(MESSAGES.id == claimed.id, known)
    if not connection.execute(ours.values(**values, **told)).rowcount:
        return Settled(outcome, state, None)
    return Settled(outcome, state, receiver_answered(connection, claimed.subscription_id, answer, at))


def set_right(connection: Connection, at: datetime) -> int:
    """After the clock was set back: what was written at a moment that is still to come is due now; how many were.

    Without this it would wait for as long as the clock was set back. A lease goes on for its full length, so that nothing is sent
    twice. A pause that was asked for before ends.
    """
    ahead, fresh = MESSAGES.changed_at > at + CLOCK_SLACK, {"changed_at": at}
    soon = update(Message).where(MESSAGES.state == QUEUED, ahead).values(**fresh, due_at=at)
    held = update(Message).where(MESSAGES.state == SENDING, ahead).values(**fresh, due_at=at + LEASE)
    count = int(connection.execute(soon).rowcount + connection.execute(held).rowcount)
    paused = update(Subscription).where(SUBSCRIPTIONS.last_attempt_at > at + CLOCK_SLACK)
    connection.execute(paused.values(paused_until=None, last_attempt_at=at))
    return count
