"""SQLite's own way of copying a database that is in use: all pages of one moment."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from insight_classifier.errors import FileError

PATIENCE = 15.0  # seconds that another program may hold the lock


def save(source: Path, target: Path) -> None:
    """Copy a database into a file that stands alone. Its writers wait for nothing. Raises FileError."""
    _copy(source, target, "DELETE")


def load(source: Path, target: Path) -> None:
    """Put a copy's content in place of a database's, in one transaction. Raises FileError."""
    _require_sound(source)
    try:
        target.absolute().parent.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise FileError(f"{target.parent}: the folder cannot be made: {problem.strerror}.") from problem
    _copy(source, target, "WAL")


def _copy(source: Path, target: Path, journal: str) -> None:
    try:
        with closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as old, closing(sqlite3.connect(target)) as new:
            old.backup(new, progress=_impatient())
            new.execute(f"PRAGMA journal_mode={journal}")
            new.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as problem:
        raise FileError(f"{target}: {problem}. Nothing was changed; see that its disk has room and nobody else writes it.") from problem


def _impatient() -> Callable[[int, int, int], None]:
    """By itself the copy would wait for a lock for ever."""
    end = time.monotonic() + PATIENCE

    def check(status: int, remaining: int, total: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and time.monotonic() > end:
            raise sqlite3.OperationalError("another program locks it: stop the service first")

    return check


def _require_sound(file: Path) -> None:
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as opened:
            found = opened.execute("PRAGMA quick_check").fetchone()
    except sqlite3.Error as problem:
        raise FileError(f"{file} is no SQLite database: {problem}. Use another backup.") from problem
    if found != ("ok",):
        raise FileError(f"{file} holds a damaged database. Use another backup.")
