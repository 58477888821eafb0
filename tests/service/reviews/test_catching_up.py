"""Notes that have no card get one, and the background work goes on after a bad turn."""

import asyncio

import pytest
from sqlalchemy import delete, func, select

from insight_classifier.definition import Definition
from service.database import Database
from service.reviews.cards import CARDS, TEXTS
from service.reviews.catching_up import CatchingUp
from service.reviews.scores import Policy
from tests.service.reviews.desk import Desk


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


@pytest.mark.anyio
async def test_cards_that_are_missing_are_made(desk: Desk) -> None:
    for name in "abc":
        desk.note(name)
    desk.database.write(lambda connection: [connection.execute(delete(table)) for table in (TEXTS, CARDS)])
    assert await CatchingUp(desk.database, desk.policy).round() == 3
    assert [row["count"] for row in desk.rows(select(func.count().label("count")).select_from(CARDS))] == [3]


@pytest.mark.anyio
async def test_notes_that_are_told_of_get_their_cards_together(desk: Desk) -> None:
    ids = [desk.note(name) for name in "ab"]
    desk.database.write(lambda connection: [connection.execute(delete(table)) for table in (TEXTS, CARDS)])
    work = CatchingUp(desk.database, desk.policy, interval=3600)
    work.add([str(getattr(note, "id", note)) for note in ids])
    await work.follow()
    assert [row["count"] for row in desk.rows(select(func.count().label("count")).select_from(CARDS))] == [2]
