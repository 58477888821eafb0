"""Notes as they are delivered: twice, late, at the same moment, with hostile content."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Row, func, select

from service.database import Base, Database
from service.errors import RequestError
from service.notes.reading import find_judgements, history
from service.notes.reading import note as read_note
from service.notes.rows import Kept, new_id
from service.notes.rules import Delivery
from service.notes.store import erase, failed, judged, keep
from service.notes.tables import JudgementRow, MemberRow, NoteRow, VersionRow
from tests.service.notes.made import delivery, judgement

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def arrive(database: Database, given: Delivery, said: dict[str, Any] | None = None, minutes: int = 0) -> Kept:
    def write(connection: Connection) -> Kept:
        kept = keep(connection, given, AT + timedelta(minutes=minutes))
        if said is not None:
            judged(connection, kept, said, AT + timedelta(minutes=minutes))
        return kept

    return database.write(write)


def count(database: Database, table: type[Base]) -> int:
    with database.read() as connection:
        return int(connection.scalar(select(func.count()).select_from(table)) or 0)


def counts(database: Database) -> list[int]:
    return [count(database, table) for table in (NoteRow, VersionRow, JudgementRow)]


def note(database: Database) -> Row[Any]:
    with database.read() as connection:
        return connection.execute(select(NoteRow.__table__)).one()


def test_a_delivery_that_comes_twice_is_one_note_with_one_judgement(database: Database):
    first, second = arrive(database, delivery(), judgement()), arrive(database, delivery(), judgement("no"))
    assert (first.is_new, second.is_new, second.is_current) == (True, False, True)
    assert counts(database) == [1, 1, 1]
    with database.read() as connection:
        (found,) = find_judgements(connection, [delivery()], "d1", "m1")
    assert found is not None
    assert (found.judgement, found.judgement_id) == (judgement(), note(database).current_judgement_id)


def test_what_was_said_is_found_for_many_at_once(database: Database):
    arrive(database, delivery("one", "r1"), judgement())
    arrive(database, delivery("two", "r2"), judgement(model="m2"))
    asked = [delivery("two", "r1"), delivery("one", "r1"), delivery("one", None), delivery("two", "r2"), delivery("one", "r1")]
    with database.read() as connection:
        found = find_judgements(connection, asked, "d1", "m1")
    assert [one and one.judgement["model"]["fingerprint"] for one in found] == [None, "m1", None, None, "m1"]


def test_another_model_s_judgement_is_added_and_counts(database: Database):
    kept = arrive(database, delivery(), judgement())
    arrive(database, delivery(), judgement(model="m2"), minutes=1)
    arrive(database, delivery(), judgement(), minutes=2)
    with database.read() as connection:
        [(version, judgements)] = history(connection, kept.note_id)
    assert [one.model_fingerprint for one in judgements] == ["m1", "m2"]
    assert (note(database).current_judgement_id, version.id) == (judgements[1].id, kept.version_id)


def test_an_older_version_that_comes_late_stays_in_the_history(database: Database):
    new = arrive(database, delivery("two", modified_at=AT, author="new"), judgement())
    old = arrive(database, delivery("one", modified_at=AT - HOUR, author="old"), judgement("no"))
    assert (new.is_current, old.is_current, old.is_new) == (True, False, True)
    assert (note(database).current_version_id, note(database).author) == (new.version_id, "new")
    assert counts(database) == [1, 2, 2]


def test_a_late_version_stays_behind_one_without_a_moment(database: Database):
    arrive(database, delivery("two", modified_at=AT))
    arrive(database, delivery("three"))
    assert arrive(database, delivery("one", modified_at=AT - HOUR)).is_current is False


def test_a_judgement_that_is_late_does_not_count_for_a_newer_version(database: Database):
    first = arrive(database, delivery("one"))
    arrive(database, delivery("two"))
    database.write(lambda connection: judged(connection, first, judgement(), AT))
    assert note(database).current_judgement_id is None


def test_a_record_that_comes_back_to_an_earlier_wording_counts_again_with_its_judgement(database: Database):
    first = arrive(database, delivery("one", modified_at=AT), judgement())
    arrive(database, delivery("two", modified_at=AT + HOUR), judgement("no"))
    again = arrive(database, delivery("one", modified_at=AT + 2 * HOUR))
    assert again.version_id == first.version_id == note(database).current_version_id
    assert (again.is_new, again.is_current, note(database).current_judgement_id is not None) == (False, True, True)
    assert arrive(database, delivery("two", modified_at=AT + HOUR)).is_current is False


def test_a_newer_version_waits_to_be_judged_and_says_why(database: Database):
    arrive(database, delivery("one"), judgement())
    newer = arrive(database, delivery("two"), minutes=1)
    database.write(lambda connection: failed(connection, newer, "judging_failed", AT))
    with database.read() as connection:
        [(_, first), (version, second)] = [(row, judgements) for row, judgements in history(connection, newer.note_id)]
    assert (version.id, version.failure, len(first), len(second)) == (newer.version_id, "judging_failed", 1, 0)


def test_deliveries_at_the_same_moment_make_one_row(database: Database, database_url: str):
    with Database(database_url) as other, ThreadPoolExecutor(16) as pool:
        received = list(pool.map(lambda n: arrive((database, other)[n % 2], delivery(), judgement()), range(40)))
    assert len({one.version_id for one in received}) == 1
    assert sum(one.is_new for one in received) == 1
    assert [*counts(database), count(database, MemberRow)] == [1, 1, 1, 4]


def test_notes_without_an_id_are_different_notes(database: Database):
    arrive(database, delivery(record_id=None))
    arrive(database, delivery(record_id=None))
    assert count(database, NoteRow) == 2


def test_the_same_record_of_two_sources_is_two_notes(database: Database):
    arrive(database, delivery())
    arrive(database, Delivery("vault", "a01", {"text": "x"}))
    assert count(database, NoteRow) == 2


@pytest.mark.parametrize("record_id", ["", "x" * 3000, "a\0b", "\ud800", "x" * 3000 + "y"])
def test_hostile_content_comes_back_as_it_was(database: Database, record_id: str):
    metadata = {"half": "\ud800", "nul": "\0", "deep": [{"é": 1.5}], "big": 2**70}
    kept = arrive(database, delivery("a\ud83d\0\r\n😀", record_id, metadata=metadata))
    with database.read() as connection:
        [(version, _)] = history(connection, kept.note_id)
    assert (version.fields, note(database).metadata) == ({"text": "a\ud83d\0\r\n😀"}, metadata)
    assert arrive(database, delivery("other", record_id)).note_id == kept.note_id


def test_an_erased_note_does_not_come_back(database: Database):
    kept = arrive(database, delivery(), judgement())
    assert database.write(lambda connection: erase(connection, [kept.note_id])) == 1
    assert [*counts(database), count(database, MemberRow)] == [1, 0, 0, 0]
    for write in (lambda c: keep(c, delivery("two"), AT), lambda c: judged(c, kept, judgement(), AT)):
        with pytest.raises(RequestError) as refused:
            database.write(write)
        assert refused.value.code == "note_erased"
    assert (note(database).record_id, note(database).erased_at is not None) == (None, True)
    assert database.write(lambda connection: erase(connection, [kept.note_id])) == 0


def test_a_note_that_is_not_there_is_told(database: Database):
    with database.read() as connection, pytest.raises(RequestError, match="no such note"):
        read_note(connection, "nothing")


def test_ids_sort_by_their_moment():
    ids = [new_id(AT + timedelta(microseconds=n)) for n in range(5)]
    assert ids == sorted(ids)
    assert {len(one) for one in ids} == {32}
