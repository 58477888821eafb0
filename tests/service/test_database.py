"""The database: what is told to be stored is stored, on SQLite and on PostgreSQL."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from sqlalchemy import Connection, column, insert, select, table, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from insight_classifier.errors import ConfigError
from service.database import Database
from service.engines import sqlite_file
from service.errors import StorageUnavailable
from tests.postgres import PostgresServer

WORDS = table("words", column("word"), column("length"))


@pytest.fixture
def words(database: Database) -> None:
    database.write(lambda c: c.execute(text("CREATE TABLE words (word TEXT PRIMARY KEY, length INTEGER)")) and None)


def add(word: str) -> Callable[[Connection], int]:
    def write(connection: Connection) -> int:
        connection.execute(insert(WORDS).values(word=word, length=len(word)))
        return len(word)

    return write


def stored(connection: Connection) -> list[str]:
    return list(connection.scalars(select(WORDS.c.word).order_by(WORDS.c.word)))


def read(database: Database) -> list[str]:
    with database.read() as connection:
        return stored(connection)


@pytest.mark.usefixtures("words")
def test_a_write_gives_its_result_once_it_is_stored(database: Database):
    assert database.write(add("uptake")) == 6
    assert read(database) == ["uptake"]


@pytest.mark.usefixtures("words")
def test_a_failure_in_a_group_fails_its_caller_alone(database: Database):
    names = [f"w{n}" for n in range(20)]
    futures = [database.submit(add(name)) for name in [*names, "w3"]]
    assert [future.exception() is None for future in futures] == [True] * 20 + [False]
    assert isinstance(futures[-1].exception(), IntegrityError)
    assert read(database) == sorted(names)


@pytest.mark.usefixtures("words")
def test_fifty_threads_that_read_and_then_write_lose_nothing(database: Database):
    database.write(add("counter"))

    def count(connection: Connection) -> None:
        length = connection.scalar(select(WORDS.c.length))
        connection.execute(update(WORDS).values(length=length + 1))

    with ThreadPoolExecutor(50) as pool:
        list(pool.map(lambda _: database.write(count), range(200)))
    with database.read() as connection:
        assert connection.scalar(select(WORDS.c.length)) == 7 + 200


@pytest.mark.usefixtures("words")
def test_it_can_be_awaited(database: Database):
    async def work() -> list[str]:
        await asyncio.gather(*(database.write_async(add(f"a{n}")) for n in range(5)))
        return await database.read_async(stored)

    assert asyncio.run(work()) == ["a0", "a1", "a2", "a3", "a4"]


@pytest.mark.usefixtures("words")
def test_a_reader_cannot_write(database: Database):
    with pytest.raises((DBAPIError, StorageUnavailable)), database.read() as connection:
        add("no")(connection)
    assert read(database) == []


def test_a_database_that_vanished_stores_nothing_and_says_so(sqlite_url: str):
    with Database(sqlite_url) as database:
        database.write(lambda c: c.execute(text("CREATE TABLE words (word TEXT, length INTEGER)")) and None)
        database.write(add("before"))
        sqlite_file(database.url).unlink()
        with pytest.raises(StorageUnavailable) as refused:
            database.write(add("lost"))
    assert refused.value.retry_after == 5


def test_a_database_that_another_program_locks_is_told_and_found_again(sqlite_url: str):
    with Database(sqlite_url) as database, closing(sqlite3.connect(sqlite_file(database.url), isolation_level=None)) as other:
        database.write(lambda c: c.execute(text("CREATE TABLE words (word TEXT, length INTEGER)")) and None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageUnavailable, match="locked"):
            database.write(add("lost"))
        other.execute("ROLLBACK")
        database.write(add("after"))
        assert read(database) == ["after"]


def test_a_full_disk_fails_everyone_and_stores_nothing(sqlite_url: str):
    with Database(sqlite_url) as database:
        database.write(lambda c: c.execute(text("CREATE TABLE words (word TEXT, length INTEGER)")) and None)
        pages = database.write(lambda c: c.scalar(text("PRAGMA page_count")))
        database.write(lambda c: c.execute(text(f"PRAGMA max_page_count={pages + 2}")).all())
        futures = [database.submit(add("x" * 2000)) for _ in range(20)]
        failed = [future.exception() for future in futures if future.exception()]
        assert len(failed) + len(read(database)) == 20
        assert {type(problem) for problem in failed} == {StorageUnavailable}
        database.write(lambda c: c.execute(text("PRAGMA max_page_count=1000000")).all())
        database.write(add("after"))
        assert "after" in read(database)


def test_a_file_that_is_no_database_is_told(sqlite_url: str):
    with Database(sqlite_url) as database:
        sqlite_file(database.url).write_bytes(b"no database at all" * 1000)
        with pytest.raises(StorageUnavailable, match="no database"), database.read() as connection:
            connection.execute(text("SELECT 1 FROM sqlite_master"))


def test_a_database_that_comes_back_is_found_again(sqlite_url: str):
    with Database(sqlite_url) as database:
        file = sqlite_file(database.url)
        database.write(lambda c: c.execute(text("CREATE TABLE words (word TEXT, length INTEGER)")) and None)
        database.scrub()
        away = file.rename(file.with_name("away.db"))
        with pytest.raises(StorageUnavailable):
            database.write(add("lost"))
        away.rename(file)
        database.write(add("after"))
        assert read(database) == ["after"]


def test_a_server_that_restarts_is_found_again(postgres: PostgresServer, postgres_url: str):
    with Database(postgres_url) as database:
        database.write(lambda c: c.execute(text("CREATE TABLE words (word TEXT, length INTEGER)")) and None)
        postgres.stop("fast")  # this server is set up to be fast, not to survive a crash
        with pytest.raises(StorageUnavailable):
            database.write(add("lost"))
        postgres.start()
        database.write(add("after"))
        assert read(database) == ["after"]


@pytest.mark.parametrize("url", ["mysql://here/db", "sqlite://", "sqlite:///:memory:", "no address"])
def test_an_address_of_no_known_database_is_refused(url: str):
    with pytest.raises(ConfigError, match="sqlite:///insight.db"):
        Database(url)
