"""The model on trial at work: after callers were answered, when nothing waits, one thread, a few notes at a time."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress

import structlog

from insight_classifier.notes import Note
from insight_classifier.predictor import Predictor
from service.database import Database, now
from service.errors import StorageUnavailable, places
from service.shadow.rules import differences
from service.shadow.store import Compared, Judged, forget_others, judged, keep

MOST_WAITING = 2000  # notes; of more the oldest are left out: a trial needs many notes, not every one
AT_A_TIME = 8
PAUSE = 0.2  # seconds between looks whether the service is idle
log = structlog.get_logger("service")


class Shadow:
    """Use it in one event loop; stop it before the database closes. `idle`: whether no caller waits for the live model now."""

    def __init__(self, database: Database, trial: Predictor | None, idle: Callable[[], bool]) -> None:
        self._database, self._trial, self._idle = database, trial, idle
        self._waiting: deque[str] = deque(maxlen=MOST_WAITING)
        self._came = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.left_out = 0  # notes so far

    def add(self, note_ids: Sequence[str]) -> None:
        """Compare these notes soon. From the event loop."""
        if self._trial is None:
            return
        self.left_out += max(0, len(self._waiting) + len(note_ids) - MOST_WAITING)
        self._waiting.extend(note_ids)
        self._came.set()

    async def start(self) -> None:
        """What another model said on trial goes."""
        fingerprint = self._trial.model.fingerprint if self._trial else None
        await self._database.write_async(lambda connection: forget_others(connection, fingerprint))
        if self._trial:
            self._task = asyncio.create_task(self._run(), name="shadow")

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def round(self) -> int:
        """Compare a few notes; how many were."""
        ids = [self._waiting.popleft() for _ in range(min(AT_A_TIME, len(self._waiting)))]
        found = await self._database.read_async(lambda connection: judged(connection, list(dict.fromkeys(ids))))
        compared = [one for one in await asyncio.to_thread(lambda: [self._compare(note) for note in found]) if one]
        if compared:
            await self._database.write_async(lambda connection: keep(connection, compared, now()))
        return len(compared)

    def _compare(self, note: Judged) -> Compared | None:
        """None where the model on trial is the one that judged: it went live."""
        assert self._trial is not None
        if note.judgement["model"]["fingerprint"] == self._trial.model.fingerprint:
            return None
        (said,) = self._trial.judge([Note(note.note_id, note.fields)])
        found = differences(note.judgement, said.to_dict())
        return Compared(note.note_id, note.judgement_id, self._trial.model, said.probability, found)

    async def _run(self) -> None:
        while True:
            await self._came.wait()
            self._came.clear()
            while self._waiting:
                while not self._idle():
                    await asyncio.sleep(PAUSE)
                await self._one_round()

    async def _one_round(self) -> None:
        left_out = self.left_out
        try:
            await self.round()
        except StorageUnavailable:
            await asyncio.sleep(PAUSE)  # a few notes fewer on trial
        except Exception as problem:  # noqa: BLE001 the log is told; a trial may fail without anyone else noticing
            log.error("shadow_error", places=list(places(problem)))
        if self.left_out > left_out:
            log.warning("shadow_left_out", notes=self.left_out)
