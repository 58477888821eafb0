"""Notes a day: counted in memory, added to the database every few seconds, so that a note costs no write.

One process never lets through more than the quota. Several may, by what the others took in the last STORE_SECONDS + HEARD_SECONDS (7 s),
for so old its knowledge of them may be. A process that is killed forgets what it had not added yet. The day ends at midnight UTC.
A file that a job pulls is counted at once, in the transaction by which the job has its notes.
"""

import asyncio
import math
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from functools import partial

from sqlalchemy import Connection

from service.database import Database, now
from service.errors import LimitReached, StorageUnavailable
from service.people.rules import LOCAL, Caller
from service.people.store import key as key_of
from service.people.usage import add_notes, notes_on

STORE_SECONDS = 2.0
HEARD_SECONDS = 5.0
Key = tuple[str, date]


@dataclass
class Tally:
    """Notes of one lineage on one day: as the database had them when last `heard`, on their way to it, and not yet sent."""

    stored: int
    heard: float
    moving: int = 0
    pending: int = 0

    @property
    def total(self) -> int:
        return self.stored + self.moving + self.pending


class Quota:
    """`default` is the quota of keys without one of their own, None for no limit. `close` before the database."""

    def __init__(
        self, database: Database, default: int | None, *, clock: Callable[[], float] = time.monotonic, now: Callable[[], datetime] = now
    ) -> None:
        self.default = default
        self._database, self._clock, self._now = database, clock, now
        self._tallies: dict[Key, Tally] = {}
        self._storing: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()

    async def charge(self, caller: Caller, notes: int) -> None:
        """Count notes before they are judged. Raises LimitReached where they are too many for the day: then none is counted."""
        if caller.lineage == LOCAL:
            return
        at = self._now()
        tally = await self._tally((caller.lineage, at.date()))
        most = caller.quota or self.default
        if most is not None and tally.total + notes > most:
            raise _exceeded(caller.name, notes, most, max(0, most - tally.total), at)
        tally.pending += notes
        if self._storing is None or self._storing.done():
            self._storing = asyncio.ensure_future(self._store_soon())

    async def close(self) -> None:
        """Add what is not added yet."""
        self._closing.set()
        if self._storing is not None:
            await asyncio.wait([self._storing])
        await self._store()

    async def _tally(self, key: Key) -> Tally:
        """As the database has it, and not longer ago than HEARD_SECONDS; traffic keeps it fresh by what it adds."""
        tally = self._tallies.get(key)
        if tally is None or (self._clock() >= tally.heard + HEARD_SECONDS and not tally.moving):
            heard = self._clock()
            stored = await self._database.read_async(partial(notes_on, lineage=key[0], day=key[1]))
            tally = self._tallies.setdefault(key, Tally(stored, heard))
            if not tally.moving and tally.heard <= heard:
                tally.stored, tally.heard = stored, heard
        return tally

    async def _store_soon(self) -> None:
        while any(tally.pending for tally in self._tallies.values()) and not self._closing.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), STORE_SECONDS)
            await self._store()

    async def _store(self) -> None:
        for key, tally in list(self._tallies.items()):
            if tally.pending:
                await self._add(key, tally)
            elif key[1] < self._now().date() and not tally.moving:
                del self._tallies[key]

    async def _add(self, key: Key, tally: Tally) -> None:
        """What cannot be added now is tried again with the rest."""
        tally.moving, tally.pending = tally.pending, 0
        try:
            tally.stored = await self._database.write_async(partial(add_notes, lineage=key[0], day=key[1], notes=tally.moving))
            tally.heard = self._clock()
        except StorageUnavailable:
            tally.pending += tally.moving
        finally:
            tally.moving = 0


def charge_key(connection: Connection, key_id: str, notes: int, *, default: int | None, now: Callable[[], datetime] = now) -> None:
    """Count the notes that a key's job pulled, in the caller's transaction. Raises LimitReached, which undoes it."""
    if key_id == LOCAL:
        return
    at, owner = now(), key_of(connection, key_id)
    most, sent = owner.quota or default, add_notes(connection, owner.lineage, at.date(), notes)
    if most is not None and sent > most:
        raise _exceeded(owner.name, notes, most, max(0, most - sent + notes), at)


def _exceeded(name: str, notes: int, most: int, left: int, at: datetime) -> LimitReached:
    midnight = datetime.combine(at.astimezone(UTC).date() + timedelta(days=1), time_of_day(), UTC)
    seconds = math.ceil((midnight - at).total_seconds())
    detail = (
        f"{name} may send {most:,} notes a day, {left:,} are left and this request brings {notes:,}. "
        f"None was judged or scanned. The next day begins at midnight UTC, in {seconds:,} s."
    )
    return LimitReached(detail, "quota_exceeded", retry_after=seconds, quota=most, remaining=left)
