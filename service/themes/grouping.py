"""Groups insights and near misses in the background: once a week, and when somebody who leads asks for it."""

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

import structlog

from insight_classifier.definition import Definition
from insight_classifier.measures.emergence import Emergence
from insight_classifier.measures.emerging import emerging
from insight_classifier.measures.theme import Themes
from insight_classifier.measures.themes import themes
from service.database import Database, now
from service.errors import StorageUnavailable, places
from service.themes.reading import latest_notes
from service.themes.store import begin, keep, memory

FIRST, INTERVAL = 20.0, 600.0  # seconds until it is first looked whether the week is over, and between looks
log = structlog.get_logger("service")


class Grouping:
    """`live` tells the definition that judges now. Use it in one event loop; stop it before the database closes."""

    def __init__(self, database: Database, live: Callable[[], Definition], *, first: float = FIRST) -> None:
        self._database, self._live, self._first = database, live, first
        self._asked: list[str] = []  # runs that were begun for somebody
        self._came = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="themes")

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def ask(self, who: str) -> bool:
        """Group soon; False where that is under way already. Raises StorageUnavailable."""
        run = await self._database.write_async(lambda connection: begin(connection, now(), asked_by=who))
        if run:
            self._asked.append(run)
            self._came.set()
        return run is not None

    async def round(self) -> int:
        """Do what was asked for, or what the week wants; how many runs that was. Raises StorageUnavailable."""
        runs, self._asked = self._asked, []
        if not runs:
            due = await self._database.write_async(lambda connection: begin(connection, now()))
            runs = [due] if due else []
        for run in runs:
            await self._group(run)
        return len(runs)

    async def _group(self, run: str) -> None:
        began = time.monotonic()
        found, told = await asyncio.to_thread(self._find)
        kept = await self._database.write_async(lambda connection: keep(connection, run, found, told, now()))
        seconds = round(time.monotonic() - began, 1)
        log.info("themes_grouped", notes=len(found.memory), themes=len(found.themes), seconds=seconds, kept=kept)

    def _find(self) -> tuple[Themes, Mapping[str, Emergence]]:
        with self._database.read() as connection:
            notes, earlier = latest_notes(connection, self._live()), memory(connection)
        found = themes(notes, earlier)
        return found, emerging(found, now().date())

    async def _run(self) -> None:
        pause = self._first
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._came.wait(), pause)
            self._came.clear()
            pause = INTERVAL
            try:
                await self.round()
            except StorageUnavailable:
                pass  # a run that was begun is given up after a time, and another begins
            except Exception as problem:  # noqa: BLE001 the log is told; themes that cannot be made must not end the service's orderly stop
                log.error("themes_error", places=list(places(problem)))
