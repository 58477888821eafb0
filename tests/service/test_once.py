"""A request whose key was taken over meanwhile stores nothing: it would be on record twice."""

from collections.abc import Sequence

import pytest
from sqlalchemy import Connection, func, select

from service.database import Base, Database, now
from service.errors import RequestError
from service.notes.store import keep
from service.once import LEASE_OVER_DEADLINE, Asked, Once
from service.recording import Result, Then
from tests.service.notes.made import delivery

ASKED = Asked("key1", "k1", "h1")


def form(results: Sequence[Result]) -> bytes:
    return b"{}"


async def stored(database: Database, then: Then | None) -> bytes:
    def write(connection: Connection) -> None:
        keep(connection, delivery("one", None), now())
        assert then
        then(connection, [{"id": "1"}])

    await database.write_async(write)
    return b"{}"


@pytest.mark.anyio
async def test_of_a_request_and_its_repeat_that_took_over_one_is_on_record(database: Database):
    once = Once(database, -LEASE_OVER_DEADLINE.total_seconds())  # a lease that has ended when it begins

    async def slow(then: Then | None) -> bytes:
        await once(ASKED, form, lambda later: stored(database, later))
        return await stored(database, then)

    with pytest.raises(RequestError) as refused:
        await once(ASKED, form, slow)
    assert refused.value.code == "idempotency_in_progress"
    with database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(Base.metadata.tables["notes"])) == 1
