"""Engines for SQLite and PostgreSQL, set so that a commit that was told to anyone survives a power failure."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from insight_classifier.errors import ConfigError

LOCK_SECONDS = 5
STATEMENT_SECONDS = 30
READERS = 8
FORMS = "sqlite:///insight.db or postgresql://user:password@host/name"

# synchronous=FULL, not NORMAL: in WAL mode NORMAL may lose the last commits when the power fails, and a CRM that was told "stored" does
# not send again. The writer commits in groups, so one fsync serves all who wait. secure_delete: erased text is overwritten, not unlinked.
SQLITE_PRAGMAS = {
    "busy_timeout": LOCK_SECONDS * 1000,
    "foreign_keys": "ON",
    "synchronous": "FULL",
    "secure_delete": "ON",
    "temp_store": "MEMORY",
    "journal_size_limit": 64 * 1024 * 1024,
    "cache_size": -32_000,
}


def read_url(url: str) -> URL:
    """A database address, checked: a SQLite file or a PostgreSQL database. Raises ConfigError."""
    try:
        parsed = make_url(url)
    except ArgumentError as problem:
        raise ConfigError(f"the database address cannot be read. Use {FORMS}.") from problem
    kind = parsed.drivername.partition("+")[0]
    if kind in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    if kind != "sqlite":
        raise ConfigError(f"{kind} is no database that is known here. Use {FORMS}.")
    if not parsed.database or parsed.database == ":memory:" or parsed.query:
        raise ConfigError(
            "a SQLite database must be a file, without options: what is in memory is lost at the end. Use sqlite:///insight.db."
        )
    return parsed.set(drivername="sqlite+pysqlite")


def is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def sqlite_file(url: URL) -> Path:
    return Path(str(url.database))


def make_engine(url: URL, *, read_only: bool = False, pool_size: int = READERS) -> Engine:
    """An engine for the running service. It connects when it is first used; a SQLite file is never created by it."""
    if is_sqlite(url):
        return _sqlite_engine(sqlite_file(url), read_only=read_only, pool_size=pool_size)
    engine = _postgres_engine(url, pool_size, lock_timeout=LOCK_SECONDS, statement_timeout=STATEMENT_SECONDS)
    return engine.execution_options(postgresql_readonly=True) if read_only else engine


def make_migration_engine(url: URL) -> Engine:
    """An engine for changing tables: creates a SQLite file, leaves foreign keys unchecked, lets long statements run."""
    if is_sqlite(url):
        return _sqlite_engine(sqlite_file(url), read_only=False, pool_size=1, create=True, foreign_keys="OFF", busy_timeout=60_000)
    return _postgres_engine(url, 1, lock_timeout=60, statement_timeout=0)


def _sqlite_engine(file: Path, *, read_only: bool, pool_size: int, create: bool = False, **pragmas: object) -> Engine:
    connect = _sqlite_connect(file, "rwc" if create else "rw", {**SQLITE_PRAGMAS, **pragmas, "query_only": "ON" if read_only else "OFF"})
    pool: dict[str, Any] = {"poolclass": QueuePool, "pool_size": pool_size, "max_overflow": 0, "pool_timeout": LOCK_SECONDS}
    engine = create_engine("sqlite+pysqlite://", creator=connect, hide_parameters=True, **pool)
    # A transaction that reads first and writes later fails at once when another has written in between: writers take the lock first.
    begin = "BEGIN" if read_only else "BEGIN IMMEDIATE"

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    @event.listens_for(engine, "checkout")
    def same_file(connection: DBAPIConnection, record: ConnectionPoolEntry, proxy: object) -> None:
        if not is_same_file(file, record.info):
            raise DisconnectionError("the database file was replaced")

    @event.listens_for(engine, "connect")
    def remember(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        record.info.update(identity(file))

    return engine


def identity(file: Path) -> dict[str, Any]:
    """Which file this is on the disk, whatever its name; empty where there is none."""
    try:
        status = os.stat(file)
    except OSError:
        return {}
    return {"device": status.st_dev, "inode": status.st_ino}


def is_same_file(file: Path, known: dict[Any, Any]) -> bool:
    """Whether the file is still the one that was opened: SQLite writes on happily into a file that was deleted."""
    now = identity(file)
    return bool(now) and all(known.get(key) == value for key, value in now.items())


def _sqlite_connect(file: Path, mode: str, pragmas: dict[str, object]) -> Callable[[], sqlite3.Connection]:
    address = f"file:{quote(str(file.absolute()))}?mode={mode}"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(address, uri=True, timeout=LOCK_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            for name, value in pragmas.items():
                connection.execute(f"PRAGMA {name}={value}")
            if mode == "rwc":
                connection.execute("PRAGMA journal_mode=WAL")  # once set it stays in the file
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    return connect


def _postgres_engine(url: URL, pool_size: int, *, lock_timeout: int, statement_timeout: int) -> Engine:
    limits = {"lock_timeout": lock_timeout, "statement_timeout": statement_timeout, "idle_in_transaction_session_timeout": 60}
    arguments = {
        "connect_timeout": LOCK_SECONDS,
        "tcp_user_timeout": 10_000,  # ms; a server that was unplugged is noticed
        "application_name": "insight",
        "options": " ".join(f"-c {name}={seconds}s" for name, seconds in limits.items()) + " -c timezone=UTC",
    }
    try:
        # pool_pre_ping: after a restart of the server the first caller gets a new connection, not an error.
        return create_engine(
            url,
            connect_args=arguments,
            pool_pre_ping=True,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=LOCK_SECONDS,
            pool_recycle=1800,
            hide_parameters=True,
        )
    except ModuleNotFoundError as problem:
        raise ConfigError("PostgreSQL needs its driver: pip install 'insight-classifier[postgres]'.") from problem
