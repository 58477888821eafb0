"""Bulks beside the pages: in a thread, ended in order, and told of where they fail."""

import pytest

from service.bulks import acting, running
from service.bulks.acting import Bulk
from service.bulks.running import Bulks
from service.bulks.store import run_of
from service.database import now
from service.errors import StorageUnavailable
from service.reviews.views import read_view
from tests.service.reviews.desk import Desk


def order(desk: Desk) -> acting.Order:
    for number in range(6):
        desk.note(f"n{number}")
    view = read_view("", desk.definition)
    return desk.database.write(lambda c: acting.order(c, view, Bulk("skip"), "anna", now(), expected=6))


def state(desk: Desk, work: acting.Order) -> tuple[str, int]:
    with desk.database.read() as connection:
        found = run_of(connection, work.id, "anna", now())
    return found.state, found.saved


@pytest.mark.anyio
async def test_a_short_bulk_is_done_when_the_page_is_shown(desk: Desk) -> None:
    work, bulks = order(desk), Bulks(desk.database, desk.policy)
    await bulks.start(work, seconds=30)
    assert state(desk, work) == ("done", 6)


@pytest.mark.anyio
async def test_a_service_that_ends_finishes_the_piece_in_hand(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acting, "PIECE", 2)
    work, bulks = order(desk), Bulks(desk.database, desk.policy)
    await bulks.start(work, seconds=0)
    await bulks.stop()
    ended, saved = state(desk, work)
    assert (ended, saved < 6) == ("broken", True) or (ended, saved) == ("done", 6)


@pytest.mark.anyio
async def test_a_database_that_cannot_take_it_breaks_it_off(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def unavailable(*_: object, **__: object) -> None:
        raise StorageUnavailable("The disk is full.")

    monkeypatch.setattr(running, "carry_out", unavailable)
    work, bulks = order(desk), Bulks(desk.database, desk.policy)
    await bulks.start(work, seconds=30)
    assert state(desk, work) == ("broken", 0)
