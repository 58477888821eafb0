"""Signing in through two processes at once, on either kind of database."""

import asyncio

from argon2 import PasswordHasher

from service.accounts.passwords import Passwords
from service.accounts.signing_in import SignIn
from service.accounts.store import by_login
from service.database import Database
from service.errors import ServiceError
from tests.service.accounts.conftest import PASSWORD, RITA, House


async def codes(*attempts) -> list[str]:
    """What became of each."""
    found = await asyncio.gather(*attempts, return_exceptions=True)
    return [answer.code if isinstance(answer, ServiceError) else type(answer).__name__ for answer in found]


def test_processes_share_the_count_of_attempts(database_url: str) -> None:
    with Database(database_url) as one, Database(database_url) as other:
        houses = [House(one), House(other)]
        houses[0].account()
        found = asyncio.run(codes(*(house.sign_in.by_password(RITA, "wrong", "192.0.2.1") for house in houses * 8)))
    assert (found.count("sign_in_refused"), found.count("too_many_attempts")) == (10, 6)


def test_a_password_that_was_changed_meanwhile_opens_nothing(house: House, monkeypatch) -> None:
    account = house.account()
    compare = house.sign_in.passwords.are_same

    async def slowly(known: str | None, password: str) -> bool:
        right = await compare(known, password)
        monkeypatch.undo()
        await house.sign_in.change_password(account, PASSWORD, "seven lanterns at dusk", None)
        return right

    monkeypatch.setattr(house.sign_in.passwords, "are_same", slowly)
    assert asyncio.run(codes(house.sign_in.by_password(RITA, PASSWORD, None))) == ["sign_in_refused"]


def test_a_hash_of_other_parameters_is_made_anew(house: House) -> None:
    house.account()
    today = Passwords(PasswordHasher(time_cost=2, memory_cost=8, parallelism=1))
    asyncio.run(SignIn(house.database, today, house.spans, now=house.clock.now).by_password(RITA, PASSWORD, None))
    with house.database.read() as connection:
        row = by_login(connection, RITA)
    assert row
    assert "t=2" in row.password
