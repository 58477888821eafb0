"""The commands: passwords that are told once and change, and a database in use that is left alone."""

import re
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner, Result

from insight_classifier.cli import make_app
from insight_classifier.definition import Definition
from insight_classifier.predictor import Predictor
from service.accounts.passwords import Passwords
from service.accounts.store import by_login
from service.database import Database
from service.demonstration import demonstration_cli
from service.demonstration.people import LOGINS, login_of
from service.notes.store import NOTES
from tests.service.reviews.desk import Desk

PASSWORD = re.compile(r"^(\S+@\S+)\s+(\S+)$", re.MULTILINE)


@pytest.fixture
def run(sqlite_url: str, predictor: Predictor, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("INSIGHT_DATABASE", sqlite_url)
    monkeypatch.setattr(demonstration_cli, "load_predictor", lambda *given, **more: predictor)

    def run(*words: str) -> Result:
        return CliRunner().invoke(make_app(), ["demonstration", *words])

    return run


async def signs_in(url: str, login: str, password: str) -> bool:
    with Database(url) as database, database.read() as connection:
        row = by_login(connection, login)
        return row is not None and await Passwords().are_same(row.password, password)


@pytest.mark.anyio
async def test_each_start_makes_new_passwords_for_everyone(run, sqlite_url: str):
    first = dict(PASSWORD.findall(run("load", "--count", "30").stdout))
    second = dict(PASSWORD.findall(run("load", "--count", "30").stdout))
    assert set(first) == set(second) == {login_of(name) for name in LOGINS}
    login = login_of("lead")
    assert await signs_in(sqlite_url, login, second[login])
    assert not await signs_in(sqlite_url, login, first[login])


def test_a_database_in_use_is_left_alone(run, sqlite_url: str, definition: Definition):
    with Database(sqlite_url) as database:
        Desk(database, definition).note("a")
    done = run("load", "--unless-used")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "in use" in done.stderr
    assert run("load").exit_code == 2


@pytest.mark.anyio
async def test_nobody_invented_comes_near_real_notes(run, sqlite_url: str, definition: Definition):
    told = dict(PASSWORD.findall(run("load", "--count", "30").stdout))
    with Database(sqlite_url) as database:
        Desk(database, definition).note("a")
    assert "insight demonstration remove" in run("load").stderr
    login = login_of("lead")
    assert not await signs_in(sqlite_url, login, told[login])


def test_alone_the_database_is_new_again(run, sqlite_url: str):
    run("load", "--count", "30")
    assert "new again" in run("remove").stderr
    with Database(sqlite_url) as database, database.read() as connection:
        assert not connection.execute(select(NOTES)).all()


def test_a_folder_without_notes_is_one_line(run, tmp_path: Path):
    done = run("load", "--notes", str(tmp_path))
    assert done.exit_code == 2
    assert "no demonstration notes" in done.stderr
