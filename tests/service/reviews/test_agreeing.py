"""Agreement of reviewers, and gold notes, from decisions in the database. On either database."""

import pytest

from service.errors import RequestError
from service.reviews.agreeing import LABEL, agreement, versions
from service.reviews.gold import set_gold, unset_gold
from service.reviews.reading import reviews_of
from tests.service.reviews.desk import Desk, every_check


def decide_apart(desk: Desk, notes: int = 8, apart: int = 2) -> None:
    """Two people on each note; on the last of them they differ."""
    desk.double_share = 1.0
    for number in range(notes):
        desk.note(f"n{number}", *(every_check(desk.definition) if number % 2 else ()))
        desk.decide(f"n{number}", "confirm", "anna")
        differs = {d.name: dict.fromkeys(d.names, False) for d in desk.definition.of_kind("checks")}
        desk.decide(f"n{number}", "change" if number >= notes - apart else "confirm", "ben", changes=differs)


def test_agreement_is_told_for_each_dimension_and_pair(desk: Desk):
    decide_apart(desk)
    with desk.database.read() as connection:
        found = {one.key: one for one in agreement(connection, desk.definition)}
    label = found[LABEL]
    assert (label.all.units, label.all.observed) == (8, pytest.approx(7 / 8))
    assert label.pairs["anna", "ben"].value == pytest.approx(0.75)
    assert label.all.low <= label.all.value <= label.all.high
    assert len(found) == 1 + len(desk.definition.checks) + 2


def test_decisions_that_were_not_blind_are_left_out_unless_asked_for(desk: Desk):
    desk.note("a")
    desk.decide("a", "confirm", "anna")
    desk.decide("a", "confirm", "ben")
    with desk.database.read() as connection:
        units = [agreement(connection, desk.definition, blind=blind)[0].all.units for blind in (True, False)]
    assert units == [0, 1]


def test_agreement_is_of_one_version_of_the_definition(desk: Desk):
    decide_apart(desk, 2, 0)
    with desk.database.read() as connection:
        assert versions(connection) == [(desk.definition.fingerprint, desk.definition.version)]
        assert agreement(connection, desk.definition, fingerprint="another")[0].all.units == 0


def test_a_blind_reviewer_sees_nothing_of_the_other_until_the_decision(desk: Desk):
    desk.double_share = 1.0
    note_id = desk.note("a")
    desk.decide("a", "confirm", "anna")
    with desk.database.read() as connection:
        blind, lead = reviews_of(connection, note_id, "ben"), reviews_of(connection, note_id, "lea", sees_all=True)
    assert (len(blind.reviews), blind.hidden, len(lead.reviews)) == (0, 1, 1)
    desk.decide("a", "confirm", "ben")
    with desk.database.read() as connection:
        assert len(reviews_of(connection, note_id, "ben").reviews) == 2


def test_gold_is_offered_until_it_is_answered_and_raises_no_dispute(desk: Desk):
    desk.note("a")
    saved = desk.decide("a", "confirm", "lea")
    desk.database.write(lambda c: set_gold(c, saved.id, "lea", desk.later()))
    assert desk.names("queue=calibration", who="new") == ["a"]
    choice = next(desk.definition.of_kind("choice"))
    desk.decide("a", "change", "new", changes={choice.name: choice.names[1]})
    assert (desk.names("queue=disagree"), desk.names("queue=calibration", who="new")) == ([], [])


def test_gold_goes_with_the_decision_that_it_was(desk: Desk):
    desk.note("a")
    saved = desk.decide("a", "confirm", "lea")
    desk.database.write(lambda c: set_gold(c, saved.id, "lea", desk.later()))
    desk.undo("lea")
    assert not desk.card("a").gold
    with pytest.raises(RequestError, match="that counts"):
        desk.database.write(lambda c: set_gold(c, saved.id, "lea", desk.later()))
    assert desk.database.write(lambda c: unset_gold(c, desk.kept["a"].note_id, "lea", desk.later())) is False
