"""Judgements beside those of similar notes: a majority that says otherwise makes a note likely wrong, also after a restart."""

import numpy as np
import pytest
from sqlalchemy import Connection

from service.reviews.cards import refresh
from service.reviews.catching_up import CatchingUp
from service.reviews.comparing import compare, due, put
from service.vectors.rules import to_bytes
from service.vectors.store import Made, erase, keep
from tests.service.reviews.desk import Desk, every_check

TEXT = "Nephrologist in Leeds: velorenone is not started because potassium is feared."


@pytest.fixture
def odd(desk: Desk) -> str:
    """A note that the model is sure to be general feedback, beside six like it that are insights."""
    for number in range(6):
        desk.note(f"n{number}", *every_check(desk.definition), text=f"{TEXT} {number}")
    note = desk.note("odd", text=TEXT, probability=0.02)
    vector = to_bytes(np.array([1, 0], dtype=np.float16))
    made = [Made(kept.note_id, kept.version_id, "m1", vector) for kept in desk.kept.values()]
    desk.database.write(lambda connection: keep(connection, made))
    return note


def compared(desk: Desk) -> list[str]:
    """Compare what is due; which notes were."""

    def work(connection: Connection) -> list[str]:
        notes = due(connection, 100)
        put(connection, compare(connection, notes, desk.policy))
        return notes

    return desk.database.write(work)


def test_a_note_whose_neighbours_are_the_other_thing_is_likely_wrong(desk: Desk, odd: str):
    assert desk.names("queue=likely_wrong") == []
    compared(desk)
    assert desk.names("queue=likely_wrong") == ["odd"]
    assert desk.card("odd").suspicion == pytest.approx(1.04)


def test_a_note_is_compared_once_until_its_card_is_made_anew(desk: Desk, odd: str):
    assert len(compared(desk)) == 7
    assert compared(desk) == []
    desk.database.write(lambda connection: refresh(connection, [odd], desk.policy))
    assert compared(desk) == [odd]
    assert desk.names("queue=likely_wrong") == ["odd"]


def test_a_note_without_a_vector_is_not_compared_and_an_erased_one_is_forgotten(desk: Desk, odd: str):
    desk.note("plain", text=TEXT)
    compared(desk)
    assert desk.database.write(lambda connection: erase(connection, [odd])) == 1
    assert compared(desk) == []


def test_another_judgement_that_came_meanwhile_keeps_its_own_suspicion(desk: Desk, odd: str):
    def work(connection: Connection) -> None:
        found = compare(connection, [odd], desk.policy)
        put(connection, [type(found[0])(odd, "another", found[0].against, found[0].suspicion)])

    desk.database.write(work)
    assert desk.card("odd").suspicion is None


@pytest.mark.anyio
async def test_catching_up_compares_what_was_kept(desk: Desk, odd: str):
    assert await CatchingUp(desk.database, desk.policy).compare() == 7
    assert desk.names("queue=likely_wrong") == ["odd"]
