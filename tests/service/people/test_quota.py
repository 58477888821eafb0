"""Notes a day: never too many in one process, a bounded few too many in several, no write for a note."""

import asyncio
from datetime import date

import pytest

from service.database import Database
from service.errors import LimitReached, StorageUnavailable
from service.people import quota as module
from service.people.quota import HEARD_SECONDS, Quota
from service.people.rules import LOCAL_CALLER, Caller
from service.people.usage import add_notes, all_notes_on, notes_on
from tests.service.people.conftest import Clock

CALLER = Caller("Veeva", "veeva", frozenset(), "k", "k", quota=100)
DAY = date(2026, 3, 1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def quota(database: Database, clock: Clock) -> Quota:
    return Quota(database, None, clock=clock, now=clock.now)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STORE_SECONDS", 0.01)


def stored(database: Database, day: date = DAY) -> int:
    with database.read() as connection:
        return notes_on(connection, "k", day)


def test_the_quota_is_kept_to_the_note(quota: Quota) -> None:
    async def call() -> None:
        await asyncio.gather(*(quota.charge(CALLER, 10) for _ in range(10)))
        with pytest.raises(LimitReached, match="100 notes a day, 0 are left") as problem:
            await quota.charge(CALLER, 1)
        assert (problem.value.code, problem.value.retry_after) == ("quota_exceeded", 12 * 3600)

    asyncio.run(call())


def test_what_is_too_much_counts_nothing(quota: Quota) -> None:
    async def call() -> None:
        with pytest.raises(LimitReached):
            await quota.charge(CALLER, 101)
        await quota.charge(CALLER, 100)

    asyncio.run(call())


def test_a_day_ends_at_midnight_utc(quota: Quota, clock: Clock, database: Database) -> None:
    async def call() -> None:
        await quota.charge(CALLER, 100)
        clock.move(hours=12)
        await quota.charge(CALLER, 40)
        await quota.close()

    asyncio.run(call())
    assert (stored(database), stored(database, date(2026, 3, 2))) == (100, 40)


def test_many_notes_are_one_write(quota: Quota, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    writes: list[int] = []
    real = module.add_notes
    monkeypatch.setattr(module, "add_notes", lambda c, **told: (writes.append(told["notes"]), real(c, **told))[1])

    async def call() -> None:
        for _ in range(50):
            await quota.charge(CALLER, 1)
        await quota.close()

    asyncio.run(call())
    assert (writes, stored(database)) == ([50], 50)


@pytest.mark.usefixtures("at_once")
def test_they_are_stored_while_it_runs(quota: Quota, database: Database) -> None:
    async def call() -> None:
        await quota.charge(CALLER, 7)
        while stored(database) != 7:
            await asyncio.sleep(0.01)
        await quota.charge(CALLER, 3)
        while stored(database) != 10:
            await asyncio.sleep(0.01)

    asyncio.run(asyncio.wait_for(call(), 10))


def test_another_process_is_heard_of_within_seconds(quota: Quota, database: Database, clock: Clock) -> None:
    async def call() -> None:
        await quota.charge(CALLER, 10)
        database.write(lambda c: add_notes(c, "k", DAY, 85))
        await quota.charge(CALLER, 10)  # not heard of yet: this is how far it may overshoot
        clock.move(seconds=HEARD_SECONDS)
        with pytest.raises(LimitReached, match="0 are left"):
            await quota.charge(CALLER, 1)
        await quota.close()

    asyncio.run(call())
    assert stored(database) == 105


def test_what_could_not_be_stored_is_stored_later(quota: Quota, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async def failing(work: object) -> int:
        raise StorageUnavailable("gone")

    async def call() -> None:
        await quota.charge(CALLER, 60)
        with monkeypatch.context() as patch:
            patch.setattr(database, "write_async", failing)
            await quota._store()
        with pytest.raises(LimitReached, match="40 are left"):
            await quota.charge(CALLER, 41)
        await quota.close()

    asyncio.run(call())
    assert stored(database) == 60


def test_days_that_are_over_take_no_memory(quota: Quota, clock: Clock) -> None:
    async def call() -> None:
        await quota.charge(CALLER, 1)
        await quota._store()
        clock.move(days=1)
        await quota.charge(CALLER, 1)
        await quota._store()
        assert len(quota._tallies) == 1
        await quota.close()

    asyncio.run(call())


def test_a_default_holds_for_keys_without_a_quota_and_not_for_this_machine(database: Database, clock: Clock) -> None:
    async def call() -> None:
        quota = Quota(database, 5, clock=clock, now=clock.now)
        await quota.charge(LOCAL_CALLER, 1000)
        with pytest.raises(LimitReached):
            await quota.charge(Caller("b", "b", frozenset(), "b", "b"), 6)
        await quota.close()

    asyncio.run(call())


def test_all_lineages_of_a_day(database: Database) -> None:
    for lineage, notes in (("a", 1), ("b", 2), ("a", 3)):
        database.write(lambda c, n=lineage, m=notes: add_notes(c, n, DAY, m))
    with database.read() as connection:
        assert all_notes_on(connection, DAY) == {"a": 4, "b": 2}
