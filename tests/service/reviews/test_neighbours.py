"""Neighbours: earlier notes that share rare words, the nearer the more they are about the same."""

import numpy as np
from sqlalchemy import Connection

from service.reviews.neighbours import RARE, Neighbour, looked_for, neighbours
from service.vectors.rules import to_bytes
from service.vectors.store import Made, keep
from tests.service.reviews.desk import Desk

RENAL = "Nephrologist in Leeds: velorenone is not started because potassium is feared."


def near(desk: Desk, name: str, limit: int = 5) -> list[Neighbour]:
    with desk.database.read() as connection:
        return neighbours(connection, desk.kept[name].note_id, limit)


def names(desk: Desk, found: list[Neighbour]) -> list[str]:
    return [name for one in found for name, kept in desk.kept.items() if kept.note_id == one.note_id]


def give_vector(desk: Desk, name: str, *numbers: float) -> None:
    kept, vector = desk.kept[name], to_bytes(np.array(numbers, dtype=np.float16))

    def write(connection: Connection) -> None:
        keep(connection, [Made(kept.note_id, kept.version_id, "m1", vector)])

    desk.database.write(write)


def test_earlier_notes_that_share_rare_words_are_found(desk: Desk):
    desk.note("other", text="Injection training for asthma nurses in Cork.")
    desk.note("like", text="Velorenone again, and the potassium: nobody measures.")
    desk.note("a", text=RENAL)
    desk.note("later", text=RENAL)
    assert names(desk, near(desk, "a")) == ["like"]


def test_a_note_that_has_more_of_the_rare_words_is_nearer(desk: Desk):
    desk.note("one", text="Potassium, in passing.")
    desk.note("both", text="Velorenone and potassium.")
    desk.note("a", text=RENAL)
    assert names(desk, near(desk, "a")) == ["both", "one"]
    assert names(desk, near(desk, "a", limit=1)) == ["both"]


def test_of_notes_with_the_same_words_the_one_about_the_same_is_nearer(desk: Desk):
    for name in ("apart", "alike"):
        desk.note(name, text="Velorenone was spoken of.")
    desk.note("a", text=RENAL)
    for name, numbers in (("apart", (0, 1)), ("alike", (1, 0)), ("a", (1, 0))):
        give_vector(desk, name, *numbers)
    assert names(desk, near(desk, "a")) == ["alike", "apart"]


def test_a_word_that_many_notes_have_brings_the_latest_of_them(desk: Desk):
    for number in range(RARE + 5):
        desk.note(f"n{number}", text=f"Potassium {number}.")
    desk.note("a", text="Potassium was measured.")
    found = names(desk, near(desk, "a", limit=100))
    assert len(found) == RARE
    assert set(found) == {f"n{number}" for number in range(5, RARE + 5)}


def test_a_note_without_a_card_and_one_without_words_have_no_neighbours(desk: Desk):
    desk.note("first", text="?!")
    desk.note("a", text="?!")
    assert near(desk, "a") == []
    with desk.database.read() as connection:
        assert neighbours(connection, "unknown", 5) == []


def test_the_longest_words_are_looked_for():
    assert looked_for({"text": "An old drug, velorenone; drug?", "next_steps": "Potassium"}) == ["velorenone", "potassium", "drug"]
