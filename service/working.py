"""Bulk jobs in a service: their routes, and a worker beside the callers who wait."""

from datetime import timedelta
from functools import partial

import anyio
from fastapi import FastAPI

from service.database import Database
from service.jobs.api import job_routes
from service.jobs.rules import Chunk, Limits, host_list
from service.jobs.tasks import Hands
from service.jobs.uploads import Charge
from service.jobs.worker import Worker
from service.offline import Offline
from service.people.quota import charge_key
from service.queued import Queued, has_room
from service.recording import Recorder, Said
from service.scoring import Scorer
from service.settings import Settings
from service.webhooks.outbox import emit


class Working:
    """`start` after the scorer, `stop` before it: the chunk in hand is finished, or handed back after half the deadline.

    Without a worker of its own it only takes jobs in.
    """

    def __init__(self, database: Database, settings: Settings, scorer: Scorer, recorder: Recorder) -> None:
        self.database, self.limits = database, job_limits(settings)
        self.definition = scorer.predictor.definition
        self._scorer, self._recorder, self._seconds = scorer, recorder, settings.deadline_seconds / 2
        desk = Offline(scorer.predictor, recorder, double_share=settings.review_double_share)
        charge = partial(charge_key, default=settings.key_quota)
        hands = Hands(database, self.definition, self._judge, desk.store, emit, self.limits, charge)
        self.worker = Worker(hands, may_run=lambda: has_room(scorer)) if settings.jobs_worker else None

    def add_to(self, app: FastAPI, charge: Charge) -> None:
        wake = self.worker.wake if self.worker else lambda: None
        app.include_router(job_routes(self.database, self.definition, self.limits, emit=emit, charge=charge, wake=wake))

    def start(self) -> None:
        if self.worker:
            self.worker.start()

    async def stop(self) -> None:
        if self.worker:
            await anyio.to_thread.run_sync(self.worker.stop, self._seconds)

    def _judge(self, chunk: Chunk) -> list[Said]:
        """By the model that is live when the chunk begins."""
        return Offline(Queued(self._scorer), self._recorder).judge(chunk)


def job_limits(settings: Settings) -> Limits:
    """What the settings say of jobs."""
    keep = timedelta(days=settings.jobs_days)
    return Limits(largest=settings.jobs_bytes, hosts=host_list(settings.jobs_hosts), folder=settings.jobs_folder, keep=keep)
