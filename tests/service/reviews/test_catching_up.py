"""The background work goes on after a bad turn."""

import asyncio

import pytest

from insight_classifier.definition import Definition
from service.database import Database
from service.reviews.catching_up import CatchingUp
from service.reviews.scores import Policy


@pytest.mark.anyio
@pytest.mark.anyio
async def test_a_turn_that_fails_ends_neither_the_work_nor_the_orderly_stop(database: Database, definition: Definition):
    turns: list[int] = []

    async def broken() -> int:
        turns.append(1)
        raise RuntimeError("a bug of ours")

    work = CatchingUp(database, Policy(definition), interval=0.001)
    work.round = broken  # type: ignore[method-assign]
    await work.start()
    while len(turns) < 2:
        assert work._task
        assert not work._task.done()
        await asyncio.sleep(0.001)
    await work.stop()
