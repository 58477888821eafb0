"""A demonstration out of a database: what is somebody's own stays."""

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import select

from insight_classifier.definition import Definition
from service.accounts.store import all_accounts
from service.audit.store import verify
from service.database import Base, Database
from service.demonstration.presence import is_there
from service.demonstration.removing import KEPT, remove
from service.notes.store import NOTES
from tests.service.demonstration.conftest import FEW
from tests.service.reviews.desk import Desk

NOW = datetime(2026, 11, 26, tzinfo=UTC)


def test_nothing_of_it_is_left_but_what_is_never_deleted(
    database: Database, definition: Definition, filled: Callable[[Database], Database]
):
    filled(database)
    with database.read() as connection:
        ids = set(connection.scalars(select(NOTES.c.id)))
    own = Desk(database, definition).note("a")
    assert remove(database, "test", NOW).notes == FEW
    with database.read() as connection:
        assert not is_there(connection)
        assert list(connection.scalars(select(NOTES.c.id))) == [own]
        assert not all_accounts(connection)
        assert verify(connection)[2] == []
        for table in Base.metadata.sorted_tables:
            if "note_id" in table.c and table.name not in KEPT:
                assert not ids & set(connection.scalars(select(table.c.note_id))), table.name


def test_it_can_be_told_again(database: Database, filled: Callable[[Database], Database]):
    filled(database)
    remove(database, "test", NOW)
    filled(database)
    with database.read() as connection:
        assert is_there(connection)


def test_twice_is_once(database: Database, filled: Callable[[Database], Database]):
    filled(database)
    remove(database, "test", NOW)
    assert remove(database, "test", NOW).notes == 0
