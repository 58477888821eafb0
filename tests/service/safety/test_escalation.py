"""Escalation: each item at half time and when overdue, once, whatever the workers and the clock do; and the loop that keeps at it."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Connection, select

from service.audit.tables import AuditRow
from service.database import Database
from service.errors import StorageUnavailable
from service.safety.desk import Decision, acknowledge
from service.safety.escalation import Escalation, escalate_due, set_right
from service.safety.tables import Item, ItemEvent
from tests.service.people.conftest import Clock
from tests.service.safety.conftest import START, Lane, hit, scan


def escalate(lane: Lane, hours: float) -> int:
    return lane.database.write(lambda c: escalate_due(c, START + timedelta(hours=hours), lane.emit))


def stamps(lane: Lane) -> Any:
    return [(row["half_told_at"], row["overdue_told_at"]) for row in lane.rows(select(Item.__table__))]


def test_half_time_and_the_end_are_told_once_each(lane: Lane):
    lane.record(scan("n1", "v", hit()))
    assert [escalate(lane, hours) for hours in (11.9, 12, 12, 13, 23.9, 24, 24, 90)] == [0, 1, 0, 0, 0, 1, 0, 0]
    assert lane.reasons == ["first", "half_time", "overdue"]
    assert lane.rows(select(ItemEvent.kind).order_by(ItemEvent.number)) == [{"kind": kind} for kind in lane.reasons]


def test_a_clock_that_moves_backwards_tells_nothing_twice(lane: Lane):
    lane.record(scan("n1", "v", hit()))
    assert [escalate(lane, hours) for hours in (12, 3, 12, 25, 13, 25)] == [1, 0, 0, 1, 0, 0]


def test_an_item_that_arrived_overdue_is_told_once(lane: Lane):
    lane.record(scan("n1", "v", hit(), written_at=START - timedelta(days=3)))
    assert [escalate(lane, 0), escalate(lane, 1)] == [1, 0]
    assert lane.reasons == ["first", "overdue"]


def test_what_was_acknowledged_is_not_escalated(lane: Lane):
    item = lane.record(scan("n1", "v", hit()))["n1"]
    lane.database.write(lambda c: acknowledge(c, item, Decision("key:ab", START)))
    assert escalate(lane, 48) == 0


def test_an_item_that_was_opened_again_has_escalations_of_its_own(lane: Lane):
    item = lane.record(scan("n1", "v1", hit()))["n1"]
    assert escalate(lane, 12) == 1
    lane.database.write(lambda c: acknowledge(c, item, Decision("key:ab", START)))
    lane.record(scan("n1", "v2", hit("leak"), received_at=START + timedelta(hours=20)), hours=20)
    assert [escalate(lane, hours) for hours in (31, 32, 44)] == [0, 1, 1]


def test_two_workers_tell_each_item_once(lane: Lane):
    lane.record(*(scan(f"n{n}", "v", hit()) for n in range(30)))
    with Database(lane.database.url.render_as_string(hide_password=False)) as other, ThreadPoolExecutor(8) as pool:
        lanes, barrier = [lane, Lane(other)], Barrier(8)

        def work(n: int) -> int:
            barrier.wait()
            return escalate(lanes[n % 2], 12)

        assert sum(pool.map(work, range(8))) == 30
        told = [data["note_id"] for each in lanes for data in each.emitted if data["reason"] == "half_time"]
    assert sorted(told) == sorted(f"n{n}" for n in range(30))


def test_an_emit_that_fails_is_tried_again(lane: Lane):
    def failing(*_: object) -> None:
        raise ValueError

    lane.record(scan("n1", "v", hit()))
    with pytest.raises(ValueError):
        lane.database.write(lambda c: escalate_due(c, START + timedelta(hours=12), failing))
    assert (stamps(lane), escalate(lane, 12)) == ([(None, None)], 1)


def test_items_of_a_clock_that_was_ahead_begin_their_time_now(lane: Lane):
    lane.record(scan("n1", "v", hit(), received_at=START + timedelta(hours=100)), hours=100)
    assert [lane.database.write(lambda c: set_right(c, START)) for _ in range(2)] == [1, 0]
    (item,) = lane.rows(select(Item.__table__))
    assert (item["awareness_at"], item["due_at"]) == (START, START + timedelta(hours=24))
    act = lane.rows(select(AuditRow.action, AuditRow.why).order_by(AuditRow.sequence))[-1]
    assert dict(act) == {"action": "safety.clock_set_right", "why": "due at 2026-05-08T12:00:00Z by a clock that was ahead"}


def test_a_clock_that_was_never_set_sets_nothing_right(lane: Lane):
    lane.record(scan("n1", "v", hit()))
    assert lane.database.write(lambda c: set_right(c, datetime(1970, 1, 1, tzinfo=UTC))) == 0


class Loop:
    """An Escalation whose clocks the test moves."""

    def __init__(self, lane: Lane, **more: Any) -> None:
        self.clock = Clock(wall=START)
        self.woken = 0
        self.make: Callable[[], Escalation] = partial(
            Escalation, lane.database, lane.emit, clock=self.clock.now, monotonic=self.clock, told=self.wake, **more
        )

    def wake(self) -> None:
        self.woken += 1


def test_a_turn_tells_everything_and_wakes_who_delivers(lane: Lane):
    lane.record(*(scan(f"n{n:03}", "v", hit()) for n in range(120)))
    loop = Loop(lane)

    async def turns() -> list[int]:
        escalation = loop.make()
        loop.clock.move(hours=12)
        return [await escalation.turn(), await escalation.turn()]

    assert asyncio.run(turns()) == [120, 0]
    assert loop.woken == 1


def test_a_clock_that_is_set_back_delays_nothing(lane: Lane):
    lane.record(scan("n1", "v", hit()))
    loop = Loop(lane)

    async def turns() -> list[int]:
        escalation = loop.make()
        loop.clock.move(hours=10)
        found = [await escalation.turn()]
        loop.clock.wall -= timedelta(hours=9)
        found.append(await escalation.turn())
        loop.clock.move(hours=2)
        return [*found, await escalation.turn(), await escalation.turn()]

    assert asyncio.run(turns()) == [0, 0, 1, 0]


def test_a_clock_that_was_ahead_brings_no_false_alarms_of_what_comes_after(lane: Lane):
    loop = Loop(lane)

    async def turns() -> list[int]:
        escalation = loop.make()
        loop.clock.wall += timedelta(hours=90)
        found = [await escalation.turn()]
        loop.clock.wall -= timedelta(hours=90)
        found.append(await escalation.turn())
        await asyncio.to_thread(lane.record, scan("n1", "v", hit()))
        loop.clock.move(hours=11)
        return [*found, await escalation.turn()]

    assert asyncio.run(turns()) == [0, 0, 0]


def test_the_loop_outlives_a_database_that_is_gone(lane: Lane, monkeypatch: pytest.MonkeyPatch, caplog: Any):
    lane.record(scan("n1", "v", hit(), written_at=START - timedelta(days=3)))
    whole, logged = lane.database.read_async, []
    failures = iter([StorageUnavailable("The disk is full."), ValueError("a bug")])

    async def failing(function: Callable[[Connection], Any]) -> Any:
        if (problem := next(failures, None)) is not None:
            raise problem
        return await whole(function)

    monkeypatch.setattr(lane.database, "read_async", failing)
    for level in ("error", "warning", "info"):
        monkeypatch.setattr(f"service.safety.escalation.log.{level}", lambda event, **more: logged.append(event), raising=False)

    async def run() -> None:
        escalation = Loop(lane, interval=0.01).make()
        await escalation.start()
        async with asyncio.timeout(10):
            while "overdue" not in lane.reasons or len(logged) < 4:
                await asyncio.sleep(0.01)
        await escalation.stop()

    asyncio.run(run())
    assert logged == ["safety_escalation_waits", "safety_escalation_error", "safety_escalated", "safety_escalation_goes_on"]


def test_stopping_does_not_wait_for_the_interval(lane: Lane):
    async def run() -> None:
        escalation = Loop(lane, interval=3600).make()
        await escalation.start()
        await asyncio.sleep(0.05)
        async with asyncio.timeout(5):
            await escalation.stop()

    asyncio.run(run())


def test_two_services_started_again_and_again_tell_once(lane: Lane):
    lane.record(scan("n1", "v", hit()))
    late = START + timedelta(hours=12, minutes=1)

    async def service(clock: datetime) -> int:
        return await Escalation(lane.database, lane.emit, clock=lambda: clock).turn()

    async def run() -> list[int]:
        return list(await asyncio.gather(*(service(late) for _ in range(4)))) + [await service(late)]

    assert sum(asyncio.run(run())) == 1
