"""Cards are made in the background: of notes just kept, many at once, and of those kept by whoever makes none; then they are compared."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress

import structlog
from sqlalchemy import Connection

from service.database import Database
from service.errors import StorageUnavailable, places
from service.reviews.cards import PIECE, catch_up, refresh
from service.reviews.comparing import Comparison, compare, due, put
from service.reviews.scores import Policy

INTERVAL = 600.0  # seconds between looks for cards that are missing
GATHER_SECONDS = 0.3  # that a note waits for company: cards cost a sixth of it together
COMPARED, MOST_COMPARED = 50, 2000  # notes that are compared with similar ones at a time, and in one round: half a minute of ten
log = structlog.get_logger("service")


class CatchingUp:
    """Use it in one event loop; stop it before the database closes."""

    def __init__(self, database: Database, policy: Policy, *, interval: float = INTERVAL) -> None:
        self._database, self._policy, self._interval = database, policy, interval
        self._task: asyncio.Task[None] | None = None
        self._fresh: list[str] = []
        self._came = asyncio.Event()

    def add(self, note_ids: Sequence[str]) -> None:
        """Make the cards of these notes soon. From the event loop."""
        self._fresh += note_ids
        self._came.set()

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

    async def compare(self, most: int = MOST_COMPARED) -> int:
        """Compare notes with similar ones, the latest first, a few at a time, so many at most; how many were."""
        done = 0
        while done < most and (found := await self._database.read_async(self._compared)):
            await self._database.write_async(lambda connection, found=found: put(connection, found))  # type: ignore[misc]
            done += len(found)
        return done

    def _compared(self, connection: Connection) -> list[Comparison]:
        return compare(connection, due(connection, COMPARED), self._policy)

    async def follow(self) -> None:
        """Make the cards of what was added; what cannot be stored now is made with the next round."""
        note_ids, self._fresh = self._fresh, []
        self._came.clear()
        for first in range(0, len(note_ids), PIECE):
            piece = note_ids[first : first + PIECE]
            await self._database.write_async(lambda connection, piece=piece: refresh(connection, piece, self._policy))  # type: ignore[misc]

    async def _run(self) -> None:
        due = 0.0
        while True:
            try:
                if time.monotonic() >= due:
                    due = time.monotonic() + self._interval
                    await self.round()
                    await self.compare()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._came.wait(), max(0.0, due - time.monotonic()))
                    await asyncio.sleep(GATHER_SECONDS)
                    await self.follow()
                    await self.compare(COMPARED)
            except StorageUnavailable:
                pass  # left for the next round
            except Exception as problem:  # noqa: BLE001 the log is told; one bad card must end neither the others nor the orderly stop
                log.error("cards_error", places=list(places(problem)))
