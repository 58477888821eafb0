"""What is kept for a time only is taken away when that is over: a round an hour, in every process that has the database."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime

import structlog
from sqlalchemy import Connection

from service.database import Database, now
from service.errors import StorageUnavailable, places

Chore = Callable[[Connection, datetime], int]  # takes away what is over at a moment, in a transaction; how many rows
INTERVAL = 3600.0  # seconds
log = structlog.get_logger("service")


class Housekeeping:
    """Runs chores by name, each in a transaction of its own. Use it in one event loop; stop it before the database closes."""

    def __init__(self, database: Database, chores: Mapping[str, Chore], *, interval: float = INTERVAL) -> None:
        self._database, self._chores, self._interval = database, chores, interval
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="housekeeping")

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def round(self) -> dict[str, int]:
        """Do every chore now; how many rows each took away. One that fails, or finds no database, is left for the next round."""
        done = {}
        for name, chore in self._chores.items():
            try:
                done[name] = await self._database.write_async(lambda connection, chore=chore: chore(connection, now()))  # type: ignore[misc]
            except StorageUnavailable:
                continue  # it is logged where it comes from
            except Exception as problem:  # noqa: BLE001 the log is told; one bad chore must not end all of them
                log.error("housekeeping_error", chore=name, places=list(places(problem)))
        return done

    async def _run(self) -> None:
        while True:
            done = await self.round()
            missed = sorted(set(self._chores) - set(done))
            if missed or any(done.values()):
                log.info("housekeeping", removed={name: count for name, count in done.items() if count}, missed=missed)
            await asyncio.sleep(self._interval)
