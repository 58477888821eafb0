"""The worker that delivers: it claims what is due, sends it at the same time, and writes down what came of it."""

import asyncio
import random
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy import Connection

from service.database import Database, now
from service.errors import StorageUnavailable, places
from service.webhooks.queue import Claimed, Outcome, Settled, any_due, claim, set_right, settle
from service.webhooks.rules import DEAD, Answer
from service.webhooks.sending import Sender
from service.webhooks.signing import signed_headers

log = structlog.get_logger("service")

LOOK_SECONDS = 1.0  # how often the database is asked for what other processes put there, and for what became due
RIGHT_SECONDS = 30.0  # how often it is looked after the clock
STOP_SECONDS = 12.0  # more than an attempt takes


class Deliverer:
    """Delivers until it is stopped; any number of them may share a database. Use it in one event loop; `wake` it from that loop.

    At least once: a process that dies between a receiver's answer and the commit leaves a message that is sent again, under the same id,
    once its lease of a minute has ended. What is in flight is bounded by the number of subscriptions, not by a number of workers, so a
    receiver that hangs holds up nobody else.
    """

    def __init__(
        self,
        database: Database,
        sender: Sender,
        *,
        clock: Callable[[], datetime] = now,
        chance: Callable[[], float] = random.random,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self._database, self._sender, self._clock, self._chance = database, sender, clock, chance
        self._look_seconds = look_seconds
        self._lease = secrets.token_hex(8)
        self._wake = asyncio.Event()
        self._sending: dict[str, asyncio.Task[None]] = {}  # by message
        self._outcomes: list[Outcome] = []
        self._task: asyncio.Task[None] | None = None
        self._closing = False

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="webhooks")

    async def stop(self) -> None:
        """Claim nothing more, let what is in flight come to its end, write that down. Stop before the database and the sender close."""
        self._closing = True
        self._wake.set()
        if self._task:
            await self._task
        if self._sending:
            await asyncio.wait(self._sending.values(), timeout=STOP_SECONDS)
        if self._outcomes:
            with suppress(StorageUnavailable):  # then they are sent again
                await self._step()

    def wake(self) -> None:
        """Look at once: something was emitted."""
        self._wake.set()

    async def _run(self) -> None:
        righted = float("-inf")
        while not self._closing:
            self._wake.clear()
            try:
                if time.monotonic() - righted >= RIGHT_SECONDS:
                    await self._set_right()
                    righted = time.monotonic()
                await self._step()
            except StorageUnavailable as problem:
                log.warning("webhooks_wait", reason=str(problem), unsettled=len(self._outcomes))
            except Exception as problem:  # noqa: BLE001 the log is told; one bad turn must not end all deliveries
                log.error("webhooks_error", places=list(places(problem)))
            await self._rest()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(self._look_seconds):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _step(self) -> None:
        """Write down what came of messages and claim the next, in one transaction; where that fails nothing is lost but time.

        Raises StorageUnavailable.
        """
        outcomes, at = list(self._outcomes), self._clock()
        if not outcomes and not await self._database.read_async(partial(any_due, at=at)):
            return
        settled, claimed = await self._database.write_async(partial(self._settle_and_claim, outcomes, at))
        del self._outcomes[: len(outcomes)]
        for known in settled:
            _tell(known)
        for item in claimed:
            self._send(item)

    def _settle_and_claim(self, outcomes: list[Outcome], at: datetime, connection: Connection) -> tuple[list[Settled], list[Claimed]]:
        settled = settle(connection, outcomes)
        return settled, [] if self._closing else claim(connection, f"{self._lease}-{secrets.token_hex(4)}", at)

    def _send(self, claimed: Claimed) -> None:
        """A clock that jumps ahead ends leases early: what we are sending ourselves we do not send twice."""
        if claimed.id not in self._sending:
            self._sending[claimed.id] = asyncio.create_task(self._attempt(claimed))

    async def _attempt(self, claimed: Claimed) -> None:
        answer = await self._answer(claimed)
        del self._sending[claimed.id]
        self._outcomes.append(Outcome(claimed, answer, self._clock(), self._chance()))
        self._wake.set()

    async def _answer(self, claimed: Claimed) -> Answer:
        try:
            content = claimed.body()
            headers = signed_headers(claimed.secret, claimed.id, content, self._clock())
            return await self._sender.send(claimed.url, headers, content)
        except Exception as problem:  # noqa: BLE001 the log is told, and the list of deliveries
            log.error("webhook_error", message=claimed.id, places=list(places(problem)))
            return Answer(None, "an error on our side, which is in the log")

    async def _set_right(self) -> None:
        moved = await self._database.write_async(partial(set_right, at=self._clock()))
        if moved:
            log.warning("webhooks_clock_set_back", messages=moved)


def _tell(settled: Settled) -> None:
    """In the log: what somebody should know of. Neither address nor data."""
    claimed, answer = settled.outcome.claimed, settled.outcome.answer
    about = {"webhook": claimed.subscription_id, "message": claimed.id, "attempt": claimed.attempt, "status": answer.status}
    if settled.state == DEAD:
        log.warning("webhook_given_up", **about, reason=answer.error)
    elif not answer.ok:
        log.info("webhook_failed", **about, reason=answer.error)
    if settled.disabled:
        log.warning("webhook_disabled", webhook=claimed.subscription_id, reason=settled.disabled)
