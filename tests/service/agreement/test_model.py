"""The model against people, on the notes that two of them decided. On either database."""

import pytest

from service.agreement.model import against_model
from service.reviews.agreeing import LABEL, agreement
from tests.service.reviews.desk import Desk
from tests.service.reviews.test_agreeing import decide_apart


def test_the_model_is_compared_with_whoever_decided_first(desk: Desk) -> None:
    decide_apart(desk, 8, 2)  # anna, who comes first, confirms all
    with desk.database.read() as connection:
        model, people = against_model(connection, desk.definition), agreement(connection, desk.definition)
    assert (model[LABEL].value, model[LABEL].units, people[0].all.units) == (1, 8, 8)
    assert (people[0].all.value or 0) < 1
    assert set(model) == {single.key for single in people}


def test_a_person_who_differs_is_seen(desk: Desk) -> None:
    desk.double_share = 1.0
    choice = next(desk.definition.of_kind("choice"))
    for number in range(4):
        desk.note(f"n{number}")
        desk.decide(f"n{number}", "change", "anna", changes={choice.name: choice.names[number % 2]})
        desk.decide(f"n{number}", "confirm", "ben")
    with desk.database.read() as connection:
        found = against_model(connection, desk.definition)
    assert found[choice.name, ""].observed == pytest.approx(0.5)


def test_notes_that_one_person_decided_are_left_out(desk: Desk) -> None:
    desk.note("a")
    desk.decide("a", "confirm")
    with desk.database.read() as connection:
        assert against_model(connection, desk.definition, blind=False)[LABEL].units == 0
