"""`backup` and `restore`: whole or not at all, with a manifest, and never over what is there unless told."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy import inspect
from sqlalchemy.exc import SQLAlchemyError

from insight_classifier.errors import ConfigError, FileError
from service.backup import postgres, sqlite
from service.backup.manifest import Manifest, beside, read_manifest, write_manifest
from service.engines import is_sqlite, make_migration_engine, read_url, sqlite_file
from service.migrations import head, known_revision, revision_of
from service.storage_errors import translated

OWNER_ONLY = 0o600  # a backup is all notes in one file


def backup(url: str, file: Path, at: datetime) -> Manifest:
    """Write a backup while the service goes on running. Raises ConfigError, FileError, StorageUnavailable."""
    for taken in (file, beside(file)):
        if taken.exists():
            raise FileError(f"{taken} exists already, and a backup overwrites nothing. Name another file.")
    revision, address = revision_of(url), read_url(url)
    if revision is None:
        raise ConfigError("the database has no tables yet: there is nothing to back up.")
    with _finished_whole(file) as unfinished:
        if is_sqlite(address):
            sqlite.save(sqlite_file(address), unfinished)
        else:
            postgres.save(address, unfinished)
    return write_manifest(file, address.get_backend_name(), revision, at)


def restore(url: str, file: Path, *, replace: bool = False) -> Manifest:
    """Put a backup's content in place of the database's, all or nothing. Stop the service first.

    Raises FileError for a file that is damaged, of another kind or newer, ConfigError for a database that is not empty.
    """
    manifest, address = read_manifest(file), read_url(url)
    _require_fit(manifest, file, address.get_backend_name())
    if not replace and _holds_tables(url):
        raise ConfigError("the database is not empty. Say --replace to lose all that it holds, or name another --database.")
    if is_sqlite(address):
        sqlite.load(file, sqlite_file(address))
    else:
        postgres.load(file, address, replace=replace)
    return manifest


def _require_fit(manifest: Manifest, file: Path, kind: str) -> None:
    if manifest.kind != kind:
        raise FileError(f"{file} is a backup of a {manifest.kind} database: restore it into one, not into {kind}.")
    if not known_revision(manifest.revision):
        raise FileError(f"{file} is at revision {manifest.revision}, which is newer than this version ({head()}). Install the newer one.")


def _holds_tables(url: str) -> bool:
    """Whether anybody has tables there, in any schema."""
    address = read_url(url)
    if is_sqlite(address) and not sqlite_file(address).exists():
        return False
    engine = make_migration_engine(address)
    try:
        found = inspect(engine)
        return any(found.get_table_names(schema) for schema in found.get_schema_names() if schema != "information_schema")
    except SQLAlchemyError as problem:
        raise translated(problem) from problem
    finally:
        engine.dispose()


@contextmanager
def _finished_whole(file: Path) -> Iterator[Path]:
    """A name to write under, that only its owner reads; the file gets its own name when it is complete and on the disk."""
    unfinished = file.with_name(file.name + ".unfinished")
    try:
        unfinished.unlink(missing_ok=True)
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL, OWNER_ONLY))
        yield unfinished
        with unfinished.open("rb") as written:
            os.fsync(written.fileno())
        os.link(unfinished, file)  # unlike a rename it never replaces a file
    except OSError as problem:
        raise FileError(f"{file} cannot be written: {problem.strerror}.") from problem
    finally:
        for leftover in ("", "-wal", "-shm", "-journal"):
            with suppress(OSError):
                unfinished.with_name(unfinished.name + leftover).unlink()
