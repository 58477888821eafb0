"""Bring a database to the tables of this version, or back: `migrate`, `downgrade`, `revision_of`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.exc import SQLAlchemyError

from insight_classifier.errors import ConfigError
from service.database import Base
from service.engines import is_sqlite, make_migration_engine, read_url, sqlite_file
from service.storage_errors import translated

FOLDER = Path(__file__).parent
LOCK = 7_318_402_516  # any number, the same in all versions: one process migrates a PostgreSQL database at a time


def all_tables() -> MetaData:
    """The tables of every noun."""
    for file in sorted(FOLDER.parent.glob("*/tables.py")):
        import_module(f"service.{file.parent.name}.tables")
    return Base.metadata


def migrate(url: str) -> str:
    """Create the database's tables or bring them up to date; the revision reached. All or nothing.

    Raises ConfigError where the database is newer than the code, StorageUnavailable where it cannot be reached.
    """
    return _changed(url, lambda config: command.upgrade(config, "head"))


def downgrade(url: str, revision: str) -> str:
    """Take the database back to an older revision; "base" removes everything. Raises ConfigError for an unknown one."""
    return _changed(url, lambda config: command.downgrade(config, revision))


def revision_of(url: str) -> str | None:
    """The revision of a database; None where it has no tables yet. Raises StorageUnavailable."""
    address = read_url(url)
    if is_sqlite(address) and not sqlite_file(address).exists():
        return None
    with _connected(url) as connection:
        return _revision(connection)


def require_current(url: str) -> None:
    """Raises ConfigError where a database has other tables than this version needs."""
    revision = revision_of(url)
    if revision != head():
        raise ConfigError(f"the database is at revision {revision or 'none'}, this version needs {head()}: run insight database upgrade.")


def known_revision(revision: str) -> bool:
    """Whether this version knows the tables of a revision."""
    return revision in _known()


def head() -> str:
    """The revision that this version needs."""
    found = _scripts().get_current_head()
    assert found is not None
    return found


def _changed(url: str, change: Callable[[Config], None]) -> str:
    with _connected(url) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        _require_known(_revision(connection))
        config = Config()
        config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
        config.attributes["connection"] = connection
        try:
            change(config)
        except CommandError as problem:
            raise ConfigError(f"{problem}. The revisions are {', '.join(_known())}, and base for an empty database.") from problem
        _require_whole(connection)
        return _revision(connection) or "base"


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    address = read_url(url)
    if is_sqlite(address):
        _make_folder(sqlite_file(address).absolute().parent)
    engine = make_migration_engine(address)
    try:
        with engine.begin() as connection:
            yield connection
    except SQLAlchemyError as problem:
        raise translated(problem) from problem
    finally:
        engine.dispose()


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise ConfigError(f"{folder}: the folder of the database cannot be made: {problem.strerror}.") from problem


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(FOLDER))


def _known() -> list[str]:
    return [script.revision for script in _scripts().walk_revisions()][::-1]


def _require_known(revision: str | None) -> None:
    if revision is not None and not known_revision(revision):
        raise ConfigError(
            f"the database is at revision {revision}, which is newer than this version ({head()}). Install the newer version."
        )


def _require_whole(connection: Connection) -> None:
    """SQLite's foreign keys are off while tables are made anew; they must hold again at the end."""
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise ConfigError("the migration would leave rows without their parents. Nothing was changed; please report it.")
