"""`insight keys` on either database."""

import json

import pytest
from sqlalchemy import select
from typer.testing import CliRunner, Result

from service.audit.tables import AuditRow
from service.database import Database
from service.migrations import downgrade
from service.people.keys_cli import first_key_notice, keys_app

CREATE = ("create", "--name", "Veeva EMEA", "--scopes", "score, admin")


def run(url: str, *arguments: str) -> Result:
    return CliRunner().invoke(keys_app(), [*arguments, "--database", url])


def create(url: str) -> str:
    """The key, alone on standard output."""
    result = run(url, *CREATE)
    assert result.exit_code == 0, result.output
    return result.stdout.strip()


def listed(url: str) -> list[dict]:
    return json.loads(run(url, "list", "--json").stdout)["keys"]


def test_the_first_key_needs_no_database_yet(empty_url: str) -> None:
    key = create(empty_url)
    assert len(key) == len("ic_live_") + 12 + 1 + 64
    (shown,) = listed(empty_url)
    assert (shown["name"], shown["source"], shown["scopes"]) == ("Veeva EMEA", "veeva-emea", ["score", "admin"])


def test_a_list_shows_no_secret(database_url: str) -> None:
    assert "No key yet: insight keys create" in run(database_url, "list").stdout
    key = create(database_url)
    text = run(database_url, "list").stdout
    assert key[:20] in text
    assert key[21:] not in text
    assert "active" in text


def test_rotating_and_revoking(database_url: str) -> None:
    key = create(database_url)
    rotated = run(database_url, "rotate", key[:20], "--overlap-hours", "0")
    assert rotated.stdout.strip()[:20] != key[:20]
    assert f"{key[:20]} ends at" in rotated.stderr
    assert "is revoked since" in run(database_url, "revoke", rotated.stdout.strip()[:20], "--why", "lost").stdout
    assert {k["status"] for k in listed(database_url)} == {"expired", "revoked"}


def test_who_did_it_and_why_is_audited(database_url: str) -> None:
    run(database_url, "revoke", create(database_url)[:20], "--why", "lost laptop")
    with Database(database_url) as database, database.read() as connection:
        acts = connection.execute(select(AuditRow.__table__).order_by(AuditRow.sequence)).all()
    assert [(act.action, act.why) for act in acts] == [("key.create", None), ("key.revoke", "lost laptop")]
    assert all(act.who.startswith("terminal") for act in acts)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("create", "--name", "x", "--scopes", "write"), "write: no scope"),
        (("create", "--name", "x", "--scopes", ","), "at least one scope"),
        (("create", "--name", "x", "--scopes", "score", "--expires-days", "0"), "expires_days must be"),
        (("rotate", "ic_live_x"), "There is no key ic_live_x"),
        (("revoke", "ic_live_x"), "There is no key ic_live_x"),
    ],
)
def test_what_is_wrong_is_one_line(sqlite_url: str, arguments: tuple[str, ...], words: str) -> None:
    result = run(sqlite_url, *arguments)
    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)
    assert words in result.stderr


def test_the_database_of_another_version_is_left_alone(sqlite_url: str) -> None:
    downgrade(sqlite_url, "0001")
    result = run(sqlite_url, "list")
    assert result.exit_code == 2
    assert "run insight database upgrade" in result.stderr


def test_a_wrong_address_is_one_line() -> None:
    result = run("mysql://x", "list")
    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)


def test_a_start_without_keys_says_how_to_get_one() -> None:
    for here in (True, False):
        assert "insight keys create --name NAME --scopes admin" in first_key_notice(on_loopback=here)
