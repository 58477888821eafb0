"""`insight erase` on either database."""

import typer
from sqlalchemy import select
from typer.testing import CliRunner, Result

from service.audit.tables import AuditRow
from service.database import Database
from service.erasers import ERASERS
from service.erasure.erasure_cli import register
from service.migrations import downgrade
from tests.service.erasure.conftest import HCP, fill


def run(url: str, *arguments: str) -> Result:
    app = typer.Typer()
    app.callback()(lambda: None)
    register(app, ERASERS)
    return CliRunner().invoke(app, ["erase", *arguments, "--database", url])


def test_a_dry_run_counts_and_erases_nothing(database_url: str):
    with Database(database_url) as database:
        fill(database)
    assert run(database_url, "--hcp", HCP, "--dry-run").stdout == "3 notes would be erased; nothing was\n"
    assert run(database_url, "--hcp", HCP, "--why", "request 7").stdout == "3 notes are erased\n"
    assert run(database_url, "--hcp", HCP, "--dry-run").stdout == "0 notes would be erased; nothing was\n"


def test_who_did_it_and_why_is_audited(database_url: str):
    with Database(database_url) as database:
        ids = fill(database, 1)
        run(database_url, "--note", ids[0], "--why", "request 7")
        with database.read() as connection:
            row = connection.execute(select(AuditRow.__table__).where(AuditRow.action == "note.erase")).one()
    assert (row.what, row.why, row.who.startswith("terminal")) == (f"note:{ids[0]}", "request 7", True)


def test_what_is_wrong_is_one_line(sqlite_url: str):
    wrong = [run(sqlite_url), run(sqlite_url, "--note", "a", "--hcp", "b"), run("sqlite:///nowhere/x.db", "--note", "a")]
    assert [(result.exit_code, len(result.stderr.splitlines())) for result in wrong] == [(2, 1)] * 3


def test_a_database_of_another_version_is_left_alone(sqlite_url: str):
    downgrade(sqlite_url, "0002")
    assert "run insight database upgrade" in run(sqlite_url, "--note", "a").stderr
