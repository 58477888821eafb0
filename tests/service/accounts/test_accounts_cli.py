"""`insight accounts` on either database."""

import json

import pytest
import typer
from argon2 import PasswordHasher
from sqlalchemy import select
from typer.testing import CliRunner, Result

from service.accounts.accounts_cli import register
from service.accounts.tables import AccountRow
from service.audit.tables import AuditRow
from service.database import Database

RITA = "rita@example.com"


def run(url: str, *arguments: str) -> Result:
    app = typer.Typer()
    app.command("other")(lambda: None)
    register(app)
    return CliRunner().invoke(app, ["accounts", *arguments, "--database", url])


def create(url: str, *more: str) -> str:
    """The first password, alone on standard output."""
    result = run(url, "create", "--email", RITA, *(more or ("--role", "admin", "--role", "reviewer")))
    assert result.exit_code == 0, result.output
    return result.stdout.strip()


def listed(url: str) -> dict:
    (account,) = json.loads(run(url, "list", "--json").stdout)["accounts"]
    return account


def kept(url: str) -> str:
    with Database(url) as database, database.read() as connection:
        return str(connection.scalar(select(AccountRow.password)))


def test_the_first_account_needs_no_database_yet(empty_url: str) -> None:
    password = create(empty_url)
    assert len(password) == len("abcde-abcde-abcde-abcde")
    assert PasswordHasher().verify(kept(empty_url), password)
    shown = listed(empty_url)
    assert (shown["login"], shown["name"], shown["roles"], shown["status"]) == (RITA, "rita", ["reviewer", "admin"], "first password")


def test_a_list_shows_no_password(database_url: str) -> None:
    assert "No account yet: insight accounts create" in run(database_url, "list").stdout
    password = create(database_url, "--role", "author", "--author", "005xx", "--name", "Rita Moss")
    text = run(database_url, "list").stdout
    assert ("Rita Moss" in text, "005xx" in text) == (True, True)
    assert password not in text
    assert "argon2" not in text


def test_disabling_and_enabling(database_url: str) -> None:
    create(database_url)
    assert "is disabled" in run(database_url, "disable", RITA.upper(), "--why", "has left").stdout
    assert listed(database_url)["status"] == "disabled"
    assert run(database_url, "disable", RITA).exit_code == 0
    run(database_url, "enable", RITA)
    assert listed(database_url)["status"] == "first password"
    with Database(database_url) as database, database.read() as connection:
        acts = connection.execute(select(AuditRow.action, AuditRow.why, AuditRow.who).order_by(AuditRow.sequence)).all()
    assert [tuple(act)[:2] for act in acts] == [("account.create", None), ("account.disable", "has left"), ("account.enable", None)]
    assert all(act.who.startswith("terminal") for act in acts)


def test_resetting_shows_another_password(database_url: str) -> None:
    first = create(database_url)
    second = run(database_url, "reset", RITA).stdout.strip()
    assert second != first
    assert PasswordHasher().verify(kept(database_url), second)


def test_roles_and_author_can_be_changed(database_url: str) -> None:
    create(database_url)
    assert "has viewer, author" in run(database_url, "roles", RITA, "--role", "author", "--role", "viewer").stdout
    assert "sees the notes of 005xx" in run(database_url, "author", RITA, "005xx").stdout
    assert (listed(database_url)["roles"], listed(database_url)["author"]) == (["viewer", "author"], "005xx")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("create", "--email", RITA, "--role", "boss"), "no role. Use viewer"),
        (("create", "--email", "two words", "--role", "admin"), "without blanks"),
        (("disable", "nobody"), "There is no account nobody"),
    ],
)
def test_a_mistake_is_one_line(sqlite_url: str, arguments: tuple[str, ...], said: str) -> None:
    result = run(sqlite_url, *arguments)
    assert (result.exit_code, said in result.stderr) == (2, True)
    assert len(result.stderr.splitlines()) == 1


def test_a_login_is_taken_once(sqlite_url: str) -> None:
    create(sqlite_url)
    assert "already" in run(sqlite_url, "create", "--email", RITA.title(), "--role", "viewer").stderr
