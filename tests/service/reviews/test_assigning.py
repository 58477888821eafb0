"""Whose a note is: who may give it to whom, and its trace in the audit."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from service.accounts.rules import Account
from service.accounts.store import disable
from service.audit.tables import AuditRow
from service.errors import Forbidden, RequestError
from service.reviews.assigning import assign, assign_one, assignees
from tests.service.accounts.walk import signed_in
from tests.service.reviews.desk import Desk

AT = datetime(2026, 5, 4, tzinfo=UTC)


def give(desk: Desk, name: str, to: str | None, account: Account) -> str | None:
    """Whose the note is then."""
    note = desk.kept[name].note_id
    desk.database.write(lambda c: assign_one(c, note, to, account, AT))
    return str(desk.card(name).assigned_to) if desk.card(name).assigned_to else None


def person(desk: Desk, login: str, role: str) -> Account:
    return signed_in(desk.database, login, role).account


def test_what_is_assigned_stands_in_ones_own_queue(desk: Desk) -> None:
    desk.note("a")
    desk.note("b")
    assert desk.database.write(lambda c: assign(c, [desk.kept["a"].note_id], "ben", "lea", AT)) == 1
    assert [desk.names("queue=mine", who=who) for who in ("ben", "anna")] == [["a"], []]
    assert desk.names("assigned=ben", who="anna") == ["a"]


def test_a_lead_gives_to_anyone_who_reviews_and_takes_away(desk: Desk) -> None:
    desk.note("a")
    lea, rita, ben = person(desk, "lea", "lead"), person(desk, "rita", "reviewer"), person(desk, "ben", "reviewer")
    assert [give(desk, "a", to, lea) for to in (rita.id, ben.id, None)] == [rita.id, ben.id, None]


def test_a_reviewer_takes_what_is_nobodys_and_gives_up_their_own_alone(desk: Desk) -> None:
    desk.note("a")
    rita, ben = person(desk, "rita", "reviewer"), person(desk, "ben", "reviewer")
    assert give(desk, "a", rita.id, rita) == rita.id
    for to, who in ((ben.id, ben), (None, ben), (ben.id, rita)):
        with pytest.raises(Forbidden, match="lead"):
            give(desk, "a", to, who)
    assert give(desk, "a", None, rita) is None


def test_nobody_is_given_a_note_who_does_not_review(desk: Desk) -> None:
    desk.note("a")
    lea, vera, gone = person(desk, "lea", "lead"), person(desk, "vera", "viewer"), person(desk, "gus", "reviewer")
    desk.database.write(lambda c: disable(c, gone.id, who="test", at=AT))
    for to in (vera.id, gone.id, "acc_nobody"):
        with pytest.raises(RequestError, match="nobody"):
            give(desk, "a", to, lea)
    with desk.database.read() as connection:
        assert assignees(connection) == {lea.id: lea.name}


def test_each_change_is_audited_once(desk: Desk) -> None:
    desk.note("a")
    rita = person(desk, "rita", "reviewer")
    give(desk, "a", rita.id, rita)
    give(desk, "a", rita.id, rita)
    told = [row for row in desk.rows(select(AuditRow.__table__)) if row["action"] == "review.assign"]
    assert [(row["what"], row["after"]) for row in told] == [(f"note:{desk.kept['a'].note_id}", {"to": rita.id, "notes": 1})]


def test_a_note_that_is_gone_is_said_to_be(desk: Desk) -> None:
    rita = person(desk, "rita", "reviewer")
    with pytest.raises(RequestError, match="no such note"):
        desk.database.write(lambda c: assign_one(c, "0" * 32, None, rita, AT))
