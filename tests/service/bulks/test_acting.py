"""Bulk: counted first, done over the whole view, undone at once. On either database."""

import pytest
from sqlalchemy import select

from service.audit.tables import AuditRow
from service.bulks import acting
from service.bulks.acting import Bulk, Order
from service.bulks.store import Run, run_of
from service.errors import RequestError
from service.reviews.leases import take
from service.reviews.store import REVIEWS
from service.reviews.views import read_view
from tests.service.reviews.desk import Desk, every_check


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acting, "PIECE", 4)


def begin(desk: Desk, query: str, what: Bulk, expected: int) -> Order:
    view = read_view(query, desk.definition)
    return desk.database.write(lambda c: acting.order(c, view, what, "anna", desk.later(), expected=expected))


def run(desk: Desk, work: Order) -> Run:
    with desk.database.read() as connection:
        return run_of(connection, work.id, "anna", desk.later())


def apply(desk: Desk, query: str, what: Bulk, expected: int) -> Run:
    work = begin(desk, query, what, expected)
    acting.carry_out(desk.database, work, desk.policy, desk.later)
    return run(desk, work)


def fill(desk: Desk, number: int = 10) -> None:
    for place in range(number):
        desk.note(f"n{place}", metadata={"country": "AU" if place else "NZ"})


def test_all_of_a_view_are_decided_and_undone_at_once(desk: Desk):
    fill(desk)
    with desk.database.read() as connection:
        assert acting.dry_count(connection, read_view("meta.country=AU", desk.definition), "anna") == 9
    done = apply(desk, "meta.country=AU", Bulk("confirm"), 9)
    assert (done.saved, done.refused, desk.names()) == (9, {}, ["n0"])
    assert (len(desk.undo(act=done.id)), len(desk.names())) == (9, 10)


def test_a_bulk_before_another_act_is_undone_second(desk: Desk):
    fill(desk, 6)
    done = apply(desk, "meta.country=AU", Bulk("skip"), 5)
    desk.decide("n0", "confirm")
    assert [len(desk.undo()), len(desk.undo(act=done.id))] == [1, 5]


def test_values_are_changed_in_all(desk: Desk):
    fill(desk, 5)
    choice = next(desk.definition.of_kind("choice"))
    apply(desk, "", Bulk("change", changes={choice.name: choice.names[1]}), 5)
    assert {row["answer"][choice.name] for row in desk.rows(select(REVIEWS))} == {choice.names[1]}
    assert {row["kind"] for row in desk.rows(select(REVIEWS))} == {"change"}


def test_what_would_contradict_the_definition_is_refused_and_counted(desk: Desk):
    fill(desk, 5)
    needy = next(member for member in desk.definition.checks.values() if member.requires)
    dimension = next(d.name for d in desk.definition.dimensions if needy.name in d.names)
    desk.note("fits", *every_check(desk.definition))
    done = apply(desk, "", Bulk("change", changes={dimension: {needy.name: True}}), 6)
    assert (done.saved, done.refused) == (1, {"review_invalid": 5})


def test_what_another_has_in_hand_is_left_alone(desk: Desk):
    fill(desk, 5)
    desk.database.write(lambda c: take(c, desk.kept["n3"].note_id, "ben", desk.later()))
    done = apply(desk, "", Bulk("confirm"), 5)
    assert (done.saved, done.refused, done.state) == (4, {"review_leased": 1}, "done")
    assert desk.names(who="ben") == ["n3"]


def test_a_view_that_changed_since_it_was_counted_is_looked_at_again(desk: Desk):
    fill(desk, 5)
    with pytest.raises(RequestError, match="5 notes now, not 4"):
        apply(desk, "", Bulk("confirm"), 4)
    assert desk.rows(select(REVIEWS)) == []


def test_the_audit_has_a_row_a_piece(desk: Desk):
    fill(desk, 5)
    done = apply(desk, "", Bulk("confirm"), 5)
    rows = desk.rows(select(AuditRow.__table__).order_by(AuditRow.sequence))
    assert [(row["what"], row["after"]["notes"]) for row in rows] == [(f"bulk:{done.id}", 4), (f"bulk:{done.id}", 1)]


def test_broken_off_in_the_middle_the_rest_can_be_undone(desk: Desk):
    fill(desk)
    work, asked = begin(desk, "", Bulk("confirm"), 10), iter([True, False])
    acting.carry_out(desk.database, work, desk.policy, desk.later, going=lambda: next(asked))
    found = run(desk, work)
    assert (found.state, found.saved, found.standing, found.last) == ("broken", 4, 4, True)
    assert (len(desk.undo(act=work.id)), len(desk.names()), run(desk, work).standing) == (4, 10, 0)


def test_a_bulk_whose_process_was_killed_is_told_as_broken_off(desk: Desk):
    fill(desk)
    work, pieces = begin(desk, "", Bulk("skip"), 10), iter(range(1))
    with pytest.raises(StopIteration):
        acting.carry_out(desk.database, work, desk.policy, desk.later, going=lambda: next(pieces) == 0)
    assert run(desk, work).state == "running"
    desk.seconds += 200
    assert (run(desk, work).state, len(desk.undo(act=work.id))) == ("broken", 4)


def test_nobody_sees_the_bulk_of_another(desk: Desk):
    fill(desk, 2)
    work = begin(desk, "", Bulk("skip"), 2)
    with desk.database.read() as connection, pytest.raises(RequestError, match="no such bulk"):
        run_of(connection, work.id, "ben", desk.later())
