"""Insights and near misses are what themes are made of; people's word comes before the model's."""

from service.themes.reading import latest_notes
from tests.service.reviews.desk import Desk, every_check
from tests.service.themes.conftest import Filled


def found(desk: Desk, most: int = 100) -> dict[str, bool]:
    names = {kept.note_id: name for name, kept in desk.kept.items()}
    with desk.database.read() as connection:
        return {names[note.id]: note.insight for note in latest_notes(connection, desk.definition, most)}


def test_insights_and_near_misses_and_nothing_else(desk: Desk) -> None:
    whole = every_check(desk.definition)
    for name, met in (("insight", whole), ("near", whole[:-1]), ("far", ())):
        desk.note(name, *met)
    assert found(desk) == {"insight": True, "near": False}


def test_people_make_an_insight_a_near_miss(desk: Desk) -> None:
    whole = every_check(desk.definition)
    desk.note("a", *whole)
    dimension = next(d for d in desk.definition.of_kind("checks") if whole[-1] in d.names)
    desk.decide("a", "change", changes={dimension.name: {whole[-1]: False}})
    assert found(desk) == {"a": False}


def test_the_latest_are_taken_with_what_is_known_of_them(filled: Filled) -> None:
    desk = filled(6)
    assert set(found(desk, 2)) == {"n4", "n5"}
    with desk.database.read() as connection:
        [note] = latest_notes(connection, desk.definition, 1)
    assert (note.author, note.physician, note.country, str(note.day)) == ("msl-0", "dr-5", "C1", "2026-05-03")
