"""`insight audit verify`: a whole chain is said to be whole, a broken one names the row and ends with 3."""

import typer
from sqlalchemy import text
from typer.testing import CliRunner

from service.audit.audit_cli import register
from service.audit.store import append
from service.database import Database


def run(url: str, *arguments: str, command: str = "verify"):
    app = typer.Typer()
    register(app)
    app.callback()(lambda: None)
    return CliRunner().invoke(app, ["audit", command, "--database", url, *arguments])


def test_a_broken_chain_names_the_row(sqlite_url: str):
    with Database(sqlite_url) as database:
        database.write(lambda c: append(c, who="key:ab", action="note.score", what="note:1"))
        assert "1 rows are an unbroken chain" in run(sqlite_url).stdout
        database.write(lambda c: c.execute(text("DROP TRIGGER audit_no_update")) and None)
        database.write(lambda c: c.execute(text("UPDATE audit SET who = 'nobody'")) and None)
    result = run(sqlite_url)
    assert result.exit_code == 3
    assert "row 1 was changed" in result.stderr


def test_a_noted_hash_that_is_gone_is_told(sqlite_url: str):
    assert run(sqlite_url, "--known", "0" * 64).exit_code == 0
    result = run(sqlite_url, "--known", "ab" * 32)
    assert (result.exit_code, "cut off" in result.stderr) == (3, True)


def test_less_than_six_months_are_never_kept(sqlite_url: str):
    assert "0 rows" in run(sqlite_url, command="expire").stdout
    result = run(sqlite_url, "--days", "30", command="expire")
    assert (result.exit_code, "184 days at least" in result.stderr) == (2, True)
