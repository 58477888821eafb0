"""A receiver, a clock that the test moves, and subscriptions in a database of either kind."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Row, select

from service.database import Database
from service.webhooks.delivery import Deliverer
from service.webhooks.outbox import emit
from service.webhooks.sending import Sender
from service.webhooks.signing import new_secret
from service.webhooks.store import Wish, add_subscription
from service.webhooks.tables import Message
from tests.service.webhooks.receiver import Receiver

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
JUDGED = "judgement.created"


class Clock:
    """The wall's clock."""

    def __init__(self) -> None:
        self.wall = AT

    def __call__(self) -> datetime:
        return self.wall

    def move(self, **span: float) -> None:
        self.wall += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


def subscribed(database: Database, url: str, *, events: tuple[str, ...] = (JUDGED,), **wish: Any) -> Row[Any]:
    made = Wish(url, events, **wish)
    return database.write(lambda c: add_subscription(c, made, secret=new_secret(), who="test", at=AT))


def emitted(database: Database, clock: Clock, count: int = 1, event: str = JUDGED, **told: Any) -> int:
    def work(connection: Any) -> int:
        return sum(emit(connection, event, {"note_id": f"n{number}", **told}, at=clock()) for number in range(count))

    return database.write(work)


def messages(database: Database) -> list[Row[Any]]:
    with database.read() as connection:
        return list(connection.execute(select(Message.__table__).order_by(Message.id)))


def states(database: Database) -> list[str]:
    return [row.state for row in messages(database)]


@asynccontextmanager
async def delivering(database: Database, clock: Clock, sender: Sender | None = None) -> AsyncIterator[Deliverer]:
    """A worker at work: by default one that may send to this machine."""
    sender = sender or Sender(allow_private=True, now=clock)
    deliverer = Deliverer(database, sender, clock=clock, chance=lambda: 0.5, look_seconds=0.01)
    await deliverer.start()
    try:
        yield deliverer
    finally:
        await deliverer.stop()
        await sender.close()


async def until(condition: Callable[[], object], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not await asyncio.to_thread(condition):
            await asyncio.sleep(0.005)


def deliver(database: Database, clock: Clock, condition: Callable[[], object], sender: Sender | None = None) -> None:
    """Let a worker work until something holds."""

    async def work() -> None:
        async with delivering(database, clock, sender):
            await until(condition)

    asyncio.run(work())
