"""What is over is taken away; a database that is not there is waited for."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection

from service.audit.store import append
from service.database import Database, now
from service.errors import StorageUnavailable
from service.housekeeping import Housekeeping
from service.keeping import chores


@pytest.mark.anyio
async def test_a_round_takes_away_what_is_too_old(database: Database, settings):
    for days in (800, 750, 1):
        database.write(lambda c, days=days: append(c, who="test", action="test", what="it", at=now() - timedelta(days=days)))
    done = await Housekeeping(database, chores(settings)).round()
    assert done == {"idempotency_keys": 0, "webhook_messages": 0, "audit": 2}


@pytest.mark.anyio
async def test_one_chore_that_finds_no_database_does_not_keep_the_others(database: Database):
    def unavailable(connection: Connection, at: object) -> int:
        raise StorageUnavailable("locked")

    done = await Housekeeping(database, {"first": unavailable, "second": lambda connection, at: 3}).round()
    assert done == {"second": 3}


@pytest.mark.anyio
async def test_one_chore_that_fails_ends_neither_the_others_nor_the_housekeeping(database: Database):
    def broken(connection: Connection, at: object) -> int:
        raise RuntimeError("a bug of ours")

    housekeeping = Housekeeping(database, {"first": broken, "second": lambda connection, at: 3})
    assert await housekeeping.round() == {"second": 3}
