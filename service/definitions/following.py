"""Puts on record what the service judges by, also after a swap, and counts in the background what each change flips."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from itertools import pairwise

import structlog
from sqlalchemy import Connection

from insight_classifier.definition import Definition
from insight_classifier.errors import InsightError
from service.database import Database, now
from service.definitions.files import files_of, restored
from service.definitions.flipping import Piece, count
from service.definitions.store import add, change, files_in, one, record, versions
from service.errors import StorageUnavailable, places

INTERVAL = 30.0  # seconds
log = structlog.get_logger("service")


class Following:
    """`live` tells the definition that judges now. Use it in one event loop; stop it before the database closes."""

    def __init__(self, database: Database, live: Callable[[], Definition], *, interval: float = INTERVAL) -> None:
        self._database, self._live, self._interval = database, live, interval
        self._seen: set[str] = set()  # on record, or told to be wrong
        self._read: dict[str, Definition] = {}
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="definitions")

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def round(self) -> int:
        """Put the live definition on record and count what was judged since; how many judgements that were. Raises StorageUnavailable."""
        await self._note(self._live())
        seen = [row.fingerprint for row in await self._database.read_async(versions)]
        return sum([await self._count(old, new) for old, new in pairwise(seen)])

    async def _note(self, definition: Definition) -> None:
        if definition.fingerprint in self._seen:
            return
        files = await asyncio.to_thread(files_of, definition)
        if (await asyncio.to_thread(restored, files)).fingerprint != definition.fingerprint:
            log.error("definition_file_changed", fingerprint=definition.fingerprint, mend="restart the service, or restore the file")
        elif await self._database.write_async(lambda connection: record(connection, definition, files, now())):
            log.info("definition_seen", fingerprint=definition.fingerprint, version=definition.version)
        self._seen.add(definition.fingerprint)

    async def _count(self, old: str, new: str) -> int:
        """All that is settled, a piece at a time, so that nobody waits for long."""
        before, after, judged, at = await self._definition(old), await self._definition(new), 0, now()
        while piece := await self._database.read_async(lambda c: next_piece(c, before, after, at)):
            start, found = piece
            if not await self._database.write_async(lambda c, start=start, found=found: add(c, old, new, start, found, at)):  # type: ignore[misc]
                break  # another process counts
            judged += found.judged
        return judged

    async def _definition(self, fingerprint: str) -> Definition:
        if fingerprint not in self._read:
            row = await self._database.read_async(lambda connection: one(connection, fingerprint))
            self._read[fingerprint] = await asyncio.to_thread(restored, files_in(row))
        return self._read[fingerprint]

    async def _run(self) -> None:
        while True:
            try:
                await self.round()
            except StorageUnavailable:
                pass  # left for the next round
            except (InsightError, OSError, UnicodeDecodeError) as problem:
                log.error("definition_unreadable", error=type(problem).__name__)
            except Exception as problem:  # noqa: BLE001 the log is told; a definition that breaks this must not end the service's orderly stop
                log.error("definitions_error", places=list(places(problem)))
            await asyncio.sleep(self._interval)


def next_piece(connection: Connection, old: Definition, new: Definition, at: datetime) -> tuple[str, Piece] | None:
    """From where the count stands, and what comes next; None where all that is settled is counted."""
    counted = change(connection, old.fingerprint, new.fingerprint)
    start = counted.through if counted else ""
    found = count(connection, old, new, start, at)
    return (start, found) if found else None
