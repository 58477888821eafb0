"""Two people never get the same note by accident; a lease ends by itself. On either database."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest

from service.database import Database
from service.errors import RequestError
from service.reviews.leases import LEASE, held, release, take, take_next
from service.reviews.views import View
from tests.service.reviews.desk import START, Desk

AT = START + timedelta(hours=1)


def next_of(desk: Desk, who: str, at=AT, view: View = View()) -> str | None:  # noqa: B008 frozen
    lease = desk.database.write(lambda c: take_next(c, view, who, at))
    return lease and next(name for name, kept in desk.kept.items() if kept.note_id == lease.note_id)


def test_each_gets_another_and_the_same_again_until_it_is_decided(desk: Desk):
    desk.note("a")
    desk.note("b")
    assert [next_of(desk, who) for who in ("anna", "ben", "cleo", "anna")] == ["b", "a", None, "b"]
    desk.decide("b", "confirm", "anna")
    assert [next_of(desk, who) for who in ("anna", "ben")] == [None, "a"]


def test_a_lease_that_ended_is_taken_over(desk: Desk):
    desk.note("a")
    assert [next_of(desk, "anna"), next_of(desk, "ben"), next_of(desk, "ben", AT + LEASE)] == ["a", None, "a"]
    with pytest.raises(RequestError) as refused:
        desk.database.write(lambda c: take(c, desk.kept["a"].note_id, "anna", AT + LEASE))
    assert (refused.value.code, refused.value.members["leased_by"]) == ("review_leased", "ben")


def test_a_lease_is_renewed_and_put_down(desk: Desk):
    note_id = desk.note("a")
    next_of(desk, "anna")
    desk.database.write(lambda c: take(c, note_id, "anna", AT + LEASE / 2))
    assert next_of(desk, "ben", AT + LEASE) is None
    with desk.database.read() as connection:
        assert [lease.note_id for lease in held(connection, "anna", AT)] == [note_id]
    assert desk.database.write(lambda c: (release(c, note_id, "ben"), release(c, note_id, "anna"))) == (False, True)
    assert next_of(desk, "ben", AT) == "a"


def test_a_clock_that_was_set_back_locks_nothing_for_long(desk: Desk):
    desk.note("a")
    next_of(desk, "anna", AT + timedelta(days=300))
    assert next_of(desk, "ben") == "a"


def test_many_at_once_all_get_different_notes(desk: Desk, database_url: str):
    for number in range(12):
        desk.note(f"n{number}")

    def reviewer(number: int) -> list[str]:
        with Database(database_url) as own:
            takers = [partial(take_next, view=View(), who=f"p{number}-{turn}", at=AT) for turn in range(3)]
            return [one.note_id for taker in takers if (one := own.write(taker))]

    with ThreadPoolExecutor(4) as pool:
        taken = [note_id for notes in pool.map(reviewer, range(4)) for note_id in notes]
    assert (len(taken), len(set(taken))) == (12, 12)
