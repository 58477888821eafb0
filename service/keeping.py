"""Everything that a service with a database keeps of notes, and what looks after it: jobs, messages, the safety lane's clock, retention."""

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta

from fastapi import FastAPI
from pydantic import BaseModel

from insight_classifier.definition import Definition
from insight_classifier.predictor import Predictor, load_predictor
from service.adjudication.pages import adjudication_routes
from service.agreement.figures import agreed
from service.agreement.pages import agreement_routes
from service.audit.store import expire as expire_audit
from service.authors.pages import author_routes
from service.bulks.pages import bulk_routes
from service.bulks.running import Bulks
from service.calibration.pages import calibration_routes
from service.database import Database
from service.definitions.following import Following
from service.definitions.pages import definition_routes
from service.erasers import ERASERS
from service.erasure.api import SHAPES as ERASURE_SHAPES
from service.erasure.api import erasure_routes
from service.exchange.pages import export_routes
from service.housekeeping import Chore, Housekeeping
from service.idempotency.store import expire as expire_keys
from service.jobs.shapes import SHAPES as JOB_SHAPES
from service.jobs.uploads import Charge
from service.measures.figures import Figures
from service.measures.pages import measure_routes
from service.measures.privacy import privacy_routes
from service.measures.sources import read_sources
from service.notes.api import SHAPES as NOTE_SHAPES
from service.notes.api import note_routes
from service.recording import Recorder
from service.rendering import Rendering
from service.reviews.catching_up import CatchingUp
from service.reviews.insight_pages import insight_routes
from service.reviews.pages import review_routes
from service.reviews.scores import Policy
from service.safety.api import safety_routes
from service.safety.escalation import Escalation
from service.safety.pages import safety_page_routes
from service.safety.shapes import SHAPES as SAFETY_SHAPES
from service.scoring import Scorer
from service.settings import Settings
from service.shadow.running import Shadow
from service.themes.grouping import Grouping
from service.themes.names import names_in
from service.themes.pages import theme_routes
from service.webhooks.api import webhook_routes
from service.webhooks.delivery import Deliverer
from service.webhooks.outbox import emit
from service.webhooks.outbox import expire as expire_messages
from service.webhooks.sending import Sender
from service.webhooks.shapes import SHAPES as WEBHOOK_SHAPES
from service.working import Working

SHAPES: tuple[type[BaseModel], ...] = (*NOTE_SHAPES, *ERASURE_SHAPES, *SAFETY_SHAPES, *WEBHOOK_SHAPES, *JOB_SHAPES)
WHO = "retention"


class Keeping:
    """`start` after the scorer and before requests come; `stop` after the last, before the scorer and the database close."""

    def __init__(self, database: Database, settings: Settings, scorer: Scorer) -> None:
        self.database, self.settings, definition = database, settings, scorer.predictor.definition
        self.sender = Sender(allow_private=settings.webhooks_private, proxy=settings.webhooks_proxy)
        self.deliverer = Deliverer(database, self.sender)
        self.policy = Policy(definition, settings.review_double_share)
        self.cards = CatchingUp(database, self.policy)
        self.shadow = Shadow(database, trial(settings, definition), scorer.batcher.idle)
        self.bulks = Bulks(database, self.policy)
        self.agreed = agreed(database)
        self.measured = Figures(database, read_sources(definition, settings.measures_plan, settings.measures_peers))
        due_after = timedelta(hours=settings.safety_hours)
        self.recorder = Recorder(database, definition, due_after=due_after, wake=self.deliverer.wake, kept=self._kept)
        self.escalation = Escalation(database, emit, told=self.deliverer.wake)
        self.live = lambda: scorer.predictor.definition
        self.definitions = Following(database, self.live)
        self.themes, self.theme_names = Grouping(database, self.live), names_in(database)
        self.housekeeping = Housekeeping(database, chores(settings))
        self.working = Working(database, settings, scorer, self.recorder)
        self._ends = AsyncExitStack()

    def add_to(self, app: FastAPI, charge: Charge, rendering: Rendering) -> None:
        """The routes by which what is kept is read, decided on and erased, the pages of review, and bulk jobs, whose notes are charged."""
        app.include_router(note_routes(self.database))
        app.include_router(erasure_routes(self.database, ERASERS))
        app.include_router(safety_routes(self.database))
        app.include_router(webhook_routes(self.database, self.sender, wake=self.deliverer.wake))
        app.include_router(bulk_routes(self.bulks, rendering))
        app.include_router(agreement_routes(self.database, rendering, self.policy.definition, self.agreed))
        app.include_router(measure_routes(self.measured, rendering))
        app.include_router(privacy_routes(self.settings, rendering))
        app.include_router(theme_routes(self.database, rendering, self.themes, self.theme_names))
        app.include_router(calibration_routes(self.database, rendering, self.policy))
        app.include_router(adjudication_routes(self.database, rendering, self.policy))
        app.include_router(review_routes(self.database, rendering, self.policy))
        app.include_router(export_routes(self.database, rendering, self.policy.definition))
        app.include_router(safety_page_routes(self.database, rendering, self.policy.definition))
        app.include_router(definition_routes(self.database, rendering, self.live, self.agreed))
        app.include_router(insight_routes(self.database, rendering, self.policy, emit, self.deliverer.wake))
        app.include_router(author_routes(self.database, rendering, self.policy))
        self.working.add_to(app, charge)

    async def start(self) -> None:
        self._ends.push_async_callback(self.sender.close)
        for part in (self.deliverer, self.escalation, self.housekeeping, self.cards, self.shadow, self.definitions, self.themes):
            await part.start()
            self._ends.push_async_callback(part.stop)
        self._ends.push_async_callback(self.bulks.stop)
        self._ends.callback(self.agreed.close)
        self._ends.callback(self.measured.close)
        self._ends.callback(self.theme_names.close)
        self.working.start()
        self._ends.push_async_callback(self.working.stop)

    def _kept(self, note_ids: Sequence[str]) -> None:
        self.cards.add(note_ids)
        self.shadow.add(note_ids)

    async def stop(self) -> None:
        """Everything that was started, the last first, also where one of them fails to end."""
        await self._ends.aclose()


def trial(settings: Settings, definition: Definition) -> Predictor | None:
    """The model on trial, under the live definition so that both mean the same. One thread: callers come first. Raises InsightError."""
    return load_predictor(settings.shadow, definition=definition.source, threads=1) if settings.shadow else None


def chores(settings: Settings) -> Mapping[str, Chore]:
    """What is taken away, and after how long."""
    messages, audit = timedelta(days=settings.webhooks_days), timedelta(days=settings.audit_days)
    return {
        "idempotency_keys": expire_keys,
        "webhook_messages": lambda connection, at: expire_messages(connection, at - messages),
        "audit": lambda connection, at: expire_audit(connection, before=at - audit, who=WHO, at=at),
    }
