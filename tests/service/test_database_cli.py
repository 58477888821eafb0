"""`insight database`: a new database gets its tables, and whoever asks is told whether they are this version's."""

from pathlib import Path

import typer
from typer.testing import CliRunner

from service.database_cli import register
from service.migrations import head


def run(command: str, url: str):
    app = typer.Typer()
    register(app)
    app.callback()(lambda: None)
    return CliRunner().invoke(app, ["database", command, "--database", url])


def test_a_new_database_is_upgraded_once_and_again(tmp_path: Path):
    url = f"sqlite:///{tmp_path}/insight.db"
    assert run("current", url).exit_code == 3
    assert [run("upgrade", url).exit_code for _ in range(2)] == [0, 0]
    result = run("current", url)
    assert result.exit_code == 0
    assert result.stdout == f"the database is at revision {head()}, this version needs {head()}\n"


def test_an_address_that_is_none_is_refused_in_words():
    result = run("upgrade", "mysql://x/y")
    assert result.exit_code == 2
    assert "mysql" in result.stderr
