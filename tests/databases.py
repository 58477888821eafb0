"""Fixtures: an empty, migrated database for each test, once on SQLite and once on PostgreSQL."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.database import Database
from service.migrations import migrate
from tests.postgres import PostgresServer, find_programs

KINDS = ("sqlite", "postgresql")
TEMPLATE = "migrated"


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server for the whole run, with a migrated database to copy."""
    programs = find_programs()
    if programs is None:
        pytest.skip("NOT TESTED ON POSTGRESQL: its server is not installed (apt install postgresql)")
    server = PostgresServer(programs)
    try:
        server.create()
        server.start()
        server.execute(f"CREATE DATABASE {TEMPLATE}")
        migrate(server.url(TEMPLATE))
        yield server
        server.stop()
    finally:
        server.remove()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    file = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(params=KINDS)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without tables, of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    return request.getfixturevalue("postgres").new_database()


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The address of a migrated SQLite database."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'insight.db')}"


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> str:
    """The address of a migrated PostgreSQL database."""
    return postgres.new_database(TEMPLATE)


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a migrated database, of either kind."""
    return request.getfixturevalue({"sqlite": "sqlite_url", "postgresql": "postgres_url"}[request.param])


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated database of either kind, open."""
    with Database(database_url) as database:
        yield database
