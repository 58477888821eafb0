"""Bulks are carried out beside the pages: each in a thread, ended in order with the service."""

import asyncio
from contextlib import suppress

import structlog

from service.bulks.acting import Order, carry_out
from service.bulks.store import BROKEN, end
from service.database import Database, now
from service.errors import StorageUnavailable, places
from service.reviews.scores import Policy

log = structlog.get_logger("service")


class Bulks:
    """Use it in one event loop; stop it before the database closes."""

    def __init__(self, database: Database, policy: Policy) -> None:
        self.database, self.policy = database, policy
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False

    async def start(self, work: Order, *, seconds: float) -> None:
        """Carry it out; back when it is done, or after so many seconds, while it goes on."""
        task = asyncio.create_task(asyncio.to_thread(self._carry_out, work), name=f"bulk {work.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await asyncio.wait([task], timeout=seconds)

    async def stop(self) -> None:
        """The pieces in hand are finished, the rest is left: their bulks are told as broken off."""
        self._closing = True
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _carry_out(self, work: Order) -> None:
        try:
            carry_out(self.database, work, self.policy, now, going=lambda: not self._closing)
        except Exception as problem:  # noqa: BLE001 the person who waits is told by its row
            if not isinstance(problem, StorageUnavailable):
                log.error("bulk_error", bulk=work.id, places=list(places(problem)))
            with suppress(StorageUnavailable):
                self.database.write(lambda connection: end(connection, work.id, BROKEN, now()))
