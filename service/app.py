"""The application: settings and predictor are handed in, everything else is wired here."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import anyio
from fastapi import APIRouter, FastAPI
from prometheus_client import CollectorRegistry
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from insight_classifier.errors import InsightError
from insight_classifier.predictor import Predictor, load_predictor
from insight_classifier.scoring import flags_of_refused
from service.answers import answer_error
from service.api import api_routes
from service.database import Database
from service.demonstration.presence import looked
from service.demonstrations import demonstrations
from service.desk import Desk, Taken
from service.edge import Edge
from service.health import Health
from service.info import INTENDED_USE, package_version
from service.intake import Intake
from service.keeping import SHAPES as KEPT_SHAPES
from service.keeping import Keeping
from service.metrics.api import metrics_routes
from service.metrics.exposition import Exposition, make_registry
from service.metrics.meters import Metrics
from service.metrics.processes import shared_folder
from service.models.api import ModelSwap, model_routes
from service.models.live import Models
from service.once import Once
from service.openapi import add_schemas
from service.openapi_3_0 import add_document
from service.page import page_routes
from service.people.door import Door, make_door
from service.people.guard import caller_of
from service.people.shapes import SHAPES as PEOPLE_SHAPES
from service.presets.api import Came, Form, Refused, preset_routes
from service.presets.mapping_reader import read_presets
from service.presets.shapes import preset_shapes
from service.schemas import Shapes
from service.scoring import Scorer
from service.settings import Settings
from service.tracing import Tracing, make_tracing
from service.watch import Watch

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]
STATIC = Path(__file__).parent / "static"


def create_app(
    settings: Settings,
    predictor: Predictor,
    models_folder: Path | None = None,
    database: Database | None = None,
    *,
    registry: CollectorRegistry | None = None,
    tracing: Tracing | None = None,
) -> FastAPI:
    """The service for one predictor, which others from `models_folder` may follow. It starts and stops with the application's lifespan.

    `database` (migrated, open) holds the keys of those who may call, and every note with its judgements; without one whoever reaches
    the service may call, and nothing is kept.
    `registry` gets the metrics, `tracing` the traces: a new one and what the settings name where none is handed in.
    Raises ConfigError.
    """
    exposition = Exposition(registry or make_registry(), shared_folder())
    watch = Watch(Metrics(exposition.registry), tracing or make_tracing(settings.traces))
    door = make_door(database, settings) if database else None
    models = Models(predictor, batch_notes=settings.batch_notes, folder=models_folder, load=partial(load, settings), metrics=watch.metrics)
    scorer = Scorer(models, settings, watch)
    keeping = Keeping(database, settings, scorer) if database else None
    intake = Intake(scorer, keeping.recorder if keeping else None)
    desk = Desk(intake, Once(database, settings.deadline_seconds), door.charge if door else _free, caller_of if door else _nobody)
    health = Health(scorer)
    app = _bare_app(settings, _lifespan(scorer, health, door, keeping, exposition), door, watch)
    app.state.scorer, app.state.health, app.state.models = scorer, health, models
    _add_routes(app, desk, health, door, keeping, exposition)
    _document(app, models.live.shapes, health, door, settings)
    return app


def _lifespan(scorer: Scorer, health: Health, door: Door | None, keeping: Keeping | None, exposition: Exposition) -> Lifespan:
    """What starts before the first request, and ends after the last in the other order."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        scorer.start()
        await anyio.to_thread.run_sync(health.test)
        if keeping:
            await keeping.start()
        app.state.demonstration = door is not None and await looked(door.database)
        yield
        if keeping:
            await keeping.stop()
        if door:
            await door.close()
        await anyio.to_thread.run_sync(scorer.close)
        await anyio.to_thread.run_sync(scorer.watch.tracing.close)
        exposition.close()

    return lifespan


def _add_routes(app: FastAPI, desk: Desk, health: Health, door: Door | None, keeping: Keeping | None, exposition: Exposition) -> None:
    scorer, settings = desk.scorer, desk.scorer.settings
    offered = demonstrations(scorer.predictor.definition)
    app.include_router(api_routes(desk, health, offered))
    app.include_router(_presets(desk, settings))
    app.include_router(model_routes(scorer.models, settings))
    app.include_router(metrics_routes(exposition))
    if keeping and door:
        keeping.add_to(app, desk.charge, door.reception.rendering)
    app.include_router(page_routes(scorer, offered))
    app.mount("/static", StaticFiles(directory=STATIC), name="static")


def _document(app: FastAPI, shapes: Shapes, health: Health, door: Door | None, settings: Settings) -> None:
    with_database = (*PEOPLE_SHAPES, *KEPT_SHAPES) if door else ()
    add_schemas(app, shapes, lambda: health.self_test.example, [ModelSwap, *preset_shapes(shapes.failure), *with_database])
    if door:
        door.document(app)
    if settings.docs:
        add_document(app)


def _presets(desk: Desk, settings: Settings) -> APIRouter:
    """The preset routes, whose notes take the same way in as all others. Raises ConfigError where a mapping file is wrong."""
    scorer = desk.scorer
    definition = scorer.predictor.definition

    async def answer(request: Request, came: Came, form: Form) -> Response:
        taken = Taken(came.notes, desk.call(request), came.refused)
        return await desk.many(request, taken, desk.asked(request, came.body, came.content), form)

    def scan(texts: Mapping[str, str]) -> Mapping[str, Any]:
        found = flags_of_refused(texts, scorer.predictor.safety, definition)
        scorer.watch.metrics.scanned(found)
        return found

    async def record(records: Refused, request: Request) -> None:
        await desk.intake.refused(records, desk.call(request))

    presets = read_presets(settings.presets, definition)
    return preset_routes(presets, definition, settings, admit=scorer.admission, answer=answer, scan=scan, record=record)


def load(settings: Settings, folder: Path) -> Predictor:
    """A model as the settings want it: their definition, their threads. Raises InsightError."""
    return load_predictor(folder, definition=settings.definition, threads=settings.threads)


def _nobody(request: Request) -> None:
    """Where there are no keys nobody is known."""


async def _free(request: Request, notes: int) -> None:
    """Where there are no keys nobody has a quota."""


def _bare_app(
    settings: Settings, lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]], door: Door | None, watch: Watch
) -> FastAPI:
    app = FastAPI(
        title="Insight classifier",
        version=package_version(),
        description=INTENDED_USE,
        openapi_url="/openapi.json" if settings.docs else None,
        docs_url=None,  # they load scripts from other servers
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"auto_configure": False, "tracing": False, "metrics": False, "logs": False},  # FastAPI's own quotes paths and exceptions
        lifespan=lifespan,
    )
    if door:
        door.add_to(app)
    app.add_middleware(Edge, watch=watch)
    for error in (InsightError, HTTPException):
        app.add_exception_handler(error, answer_error)
    return app
