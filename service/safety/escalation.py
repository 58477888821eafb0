"""Items that nobody acknowledges are told again, once at half time and once when overdue, whatever restarts or sets the clock back."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Connection, and_, exists, or_, select

from service.database import Database, moment_text, now
from service.errors import StorageUnavailable, places
from service.safety.clock import SLACK, Clock
from service.safety.rules import CLOCK, HALF_TIME, OPEN, OVERDUE, times
from service.safety.store import SYSTEM, Emit, change, tell, write_event
from service.safety.tables import Item

log = structlog.get_logger("service")

ITEMS = Item.__table__.c
AT_ONCE = 100  # items in one transaction: nobody else can write meanwhile
INTERVAL = 30.0  # seconds
MOST_HELD = 1000  # items
FIRST_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)  # a clock that says less has not been set since its machine started


def escalate_due(connection: Connection, at: datetime, emit: Emit, *, limit: int = AT_ONCE, only: Sequence[str] | None = None) -> int:
    """Tell of open items whose half time or whole time is over, the most urgent first; of how many. Each is told by one worker alone.

    `only` are the ids of the items that are looked at; None: all.
    """
    due = select(ITEMS.id, ITEMS.due_at).where(_due(at, only)).order_by(ITEMS.due_at, ITEMS.id).limit(limit)
    rows = connection.execute(due.with_for_update(skip_locked=True)).all()
    return sum(_escalate(connection, row.id, OVERDUE if row.due_at <= at else HALF_TIME, at, emit) for row in rows)


def any_due(connection: Connection, at: datetime, *, only: Sequence[str] | None = None) -> bool:
    """Whether `escalate_due` would find anything."""
    return bool(connection.scalar(select(exists().where(_due(at, only)))))


def _due(at: datetime, only: Sequence[str] | None) -> ColumnElement[bool]:
    half = and_(ITEMS.half_at <= at, ITEMS.half_told_at.is_(None))
    whole = and_(ITEMS.due_at <= at, ITEMS.overdue_told_at.is_(None))
    return and_(ITEMS.state == OPEN, or_(half, whole), *([] if only is None else [ITEMS.id.in_(only)]))


def untold(connection: Connection) -> list[str]:
    """Open items that may still be escalated, the most urgent first; at most MOST_HELD."""
    query = select(ITEMS.id).where(ITEMS.state == OPEN, ITEMS.overdue_told_at.is_(None)).order_by(ITEMS.due_at, ITEMS.id)
    return list(connection.scalars(query.limit(MOST_HELD)))


def _escalate(connection: Connection, item_id: str, reason: str, at: datetime, emit: Emit) -> int:
    """An item that was overdue before half time could be told, as one that arrived late, is told once."""
    stamp = ITEMS.overdue_told_at if reason == OVERDUE else ITEMS.half_told_at
    told = {"half_told_at": at} | ({"overdue_told_at": at} if reason == OVERDUE else {})
    item = change(connection, item_id, told, ITEMS.state == OPEN, stamp.is_(None))
    if item is None:
        return 0
    tell(connection, item, reason, at, emit)
    return 1


def set_right(connection: Connection, at: datetime, *, limit: int = AT_ONCE) -> int:
    """Items that were received at a moment still to come, before the clock was set back, begin their time now; how many.

    Else they would be escalated and due as much too late as the clock was ahead. The audit keeps when it was due before.
    """
    if at < FIRST_MOMENT:
        return 0
    wrong = select(Item.__table__).where(_ahead(at)).order_by(ITEMS.id).limit(limit).with_for_update(skip_locked=True)
    rows = connection.execute(wrong).mappings().all()
    for row in rows:
        fresh: dict[str, Any] = {"received_at": at, **vars(times(at, row["due_at"] - row["awareness_at"]))}
        item = change(connection, row["id"], fresh)
        assert item is not None
        write_event(connection, item, CLOCK, at, who=SYSTEM, why=f"due at {moment_text(row['due_at'])} by a clock that was ahead")
    return len(rows)


def _ahead(at: datetime) -> ColumnElement[bool]:
    return and_(ITEMS.state == OPEN, ITEMS.awareness_at > at + SLACK)


def any_ahead(connection: Connection, at: datetime) -> bool:
    """Whether `set_right` would find anything."""
    return at >= FIRST_MOMENT and bool(connection.scalar(select(exists().where(_ahead(at)))))


class Escalation:
    """Looks after the items' clocks until it is stopped; any number of processes may share a database. Use it in one event loop.

    `interval` is in seconds. `clock` tells moments in UTC, `monotonic` seconds that no one sets: where the clock is set back, the items
    that were open then are escalated by the seconds. `told` is called after a commit that told of something, as to wake who delivers.
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
        self._database, self._emit, self._told, self._interval = database, emit, told, interval
        self._clock = Clock(clock, monotonic)
        self._held: list[str] | None = []  # items that were open when the clock was set back; None: still to be looked up
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
        look = self._clock.look()
        if look.set_back:
            log.warning("safety_clock_set_back", seconds=round(look.behind.total_seconds()))
            self._held = None
        if self._held is None:
            self._held = await self._database.read_async(untold)
        escalated = await self._escalate(look.at + look.behind, self._held) if look.behind and self._held else 0
        if righted := await self._repeat(partial(any_ahead, at=look.at), partial(set_right, at=look.at)):
            log.warning("safety_clock_set_right", items=righted)
        escalated += await self._escalate(look.at, None)
        if escalated:
            log.warning("safety_escalated", items=escalated)
            self._told()
        return escalated

    async def _escalate(self, at: datetime, only: Sequence[str] | None) -> int:
        return await self._repeat(partial(any_due, at=at, only=only), partial(escalate_due, at=at, emit=self._emit, only=only))

    async def _repeat(self, is_needed: Callable[[Connection], bool], work: Callable[[Connection], int]) -> int:
        """A piece a transaction, until nothing is left or others have the rest."""
        count = 0
        while await self._database.read_async(is_needed):
            done = await self._database.write_async(work)
            count += done
            if not done:
                break
        return count

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
