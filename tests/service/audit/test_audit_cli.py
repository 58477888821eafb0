"""`insight audit verify`: a whole chain is said to be whole, a broken one names the row and ends with 3."""

import typer
from sqlalchemy import text
from typer.testing import CliRunner

from service.audit.audit_cli import register
from service.audit.store import append
from service.database import Database


def run(url: str):
    app = typer.Typer()
    register(app)
    app.callback()(lambda: None)
    return CliRunner().invoke(app, ["audit", "verify", "--database", url])


def test_a_broken_chain_names_the_row(sqlite_url: str):
    with Database(sqlite_url) as database:
        database.write(lambda c: append(c, who="key:ab", action="note.score", what="note:1"))
        assert "1 rows are an unbroken chain" in run(sqlite_url).stdout
        database.write(lambda c: c.execute(text("DROP TRIGGER audit_no_update")) and None)
        database.write(lambda c: c.execute(text("UPDATE audit SET who = 'nobody'")) and None)
    result = run(sqlite_url)
    assert result.exit_code == 3
    assert "row 1 was changed" in result.stderr
