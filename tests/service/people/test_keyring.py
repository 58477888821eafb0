"""A known key costs no query; a revoked one is forgotten within seconds; what is wrong is never remembered."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from service.database import Database
from service.errors import StorageUnavailable, Unauthorized
from service.people import keyring as module
from service.people.credentials import hash_of, new_key, new_token
from service.people.grants import add_token
from service.people.keyring import Keyring
from service.people.rules import checked
from service.people.store import add_key, key, revoke_key
from tests.service.people.conftest import House


@pytest.fixture
def queries(database: Database) -> list[str]:
    """Every statement that reads."""
    seen: list[str] = []

    def execute(connection: object, cursor: object, statement: str, *rest: object) -> None:
        seen.extend([statement] if statement.startswith("SELECT") else [])

    event.listen(database._read_engine, "before_cursor_execute", execute)
    return seen


def revoke(house: House, key_id: str) -> None:
    house.database.write(lambda c: revoke_key(c, key_id, who="test", at=house.clock.now()))


def test_a_known_key_costs_no_query(house: House, queries: list[str]) -> None:
    credential = house.key()

    async def call() -> None:
        for _ in range(50):
            await house.keyring.grant(credential.text)

    asyncio.run(call())
    assert len(queries) == 1


def test_callers_at_the_same_moment_share_the_query(house: House, queries: list[str]) -> None:
    credential = house.key()

    async def call() -> None:
        await asyncio.gather(*(house.keyring.grant(credential.text) for _ in range(20)))

    asyncio.run(call())
    assert len(queries) == 1


def test_a_caller_who_leaves_takes_no_other_along(house: House) -> None:
    credential = house.key()

    async def call() -> None:
        first, second = (asyncio.ensure_future(house.keyring.grant(credential.text)) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        assert (await second).caller.key_id == credential.id

    asyncio.run(call())


def test_a_revoked_key_goes_on_for_seconds_at_most(house: House) -> None:
    credential = house.key()

    async def call() -> None:
        await house.keyring.grant(credential.text)
        revoke(house, credential.id)
        await house.keyring.grant(credential.text)
        house.clock.move(seconds=module.REMEMBERED)
        with pytest.raises(Unauthorized):
            await house.keyring.grant(credential.text)

    asyncio.run(call())


def test_a_remembered_key_ends_on_time(house: House) -> None:
    credential = house.key(days=1)
    house.clock.move(days=1, seconds=-1)
    asyncio.run(house.keyring.grant(credential.text))
    house.clock.move(seconds=1)
    with pytest.raises(Unauthorized):
        asyncio.run(house.keyring.grant(credential.text))


def test_a_new_key_works_at_once_where_it_was_wrong_before(house: House) -> None:
    credential = new_key()
    with pytest.raises(Unauthorized):
        asyncio.run(house.keyring.grant(credential.text))
    wish = checked("Veeva", None, ["score"], at=house.clock.now())
    house.database.write(lambda c: add_key(c, wish, credential, who="test", at=house.clock.now()))
    assert asyncio.run(house.keyring.grant(credential.text)).caller.name == "Veeva"


def test_everything_wrong_takes_the_same_steps(house: House, queries: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    revoked, expired = house.key(), house.key(days=1)
    revoke(house, revoked.id)
    house.clock.move(days=2)
    compared: list[str] = []
    real = module.is_right
    monkeypatch.setattr(module, "is_right", lambda grant, digest, at: (compared.append(digest), real(grant, digest, at))[1])
    steps = set()
    for wrong in (revoked.text, expired.text, new_key().text, new_token(), "", "malformed", revoked.text):
        queries.clear()
        compared.clear()
        with pytest.raises(Unauthorized):
            asyncio.run(house.keyring.grant(wrong))
        steps.add((tuple(queries), len(compared)))
    assert len(steps) == 1


def test_a_token_has_its_own_scopes_and_dies_with_its_key(house: House) -> None:
    credential, token, at = house.key("score", "read"), new_token(), house.clock.now()
    ends = at + timedelta(hours=1)
    house.database.write(lambda c: add_token(c, hash_of(token), credential.id, frozenset({"read"}), at, ends))
    grant = asyncio.run(house.keyring.grant(token))
    assert (grant.token, grant.caller.scopes, grant.caller.key_id) == (True, {"read"}, credential.id)
    revoke(house, credential.id)
    house.keyring.forget()
    with pytest.raises(Unauthorized):
        asyncio.run(house.keyring.grant(token))


def test_tokens_that_ended_are_forgotten(house: House) -> None:
    credential, at = house.key(), house.clock.now()
    for hours in (0, 2):
        begin = at + timedelta(hours=hours)
        work = lambda c, b=begin: add_token(c, hash_of(new_token()), credential.id, frozenset(), b, b + timedelta(hours=1))  # noqa: E731
        house.database.write(work)
    with house.database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM access_tokens").scalar() == 1


def test_use_is_told_now_and_then(house: House) -> None:
    credential = house.key()

    async def call() -> None:
        for _ in range(3):
            await house.keyring.grant(credential.text)

    asyncio.run(call())
    house.database.write(lambda c: None)  # what was submitted before is written
    with house.database.read() as connection:
        assert key(connection, credential.id).last_used_at == house.clock.now()


def test_that_there_is_a_key_is_asked_once(house: House, queries: list[str]) -> None:
    assert asyncio.run(house.keyring.is_empty())
    house.key()
    house.clock.move(seconds=module.REMEMBERED)
    assert [asyncio.run(house.keyring.is_empty()) for _ in range(5)] == [False] * 5
    assert sum("api_keys" in query for query in queries) == 2


def test_a_database_that_is_gone_is_no_wrong_key(sqlite_url: str) -> None:
    with Database(sqlite_url) as database:
        keyring = Keyring(database)
        Path(sqlite_url.removeprefix("sqlite:///")).unlink()
        with pytest.raises(StorageUnavailable):
            asyncio.run(keyring.grant(new_key().text))
