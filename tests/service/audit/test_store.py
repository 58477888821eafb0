"""The audit on SQLite and PostgreSQL: one chain whatever happens, and no row that can be bent."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from service.audit.store import append, expire, stands, verify
from service.database import Database

START = datetime(2026, 5, 3, tzinfo=UTC)


def act(database: Database, n: int, **more: object) -> int:
    at = START + timedelta(days=n)
    return database.write(lambda c: append(c, who="key:ab", action="note.score", what=f"note:{n}", after={"n": n}, at=at, **more))


def checked(database: Database):
    with database.read() as connection:
        return verify(connection)


def test_acts_are_a_chain(database: Database):
    assert [act(database, n) for n in range(3)] == [1, 2, 3]
    rows, last, faults = checked(database)
    assert (rows, len(last), faults) == (3, 64, [])


def test_an_empty_audit_is_whole(database: Database):
    assert checked(database) == (0, "0" * 64, [])


def test_an_act_that_fails_leaves_no_trace(database: Database):
    def failing(connection) -> None:
        append(connection, who="key:ab", action="note.score", what="note:1")
        raise ValueError

    with pytest.raises(ValueError):
        database.write(failing)
    assert checked(database)[0] == 0


def test_what_was_there_is_kept_as_a_hash_only(database: Database):
    act(database, 1, before={"text": "the words of a note"})
    with database.read() as connection:
        assert "words" not in str(connection.execute(text("SELECT * FROM audit")).all())


def test_many_writers_make_one_chain(database: Database):
    with Database(database.url.render_as_string(hide_password=False)) as other, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: act((database, other)[n % 2], n), range(40)))
    assert checked(database)[0::2] == (40, [])


@pytest.mark.parametrize("change", ["UPDATE audit SET who = 'nobody'", "DELETE FROM audit", "UPDATE audit_head SET sequence = 0"])
def test_the_database_refuses_changes(database: Database, change: str):
    act(database, 1)
    with pytest.raises(DatabaseError, match="append-only"):
        database.write(lambda c: c.execute(text(change)) and None)


def test_a_change_behind_the_triggers_is_found(database: Database):
    for n in range(3):
        act(database, n)
    drop = "DROP TRIGGER audit_no_update" + (" ON audit" if database.dialect == "postgresql" else "")
    database.write(lambda c: c.execute(text(drop)) and None)
    database.write(lambda c: c.execute(text("UPDATE audit SET who = 'nobody' WHERE sequence = 2")) and None)
    assert [fault.sequence for fault in checked(database)[2]] == [2]


def test_retention_takes_old_rows_and_the_rest_stays_a_chain(database: Database):
    for n in range(5):
        act(database, n)
    cut = START + timedelta(days=3)
    assert database.write(lambda c: expire(c, before=cut, who="system", at=START + timedelta(days=9))) == 3
    rows, _, faults = checked(database)
    assert (rows, faults) == (3, [])  # two young ones, and the row that says what was done


def test_rows_that_went_without_a_word_are_found(database: Database):
    for n in range(5):
        act(database, n)
    database.write(lambda c: c.execute(text("UPDATE audit_head SET expired_through = 2")) and None)
    database.write(lambda c: c.execute(text("DELETE FROM audit WHERE sequence <= 2")) and None)
    assert [fault.problem for fault in checked(database)[2]] == ["rows up to 2 were removed, and no row says that retention did it"]


def test_a_hash_that_was_noted_stands_until_the_tail_is_cut(database: Database):
    act(database, 1)
    first = checked(database)[1]
    act(database, 2)
    second = checked(database)[1]
    suffix = " ON {}" if database.dialect == "postgresql" else ""
    for trigger, table in (("audit_no_delete", "audit"), ("audit_head_forward", "audit_head")):
        database.write(lambda c, t=trigger, on=table: c.execute(text(f"DROP TRIGGER {t}{suffix.format(on)}")) and None)
    database.write(lambda c: c.execute(text("DELETE FROM audit WHERE sequence = 2")) and None)
    database.write(lambda c: c.execute(text("UPDATE audit_head SET sequence = 1, hash = :hash"), {"hash": first}) and None)
    with database.read() as connection:
        assert verify(connection)[2] == []
        assert (stands(connection, first), stands(connection, second)) == (True, False)


def test_retention_again_and_again_stays_a_chain(database: Database):
    for n in range(6):
        act(database, n)
    for day in (2, 4, 9):
        database.write(lambda c, d=day: expire(c, before=START + timedelta(days=d), who="system", at=START + timedelta(days=9)))
        assert checked(database)[2] == []
