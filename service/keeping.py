"""Everything that a service with a database keeps of notes, and what looks after it: messages, the safety lane's clock, retention."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy import Connection

from insight_classifier.definition import Definition
from service.audit.store import expire as expire_audit
from service.database import Database
from service.erasers import ERASERS
from service.erasure.api import SHAPES as ERASURE_SHAPES
from service.erasure.api import erasure_routes
from service.housekeeping import Housekeeping
from service.idempotency.store import expire as expire_keys
from service.notes.api import SHAPES as NOTE_SHAPES
from service.notes.api import note_routes
from service.recording import Recorder
from service.safety.api import safety_routes
from service.safety.escalation import Escalation
from service.safety.shapes import SHAPES as SAFETY_SHAPES
from service.settings import Settings
from service.webhooks.api import webhook_routes
from service.webhooks.delivery import Deliverer
from service.webhooks.outbox import emit
from service.webhooks.outbox import expire as expire_messages
from service.webhooks.sending import Sender
from service.webhooks.shapes import SHAPES as WEBHOOK_SHAPES

SHAPES: tuple[type[BaseModel], ...] = (*NOTE_SHAPES, *ERASURE_SHAPES, *SAFETY_SHAPES, *WEBHOOK_SHAPES)
WHO = "retention"


class Keeping:
    """`start` before requests come, `stop` after the last, before the database closes."""

    def __init__(self, database: Database, settings: Settings, definition: Definition) -> None:
        self.database = database
        self.sender = Sender(allow_private=settings.webhooks_private, proxy=settings.webhooks_proxy)
        self.deliverer = Deliverer(database, self.sender)
        self.recorder = Recorder(database, definition, due_after=timedelta(hours=settings.safety_hours), wake=self.deliverer.wake)
        self.escalation = Escalation(database, told_of, told=self.deliverer.wake)
        self.housekeeping = Housekeeping(database, chores(settings))

    def add_to(self, app: FastAPI) -> None:
        """The routes by which what is kept is read, decided on and erased."""
        app.include_router(note_routes(self.database))
        app.include_router(erasure_routes(self.database, ERASERS))
        app.include_router(safety_routes(self.database))
        app.include_router(webhook_routes(self.database, self.sender, wake=self.deliverer.wake))

    async def start(self) -> None:
        for part in (self.deliverer, self.escalation, self.housekeeping):
            await part.start()

    async def stop(self) -> None:
        for part in (self.housekeeping, self.escalation, self.deliverer):
            await part.stop()
        await self.sender.close()


def told_of(connection: Connection, event: str, data: Mapping[str, Any]) -> int:
    """Tell subscribers of an event, in its own transaction."""
    return emit(connection, event, data)


def chores(settings: Settings) -> Mapping[str, Callable[[Connection, datetime], int]]:
    """What is taken away, and after how long."""
    messages, audit = timedelta(days=settings.webhooks_days), timedelta(days=settings.audit_days)
    return {
        "idempotency_keys": expire_keys,
        "webhook_messages": lambda connection, at: expire_messages(connection, at - messages),
        "audit": lambda connection, at: expire_audit(connection, before=at - audit, who=WHO, at=at),
    }
