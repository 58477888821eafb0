"""The database: connections for reading, and one writer whose word counts only after the commit.

Tables are declared in `service/<noun>/tables.py` on `Base`; `service/migrations/README.md` says how to add one.
"""

import asyncio
import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Self, TypeVar

from sqlalchemy import JSON, Connection, DateTime, Dialect, MetaData
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from insight_classifier.errors import ConfigError
from service.engines import is_same_file, is_sqlite, make_engine, read_url, sqlite_file
from service.errors import StorageUnavailable
from service.storage_errors import translated
from service.writer import Writer

T = TypeVar("T")

DEFAULT_DATABASE = "sqlite:///insight.db"
QUEUED_WRITES = 2000


class Moment(TypeDecorator[datetime]):
    """A moment in UTC with its zone, also on SQLite, which knows none."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """All tables of the service. JSON is kept as it was written: plain JSON on PostgreSQL too, which keeps the order of keys."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {dict[str, Any]: JSON, datetime: Moment}


class Database:
    """A migrated database. Use it in a `with` block, or `start` before use and `close` after."""

    def __init__(self, url: str, *, queued_writes: int = QUEUED_WRITES) -> None:
        """Raises ConfigError where the address is none of a SQLite file or a PostgreSQL database."""
        self.url = read_url(url)
        self.dialect = self.url.get_backend_name()
        self._read_engine = make_engine(self.url, read_only=True)
        self._write_engine = make_engine(self.url, pool_size=1)
        self._writer = Writer(self._begin, waiting=queued_writes)

    def start(self) -> Self:
        self._writer.start()
        return self

    def close(self) -> None:
        """Store what waits, then let go of the database."""
        self._writer.close()
        self._read_engine.dispose()
        self._write_engine.dispose()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *error: object) -> None:
        self.close()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that can only read, in one transaction. Blocks: in async code use `read_async`. Raises StorageUnavailable."""
        try:
            with self._read_engine.begin() as connection:
                yield connection
        except SQLAlchemyError as problem:
            raise translated(problem) from problem

    async def read_async(self, function: Callable[[Connection], T]) -> T:
        """What `function` reads, in a thread. Raises StorageUnavailable."""
        return await asyncio.to_thread(self._read, function)

    def _read(self, function: Callable[[Connection], T]) -> T:
        with self.read() as connection:
            return function(connection)

    def submit(self, function: Callable[[Connection], T]) -> "Future[T]":
        """Queue a function that writes; its result arrives once it is committed. Raises StorageUnavailable where the queue is full."""
        return self._writer.submit(function)

    def write(self, function: Callable[[Connection], T]) -> T:
        """What `function` returns, once it is committed. Blocks: in async code use `write_async`.

        The function gets a connection inside a transaction and touches nothing else: it may be run twice, and what it raises
        undoes it alone. Raises StorageUnavailable where the database cannot take it; nothing is stored then, unless a connection
        broke during the commit itself, so a caller that must not store twice writes under a key of its own.
        """
        return self.submit(function).result()

    async def write_async(self, function: Callable[[Connection], T]) -> T:
        """As `write`; a caller that leaves before its turn is skipped."""
        return await asyncio.wrap_future(self.submit(function))

    def scrub(self) -> bool:
        """After an erasure: make sure that the erased pages are overwritten in the files. False where readers prevent it for now."""
        if not is_sqlite(self.url):
            return True  # the server's own vacuum and log retention decide
        raw = self._write_engine.raw_connection()
        try:
            busy, _, _ = raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not busy
        finally:
            raw.close()

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        with self._write_engine.begin() as connection:
            known = connection.info
            yield connection
            self._require_open(connection)
        if is_sqlite(self.url) and not is_same_file(sqlite_file(self.url), known):
            self._write_engine.dispose()
            raise StorageUnavailable("The database file was removed or replaced. Nothing was stored; try again in 5 s.", retry_after=5)

    def _require_open(self, connection: Connection) -> None:
        """SQLite ends a transaction of itself when the disk is full; its commit then says nothing."""
        raw = connection.connection.dbapi_connection
        if is_sqlite(self.url) and not getattr(raw, "in_transaction", True):
            raise StorageUnavailable("The database gave up the transaction. Nothing was stored; try again in 5 s.", retry_after=5)


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


def moment_text(at: datetime) -> str:
    """A moment as programs are told it: ISO 8601 in UTC, with a Z."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def content_json(value: object) -> str:
    """JSON of which equal values have equal texts: for hashes. Any string can be written, half a surrogate pair too."""
    try:
        return json.dumps(value, ensure_ascii=True, allow_nan=False, sort_keys=True, separators=(",", ":"))
    except ValueError as problem:
        raise ConfigError("a value that is no JSON cannot be stored") from problem
