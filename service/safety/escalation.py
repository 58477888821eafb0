"""Items that nobody acknowledges are told again, once at half time and once when overdue, whatever restarts or sets the clock back."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Connection, and_, exists, or_, select

from service.database import Database, now
from service.errors import StorageUnavailable, places
from service.safety.rules import CLOCK, HALF_TIME, OPEN, OVERDUE, times
from service.safety.store import SYSTEM, Emit, change, tell, write_event
from service.safety.tables import Item

log = structlog.get_logger("service")

ITEMS = Item.__table__.c
AT_ONCE = 100  # items in one transaction: nobody else can write meanwhile
INTERVAL = 30.0  # seconds
CLOCK_SLACK = timedelta(seconds=5)  # how far the clocks of several machines may be apart


def escalate_due(connection: Connection, at: datetime, emit: Emit, *, limit: int = AT_ONCE) -> int:
    """Tell of open items whose half time or whole time is over, the most urgent first; of how many. Each is told by one worker alone."""
    due = select(ITEMS.id, ITEMS.due_at).where(_due(at)).order_by(ITEMS.due_at, ITEMS.id).limit(limit)
    rows = connection.execute(due.with_for_update(skip_locked=True)).all()
    return sum(_escalate(connection, row.id, OVERDUE if row.due_at <= at else HALF_TIME, at, emit) for row in rows)


def any_due(connection: Connection, at: datetime) -> bool:
    """Whether `escalate_due` would find anything."""
    return bool(connection.scalar(select(exists().where(_due(at)))))


def _due(at: datetime) -> ColumnElement[bool]:
    half = and_(ITEMS.half_at <= at, ITEMS.half_told_at.is_(None))
    whole = and_(ITEMS.due_at <= at, ITEMS.overdue_told_at.is_(None))
    return and_(ITEMS.state == OPEN, or_(half, whole))


def _escalate(connection: Connection, item_id: str, reason: str, at: datetime, emit: Emit) -> int:
    """An item that was overdue before half time could be told, as one that arrived late, is told once."""
    untold = ITEMS.overdue_told_at if reason == OVERDUE else ITEMS.half_told_at
    told = {"half_told_at": at} | ({"overdue_told_at": at} if reason == OVERDUE else {})
    item = change(connection, item_id, told, ITEMS.state == OPEN, untold.is_(None))
    if item is None:
        return 0
    tell(connection, item, reason, at, emit)
    return 1


def set_right(connection: Connection, at: datetime, *, limit: int = AT_ONCE) -> int:
    """Items that were received at a moment still to come, before the clock was set back, begin their time now; how many.

    Else they would be escalated and due as much too late as the clock was ahead.
    """
    wrong = select(Item.__table__).where(_ahead(at)).order_by(ITEMS.id).limit(limit).with_for_update(skip_locked=True)
    rows = connection.execute(wrong).mappings().all()
    for row in rows:
        fresh: dict[str, Any] = {"received_at": at, **vars(times(at, row["due_at"] - row["awareness_at"]))}
        item = change(connection, row["id"], fresh)
        assert item is not None
        write_event(connection, item, CLOCK, at, who=SYSTEM)
    return len(rows)


def _ahead(at: datetime) -> ColumnElement[bool]:
    return and_(ITEMS.state == OPEN, ITEMS.awareness_at > at + CLOCK_SLACK)


class Escalation:
    """Looks after the items' clocks until it is stopped; any number of processes may share a database. Use it in one event loop.

    `interval` is in seconds. `clock` tells moments in UTC, `monotonic` seconds that no one sets: where the clock is set back, escalations
    go on by the seconds. `told` is called after a commit that told of something, as to wake who delivers.
    """

    def __init__(
        self,
        database: Database,
        emit: Emit,
        *,
        interval: float = INTERVAL,
        clock: Callable[[], datetime] = now,
        monotonic: Callable[[], float] = time.monotonic,
        told: Callable[[], object] = lambda: None,
    ) -> None:
        self._database, self._emit, self._told = database, emit, told
        self._interval, self._clock, self._monotonic = interval, clock, monotonic
        self._latest, self._heard = clock(), monotonic()
        self._closing = asyncio.Event()
        self._waits = False
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="safety")

    async def stop(self) -> None:
        """After the turn that is under way. Stop before the database closes."""
        self._closing.set()
        if self._task:
            await self._task

    async def turn(self) -> int:
        """Tell of everything that is due now; of how many items. Raises StorageUnavailable."""
        righted = await self._repeat(partial(_any_ahead, at=self._clock()), partial(set_right, at=self._clock()))
        if righted:
            log.warning("safety_clock_set_right", items=righted)
        at = self._moment()
        escalated = await self._repeat(partial(any_due, at=at), partial(escalate_due, at=at, emit=self._emit))
        if escalated:
            log.warning("safety_escalated", items=escalated)
            self._told()
        return escalated

    async def _repeat(self, is_needed: Callable[[Connection], bool], work: Callable[[Connection], int]) -> int:
        """A piece a transaction, until nothing is left or others have the rest."""
        count = 0
        while await self._database.read_async(is_needed):
            done = await self._database.write_async(work)
            count += done
            if not done:
                break
        return count

    def _moment(self) -> datetime:
        """As the clock says, but never earlier than it said before and than the seconds that passed since."""
        heard = self._monotonic()
        self._latest = max(self._clock(), self._latest + timedelta(seconds=heard - self._heard))
        self._heard = heard
        return self._latest

    async def _run(self) -> None:
        while not self._closing.is_set():
            try:
                await self.turn()
                self._tell_storage(None)
            except StorageUnavailable as problem:
                self._tell_storage(str(problem))
            except Exception as problem:  # noqa: BLE001 the log is told; one bad turn must not end all escalations
                log.error("safety_escalation_error", places=list(places(problem)))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), self._interval)

    def _tell_storage(self, reason: str | None) -> None:
        if reason:
            log.error("safety_escalation_waits", reason=reason)
        elif self._waits:
            log.info("safety_escalation_goes_on")
        self._waits = reason is not None


def _any_ahead(connection: Connection, at: datetime) -> bool:
    return bool(connection.scalar(select(exists().where(_ahead(at)))))
