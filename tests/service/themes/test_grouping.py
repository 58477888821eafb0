"""Grouping in the background: by the week, when asked for, and without harm where it fails."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import select

from service.themes.grouping import Grouping
from service.themes.names import names_in
from service.themes.store import MEMBERS, RUNS, THEMES
from tests.service.reviews.desk import Desk
from tests.service.themes.conftest import SUBJECTS, Filled


def grouped(desk: Desk, act: Callable[[Grouping], Awaitable[Any]]) -> Any:
    async def once() -> Any:
        return await act(Grouping(desk.database, lambda: desk.definition))

    return asyncio.run(once())


def test_the_week_wants_one_and_who_asks_gets_one_at_a_time(filled: Filled) -> None:
    desk = filled()

    async def act(grouping: Grouping) -> list[Any]:
        told = [await grouping.round(), await grouping.round()]
        return [*told, await grouping.ask("lea"), await grouping.ask("lea"), await grouping.round()]

    assert grouped(desk, act) == [1, 0, True, False, 1]
    assert [row["notes"] for row in desk.rows(select(RUNS))] == [10, 10]


def test_who_asks_need_not_wait_for_the_look(filled: Filled) -> None:
    desk = filled()

    async def act(grouping: Grouping) -> None:
        await grouping.start()
        await grouping.ask("lea")
        while not desk.rows(select(RUNS).where(RUNS.c.done_at.is_not(None))):
            await asyncio.sleep(0.05)
        await grouping.stop()

    grouped(desk, act)
    assert len(desk.rows(select(THEMES))) == 2


def test_names_are_of_the_notes_that_are_left(filled: Filled) -> None:
    desk = filled()
    grouped(desk, lambda grouping: grouping.round())
    names = names_in(desk.database)
    told = names.get(("run", 10)).value
    names.close()
    themes = {row["theme_id"]: told[row["theme_id"]] for row in desk.rows(select(MEMBERS))}
    assert len(themes) == 2
    for name in themes.values():
        assert any(set(name.replace(",", "").split()) <= set(subject) for subject in SUBJECTS)


def test_nothing_to_group_is_no_trouble(desk: Desk) -> None:
    assert grouped(desk, lambda grouping: grouping.round()) == 1
    assert desk.rows(select(THEMES)) == []


def test_a_run_that_fails_harms_nobody(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*given: Any) -> None:
        raise RuntimeError("out of memory")

    async def act(grouping: Grouping) -> bool:
        monkeypatch.setattr(grouping, "_find", broken)
        await grouping.start()
        await grouping.ask("lea")
        await asyncio.sleep(0.2)
        alive = grouping._task is not None and not grouping._task.done()
        await grouping.stop()
        return alive

    assert grouped(desk, act)
