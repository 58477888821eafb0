"""The service on a tiny real model: in the process, and behind a real server."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
import uvicorn
from fastapi import FastAPI
from starlette.testclient import TestClient

from insight_classifier.decode import Findings
from insight_classifier.judgement import Judgement
from insight_classifier.notes import Note
from insight_classifier.predictor import Predictor
from service.app import create_app
from service.settings import Settings
from tests.browsers import chromium  # noqa: F401 fixture
from tests.databases import database, database_url, empty_url, postgres, postgres_url, sqlite_template, sqlite_url  # noqa: F401 fixtures

HARM = "One lady on clarivumab ended up in hospital with jaundice after the third dose. DOB 04/07/1961."
Decide = Callable[[Sequence[Note], Sequence[Findings]], list[Judgement]]


@pytest.fixture(scope="session")
def settings() -> Settings:
    """Small limits, so that tests reach them."""
    return Settings(threads=1, batch_notes=8, queue_notes=16, deadline_seconds=10, body_limit=200_000)


@pytest.fixture(scope="session")
def client(settings: Settings, predictor: Predictor) -> Iterator[TestClient]:
    """The application, called without a network."""
    with TestClient(create_app(settings, predictor), raise_server_exceptions=True) as client:
        yield client


@pytest.fixture(scope="session")
def server(settings: Settings, predictor: Predictor) -> Iterator[str]:
    """The address of a real server."""
    with running(create_app(settings, predictor)) as address:
        yield address


@contextmanager
def running(app: FastAPI) -> Iterator[str]:
    """Serve an application on a free port of this machine."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, access_log=False, timeout_graceful_shutdown=5))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_until(lambda: server.started)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


def deciding(predictor: Predictor, decide: Decide) -> Predictor:
    """The same predictor with another way to judge; screening stays real."""
    other = SimpleNamespace(definition=predictor.definition, model=predictor.model, safety=predictor.safety, screen=predictor.screen)
    other.decide, other.judge, other.prepare = decide, predictor.judge, predictor.prepare
    other.run = lambda windows: None
    other.decode = lambda windows, outputs, findings: decide([item.note for item in windows], findings)
    return other  # type: ignore[return-value]


def wait_until(condition: Callable[[], object], seconds: float = 20) -> None:
    """Block until something holds; fail where it never does."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)
