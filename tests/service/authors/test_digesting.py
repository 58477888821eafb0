"""An author's private digest: of their own notes alone, by people's word where there is one."""

from insight_classifier.definition import Definition
from service.authors.digesting import own_digest
from service.database import Database
from tests.service.reviews.desk import Desk, every_check
from tests.service.reviews.office import Office
from tests.service.reviews.test_store import answer


def written(desk: Desk, count: int, *met: str, author: str = "msl-7") -> None:
    for number in range(count):
        desk.note(f"{author}-{number}", *met, metadata={"author": author})


def test_too_few_notes_say_so(database: Database, definition: Definition) -> None:
    written(Desk(database, definition), 2)
    with database.read() as connection:
        found, named = own_digest(connection, "msl-7", definition)
    assert found.why
    assert not named


def test_it_is_of_ones_own_notes(database: Database, definition: Definition) -> None:
    desk = Desk(database, definition)
    written(desk, 6)
    written(desk, 9, *every_check(definition), author="msl-8")
    with database.read() as connection:
        found, named = own_digest(connection, "msl-7", definition)
    assert found.notes == 6
    assert found.habit is not None
    assert set(named) == {one.note_id for one in found.reasked}
    assert {note.author for note in named.values()} == {"msl-7"}


def test_peoples_word_counts_before_the_models(database: Database, definition: Definition) -> None:
    desk = Desk(database, definition)
    written(desk, 6)
    for name in list(desk.kept):
        desk.decide(name, "change", answer=answer(desk, *every_check(definition)))
    with database.read() as connection:
        found, _ = own_digest(connection, "msl-7", definition)
    assert {one.need.name for one in found.strengths}


def test_it_stands_on_the_authors_page_alone(office: Office) -> None:
    written(office.desk, 6)
    office.enter("mia", "author", author="msl-7")
    assert "One habit to try" in office.get("/me").text
    office.enter("max", "author", author="msl-8")
    assert "One habit to try" not in office.get("/me").text
