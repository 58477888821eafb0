"""Where people differ: the notes, and what about, until somebody settles it."""

import pytest

from insight_classifier.definition import Definition
from service.agreement.disputes import Disputes, disputes, title
from service.database import Database
from tests.service.reviews.desk import TEXT, Desk, every_check


@pytest.fixture
def desk(database: Database, definition: Definition) -> Desk:
    return Desk(database, definition, double_share=1.0)


def found(desk: Desk) -> Disputes:
    with desk.database.read() as connection:
        return disputes(connection, desk.definition)


def apart(desk: Desk, name: str, *checks: str) -> str:
    """Two people decide on a note in which all checks are met; the second denies some."""
    note = desk.note(name, *every_check(desk.definition))
    desk.decide(name, "confirm", "anna")
    dimension = next(one for one in desk.definition.of_kind("checks") if set(checks) <= set(one.names))
    desk.decide(name, "change", "ben", changes={dimension.name: dict.fromkeys(checks, False)})
    return note


def test_the_most_disputed_note_comes_first_with_what_people_differ_on(desk: Desk, definition: Definition) -> None:
    *rest, last = every_check(definition)
    one, several = apart(desk, "a", last), apart(desk, "b", *rest, last)
    told = found(desk)
    assert [note.note_id for note in told.notes] == [several, one]
    assert told.notes[1].members == (definition.checks[last].title,)
    assert (told.seen, told.notes[0].people, told.notes[0].words) == (2, 2, TEXT)
    key = next((d.name, last) for d in definition.of_kind("checks") if last in d.names)
    assert (told.counts[key], title(key, definition)) == (2, definition.checks[last].title)


def test_people_who_agree_and_one_alone_are_no_dispute(desk: Desk) -> None:
    for name, people in (("a", ("anna", "ben")), ("b", ("anna",))):
        desk.note(name)
        for who in people:
            desk.decide(name, "confirm", who)
    assert found(desk) == Disputes((), {}, 0)


def test_what_somebody_settled_is_no_dispute_any_more(desk: Desk, definition: Definition) -> None:
    last = every_check(definition)[-1]
    apart(desk, "a", last)
    dimension = next(one for one in definition.of_kind("checks") if last in one.names)
    desk.decide("a", "adjudicate", "lea", changes={dimension.name: {last: False}})
    assert found(desk).notes == ()
