"""A real server with a database, and a key, for clients."""

from collections.abc import Iterator

import pytest

from insight_classifier.predictor import Predictor
from service.app import create_app
from service.database import Database
from service.settings import Settings
from tests.databases import sqlite_template, sqlite_url  # noqa: F401 fixtures
from tests.service.conftest import running, settings  # noqa: F401 fixture
from tests.service.people.test_door import make_key


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:  # noqa: F811 the fixture
    with Database(sqlite_url) as database:
        yield database


@pytest.fixture
def server(settings: Settings, predictor: Predictor, database: Database) -> Iterator[str]:  # noqa: F811 the fixture
    """Its address."""
    with running(create_app(settings, predictor, database=database)) as address:
        yield address


@pytest.fixture
def key(database: Database) -> str:
    """As an integrator has it."""
    return make_key(database, "score", "jobs", "read")["Authorization"].removeprefix("Bearer ")
