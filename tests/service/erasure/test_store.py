"""Erasure: nothing of a note is left in any table or file, and the audit says that it went."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, text

from insight_classifier.errors import InsightError
from service.audit.store import verify
from service.audit.tables import AuditRow
from service.database import Database
from service.engines import sqlite_file
from service.erasers import ERASERS
from service.erasure.rules import Chosen
from service.erasure.store import Erased, count, erase, erase_notes
from service.errors import RequestError
from service.notes.store import keep
from tests.service.erasure.conftest import AT, HCP, MARK, MARKS, fill
from tests.service.notes.made import delivery

Content = Callable[[], str]


def erased(database: Database, by: str, reference: str, why: str | None = None) -> Erased:
    return erase(database, Chosen(by, reference), ERASERS, who="key:ab", why=why)


def test_all_of_a_professional_is_gone_from_every_table(database: Database, content: Content):
    fill(database)
    fingerprint = delivery(f"0 {MARK} " * 50).content_hash
    assert [mark for mark in (*MARKS, fingerprint) if mark not in content()] == [MARKS[1], MARKS[3]]
    assert erased(database, "hcp", HCP, "request 7").notes == 3
    assert [mark for mark in (*MARKS, fingerprint) if mark in content()] == []


def test_the_audit_keeps_that_it_happened_without_the_person(database: Database, content: Content):
    ids = fill(database)
    erased(database, "author", "author 0", "request 7")
    with database.read() as connection:
        rows = connection.execute(select(AuditRow.__table__).where(AuditRow.action == "note.erase")).all()
        assert verify(connection)[2] == []
    assert {(row.what, row.who, row.why, row.after["by"]) for row in rows} == {
        (f"note:{ids[n]}", "key:ab", "request 7", "author") for n in (0, 2)
    }
    assert "author 0" not in content()


def test_others_notes_stay(database: Database):
    ids = fill(database)
    assert erased(database, "author", "author 0").notes == 2
    assert erased(database, "note", ids[1]).notes == 1
    assert erased(database, "note", ids[1]).notes == 0
    assert erased(database, "author", "author 1").notes == 0


def test_whom_only_an_older_version_names_is_found(database: Database):
    fill(database)
    database.write(lambda c: keep(c, delivery("new words", "the crm's id 0", hcp="another"), AT))
    with database.read() as connection:
        assert count(connection, Chosen("hcp", HCP)) == 3
    assert erased(database, "hcp", HCP).notes == 3


def test_more_notes_than_a_piece_go_too(database: Database):
    fill(database, 450)
    assert erased(database, "hcp", HCP).notes == 450


def test_a_late_delivery_does_not_bring_it_back(database: Database, content: Content):
    fill(database)
    erased(database, "hcp", HCP)
    with pytest.raises(RequestError) as refused:
        database.write(lambda c: keep(c, delivery(MARK, "the crm's id 1"), AT))
    assert refused.value.code == "note_erased"
    assert MARK not in content()


def test_an_eraser_that_fails_leaves_the_note_whole(database: Database, content: Content):
    def fail(connection: Connection, note_ids: Sequence[str]) -> int:
        connection.execute(text("SELECT * FROM nowhere"))
        return 0

    ids = fill(database)
    before = content()
    with pytest.raises(InsightError, match="lacks its tables"):
        database.write(lambda c: erase_notes(c, ids, [*ERASERS, fail], "me", None))
    assert content() == before


def test_nothing_is_left_in_the_files(sqlite_url: str):
    with Database(sqlite_url) as database:
        fill(database, 50)
        assert found_in_files(database)
        assert erased(database, "hcp", HCP).overwritten
        assert found_in_files(database) == []


def test_a_reader_that_prevents_overwriting_is_told_and_the_next_erasure_does_it(sqlite_url: str):
    with Database(sqlite_url) as database:
        fill(database, 50)
        with database.read() as connection:
            connection.execute(text("SELECT count(*) FROM notes")).one()
            assert erased(database, "hcp", HCP).overwritten is False
        assert erased(database, "hcp", HCP) == Erased(0, overwritten=True)
        assert found_in_files(database) == []


def found_in_files(database: Database) -> list[str]:
    """The database, its log and whatever else lies beside it."""
    files: list[Path] = sorted(sqlite_file(database.url).parent.glob("insight.db*"))
    return [f"{file.name}: {mark}" for file in files for mark in MARKS if mark.encode() in file.read_bytes()]
