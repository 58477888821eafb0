"""Gold notes, what may become one, and where people stand. On either database."""

import pytest

from service.calibration.store import candidates, gold_notes, make_gold, passes, standing_of
from service.errors import RequestError
from tests.service.reviews.desk import Desk


def gold(desk: Desk, *names: str) -> None:
    for name in names:
        desk.note(name)
        desk.decide(name, "confirm", "lea")
        desk.database.write(lambda c, name=name: make_gold(c, desk.kept[name].note_id, "lea", desk.later(), why="clear"))  # type: ignore[misc]


def test_what_one_decided_may_become_gold_and_is_listed(desk: Desk) -> None:
    desk.note("a")
    desk.decide("a", "confirm", "lea")
    with desk.database.read() as connection:
        assert [len(candidates(connection, who, desk.definition)) for who in ("lea", "ben")] == [1, 0]
    gold(desk, "b")
    with desk.database.read() as connection:
        [one] = gold_notes(connection, desk.definition)
    assert (one.note_id, one.set_by, one.why) == (desk.kept["b"].note_id, "lea", "clear")


def test_nobody_makes_gold_of_what_another_said(desk: Desk) -> None:
    desk.note("a")
    desk.decide("a", "confirm", "ben")
    with pytest.raises(RequestError, match="Decide on it first"):
        desk.database.write(lambda c: make_gold(c, desk.kept["a"].note_id, "lea", desk.later()))


def test_a_person_stands_by_their_own_answers(desk: Desk) -> None:
    gold(desk, "a", "b", "c")
    choice = next(desk.definition.of_kind("choice"))
    desk.decide("a", "confirm", "new")
    desk.decide("b", "change", "new", changes={choice.name: choice.names[1]})
    with desk.database.read() as connection:
        found, key = standing_of(connection, "new", desk.definition), standing_of(connection, "lea", desk.definition)
    assert (found.notes, found.same_label, found.left, found.passed) == (2, 2, 1, False)
    [missed] = [line for line in found.lines if line.misses]
    assert (missed.title, missed.right, missed.of) == (choice.title, 1, 2)
    assert (key.notes, key.left) == (0, 0)


def test_others_learn_only_whether_somebody_passed(desk: Desk) -> None:
    gold(desk, "a")
    with desk.database.read() as connection:
        assert passes(connection) == []
    desk.decide("a", "confirm", "new")
    with desk.database.read() as connection:
        assert passes(connection) == [("Somebody", True)]
