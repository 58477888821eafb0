"""Erasure: nothing of a note's words is left in any table or file of the desk; that people decided stays. On either database."""

from pathlib import Path

from sqlalchemy import select, text

from service.database import Base
from service.engines import sqlite_file
from service.erasers import ERASERS
from service.erasure.rules import Chosen
from service.erasure.store import erase
from service.reviews.gold import set_gold
from service.reviews.insights import Step, take_step
from service.reviews.store import REVIEWS
from service.webhooks.outbox import emit
from tests.service.reviews.desk import Desk, every_check

WORDS = ("xylophonical", "quizzaciously", "zephyrwards", "jabberwocking")


def fill(desk: Desk) -> str:
    note_id = desk.note("a", *every_check(desk.definition), text=f"{WORDS[0]} is the word of the note.", metadata={"team": WORDS[1]})
    saved = desk.decide("a", "confirm", comment=WORDS[2])
    desk.database.write(lambda c: set_gold(c, saved.id, "lea", desk.later()))
    desk.database.write(lambda c: take_step(c, Step(note_id, "declined", "lea", WORDS[3], WORDS[3]), emit, desk.later()))
    return note_id


def content(desk: Desk) -> str:
    with desk.database.read() as connection:
        return "\n".join(str(tuple(row)) for table in Base.metadata.sorted_tables for row in connection.execute(select(table)))


def test_words_are_gone_from_every_table_and_the_decision_stays(desk: Desk):
    note_id = fill(desk)
    desk.note("other", text="Another note.")
    assert [word for word in WORDS if word not in content(desk)] == []
    assert erase(desk.database, Chosen("note", note_id), ERASERS, who="lea", why=None).notes == 1
    assert [word for word in WORDS if word in content(desk)] == []
    [row] = desk.rows(select(REVIEWS))
    assert (row["kind"], row["answer"]["evidence"], row["comment"]) == ("confirm", [], None)
    assert (desk.names("open=any"), desk.names("queue=calibration"), desk.names("q=note")) == (["other"], [], ["other"])


def test_undo_after_an_erasure_brings_nothing_back(desk: Desk):
    note_id = fill(desk)
    erase(desk.database, Chosen("note", note_id), ERASERS, who="lea", why=None)
    assert (desk.undo(), desk.names("open=any")) == (["a"], [])


def test_no_word_is_left_in_the_files(sqlite_url: str, definition, tmp_path: Path):
    from service.database import Database

    with Database(sqlite_url) as database:
        desk = Desk(database, definition)
        for number in range(30):
            desk.note(f"n{number}", text=f"An ordinary note about number {number}.")
        note_id = fill(desk)
        assert found(database.url) == {*WORDS}
        assert erase(database, Chosen("note", note_id), ERASERS, who="lea", why=None).overwritten
        assert found(database.url) == set()
        with database.read() as connection:
            connection.execute(text("SELECT 1"))
        assert desk.names("q=ordinary", limit=3) == ["n29", "n28", "n27"]


def found(url) -> set[str]:
    files = sorted(sqlite_file(url).parent.glob(f"{sqlite_file(url).name}*"))
    return {word for word in WORDS for file in files if word.encode() in file.read_bytes()}
