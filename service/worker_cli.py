"""`insight worker`: does bulk jobs without serving anything. On PostgreSQL as many as one likes, on any machine."""

import signal
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from insight_classifier.command import plain_errors
from insight_classifier.errors import ConfigError
from insight_classifier.predictor import Predictor, load_predictor
from service import logs
from service.database import Database
from service.jobs.tasks import Hands
from service.jobs.worker import Worker
from service.migrations import head, revision_of
from service.offline import Offline
from service.people.quota import charge_key
from service.recording import Recorder
from service.settings import Settings, read_settings
from service.webhooks.outbox import emit
from service.working import job_limits

StartModel = Callable[[Settings], Path]  # the folder to start with; raises InsightError


def register(app: typer.Typer, start_model: StartModel) -> None:
    """Add the command to `insight`."""

    @app.command("worker")
    def worker_command(
        model: Annotated[Path | None, typer.Option(help="Model folder; the shipped one by default.")] = None,
        definition: Annotated[Path | None, typer.Option(help="Judge under another definition file that the model's heads fit.")] = None,
    ) -> None:
        """Do bulk jobs until Ctrl-C. Everything else is set with INSIGHT_* variables, as for `insight serve`."""
        with plain_errors():
            work(read_settings(model=model, definition=definition), start_model)


def work(settings: Settings, start_model: StartModel) -> None:
    """Work until a signal; the chunk in hand is finished. Raises InsightError."""
    logs.configure(settings.log_level)
    require_migrated(settings.database)
    predictor = load_predictor(start_model(settings), definition=settings.definition, threads=settings.threads)
    with Database(settings.database) as database:
        worker = Worker(make_hands(database, predictor, settings))
        worker.start()
        print(f"insight: working on bulk jobs with {predictor.model.name} (Ctrl-C stops)", file=sys.stderr, flush=True)  # noqa: T201
        wait_for_signal()
        worker.stop()
    print("insight: stopped", file=sys.stderr)  # noqa: T201


def make_hands(database: Database, predictor: Predictor, settings: Settings) -> Hands:
    """What a worker works with. Messages are sent by the services that share the database."""
    due_after = timedelta(hours=settings.safety_hours)
    recorder = Recorder(database, predictor.definition, due_after=due_after, wake=lambda: None)
    desk = Offline(predictor, recorder, double_share=settings.review_double_share)
    charge = partial(charge_key, default=settings.key_quota)
    return Hands(database, predictor.definition, desk.judge, desk.store, emit, job_limits(settings), charge)


def require_migrated(url: str) -> None:
    """Raises ConfigError where the database has other tables than this version needs, StorageUnavailable where it does not answer."""
    if (revision := revision_of(url)) != head():
        detail = f"the database is at revision {revision or 'none'}, this version needs {head()}"
        raise ConfigError(f"{detail}. Run: insight database upgrade.")


def wait_for_signal() -> None:
    """Until SIGTERM or Ctrl-C."""
    stop = threading.Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    while not stop.wait(1.0):
        pass
