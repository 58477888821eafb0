"""`insight backup` and `insight restore` as a person meets them."""

from pathlib import Path

import typer
from typer.testing import CliRunner, Result

from service.backup.backup_cli import register
from service.migrations import downgrade, head


def run(*arguments: str) -> Result:
    app = typer.Typer()
    register(app)
    return CliRunner().invoke(app, list(arguments))


def test_a_database_is_copied_and_put_back(sqlite_url: str, tmp_path: Path):
    file, database = str(tmp_path / "copy"), f"--database={sqlite_url}"
    assert f"at revision {head()}, SHA-256" in run("backup", file, database).stdout
    refused = run("restore", file, database)
    assert (refused.exit_code, len(refused.stderr.splitlines())) == (2, 1)
    done = run("restore", file, database, "--replace")
    assert (done.exit_code, "erase them again" in done.stderr) == (0, True)


def test_an_older_backup_says_what_to_do_next(sqlite_url: str, tmp_path: Path):
    downgrade(sqlite_url, "0002")
    run("backup", str(tmp_path / "copy"), f"--database={sqlite_url}")
    assert "run insight database upgrade" in run("restore", str(tmp_path / "copy"), f"--database={sqlite_url}", "--replace").stderr
