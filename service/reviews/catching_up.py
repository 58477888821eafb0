"""Cards of notes that were kept before there were any, or by an older version beside this one, are made in the background."""

import asyncio
from contextlib import suppress

import structlog

from service.database import Database
from service.errors import StorageUnavailable, places
from service.reviews.cards import PIECE, catch_up
from service.reviews.scores import Policy

INTERVAL = 600.0  # seconds
log = structlog.get_logger("service")


class CatchingUp:
    """Use it in one event loop; stop it before the database closes."""

    def __init__(self, database: Database, policy: Policy, *, interval: float = INTERVAL) -> None:
        self._database, self._policy, self._interval = database, policy, interval
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="cards")

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def round(self) -> int:
        """Make all that are missing, so many in one transaction that others wait little; how many were."""
        made = 0
        while found := await self._database.write_async(lambda connection: catch_up(connection, self._policy)):
            made += found
            if found < PIECE:
                break
        return made

    async def _run(self) -> None:
        while True:
            try:
                await self.round()
            except StorageUnavailable:
                pass  # left for the next round
            except Exception as problem:  # noqa: BLE001 the log is told; one bad card must end neither the others nor the orderly stop
                log.error("cards_error", places=list(places(problem)))
            await asyncio.sleep(self._interval)
