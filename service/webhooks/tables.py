"""Who wants to be told of what, and each message on its way to one of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base


class Subscription(Base):
    """One receiver. Its secret is kept as it is, for every message is signed with it; it is shown once and leaves by no other way."""

    __tablename__ = "webhook_subscriptions"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    url: Mapped[str] = mapped_column(String(2000))
    secret: Mapped[str] = mapped_column(String(100))
    events: Mapped[str] = mapped_column(String(500))  # separated by blanks
    source: Mapped[str | None] = mapped_column(String(200))  # only what is of this CRM
    include_text: Mapped[bool] = mapped_column(Boolean)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(200))
    disabled_at: Mapped[datetime | None]
    disabled_reason: Mapped[str | None] = mapped_column(String(200))
    failures: Mapped[int] = mapped_column(Integer)  # attempts in a row that failed
    failing_since: Mapped[datetime | None]
    paused_until: Mapped[datetime | None]  # nothing is sent before
    last_attempt_at: Mapped[datetime | None]


class Message(Base):
    """One event on its way to one subscription.

    `due_at` is when it may be tried next, and while it is being sent, when whoever sends it is given up. There is no foreign key to
    the subscription: a note must not fail because its receiver is being removed.
    """

    __tablename__ = "webhook_messages"
    __table_args__ = (
        Index(None, "subscription_id", "state", "due_at", "id"),
        Index(None, "subscription_id", "state", "id"),
        Index(None, "state", "changed_at"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)  # in order of time; the receiver's webhook-id
    subscription_id: Mapped[str] = mapped_column(String(40))
    event: Mapped[str] = mapped_column(String(50))
    data: Mapped[dict[str, Any]]  # without words of a note
    words: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))  # the note's fields, for those who asked for them
    note_id: Mapped[str | None] = mapped_column(String(64), index=True)
    occurred_at: Mapped[datetime]
    queued_at: Mapped[datetime]  # when its 72 hours began: as it occurred, or was replayed
    state: Mapped[str] = mapped_column(String(10))
    due_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    lease: Mapped[str | None] = mapped_column(String(40))  # of whoever sends it now
    attempts: Mapped[int] = mapped_column(Integer)
    last_attempt_at: Mapped[datetime | None]
    last_status: Mapped[int | None] = mapped_column(Integer)
    last_error: Mapped[str | None] = mapped_column(String(200))
