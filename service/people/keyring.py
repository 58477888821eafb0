"""Keys in the memory of a process: a known one costs no query; a new, changed or revoked one counts everywhere within seconds.

Only what was right is remembered. Whatever is wrong costs the same query each time, so nobody learns from the clock what was wrong,
and a new key works at once. Such queries wait for each other: a flood of wrong keys takes two connections, not all.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial

from service.accounts.store import any_account
from service.database import Database, now
from service.errors import StorageUnavailable, Unauthorized
from service.people.credentials import hash_of
from service.people.grants import find_grant
from service.people.rules import Grant, is_right
from service.people.store import USED_EVERY, any_key, mark_used

REMEMBERED = 5.0  # seconds: so long may a revoked key go on in another process
STRANGERS = 2  # queries at a time for credentials that are not known
REFUSED = "This needs a key that counts: send Authorization: Bearer KEY, or X-API-Key. `insight keys create` makes one."


class Keyring:
    """For the event loop of one application."""

    def __init__(
        self,
        database: Database,
        *,
        seconds: float = REMEMBERED,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = now,
    ) -> None:
        self._database, self._seconds, self.clock, self.now = database, seconds, clock, now
        self._known: dict[str, tuple[float, Grant]] = {}
        self._asked: dict[str, asyncio.Task[Grant | None]] = {}
        self._used: dict[str, float] = {}
        self._strangers = asyncio.Semaphore(STRANGERS)
        self._locked = False
        self._unlocked_until = 0.0

    async def grant(self, credential: str) -> Grant:
        """What a key or token stands for. Raises Unauthorized, in the same words whatever is wrong, or StorageUnavailable."""
        digest = hash_of(credential)
        grant = self._fresh(digest) or await self._look_up(digest)
        if not is_right(grant, digest, self.now()) or grant is None:
            self._known.pop(digest, None)
            raise Unauthorized(REFUSED)
        self._mark_used(grant.caller.key_id)
        return grant

    async def is_empty(self) -> bool:
        """Whether neither a key nor an account was ever made. They are never deleted, so that a "no" lasts."""
        if not self._locked and self.clock() >= self._unlocked_until:
            self._locked = await self._database.read_async(lambda connection: any_key(connection) or any_account(connection))
            self._unlocked_until = self.clock() + self._seconds
        return not self._locked

    def forget(self) -> None:
        """After a key was changed in this process: it counts here at once."""
        self._known.clear()
        self._unlocked_until = 0.0

    def _fresh(self, digest: str) -> Grant | None:
        """What is remembered and still counts: one that ended is asked for again, like any wrong one."""
        since, grant = self._known.get(digest, (0.0, None))
        remembered = grant is not None and self.clock() < since + self._seconds and self.now() < grant.ends
        return grant if remembered else None

    async def _look_up(self, digest: str) -> Grant | None:
        """Callers with the same credential share a query."""
        task = self._asked.get(digest)
        if task is None:
            task = self._asked[digest] = asyncio.ensure_future(self._query(digest))
            task.add_done_callback(partial(self._answered, digest))
        return await asyncio.shield(task)

    def _answered(self, digest: str, task: asyncio.Task[Grant | None]) -> None:
        self._asked.pop(digest, None)
        if not task.cancelled():
            task.exception()  # where every caller has left nobody else will ask for it

    async def _query(self, digest: str) -> Grant | None:
        since = self.clock()
        if digest in self._known:
            grant = await self._database.read_async(partial(find_grant, digest=digest))
        else:
            async with self._strangers:
                grant = await self._database.read_async(partial(find_grant, digest=digest))
        if is_right(grant, digest, self.now()) and grant is not None:
            self._known[digest] = (since, grant)
        return grant

    def _mark_used(self, key_id: str) -> None:
        """Told to the database now and then; that it cannot be told is no reason to refuse the caller."""
        if self.clock() < self._used.get(key_id, float("-inf")) + USED_EVERY.total_seconds():
            return
        self._used[key_id] = self.clock()
        with suppress(StorageUnavailable):
            self._database.submit(partial(mark_used, key_id=key_id, at=self.now()))
