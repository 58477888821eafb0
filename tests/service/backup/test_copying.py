"""Backups: what was stored comes back, and nothing is lost by mistake."""

import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from insight_classifier.errors import ConfigError, FileError
from service.audit.store import append, verify
from service.backup import postgres, sqlite
from service.backup.copying import backup, restore
from service.backup.manifest import beside, write_manifest
from service.database import Database
from service.engines import make_migration_engine, read_url, sqlite_file
from service.migrations import downgrade, head, migrate, revision_of
from service.notes.store import judged, keep
from service.notes.tables import NoteRow
from tests.service.notes.made import delivery, judgement

AT = datetime(2026, 3, 1, tzinfo=UTC)


def add(url: str, record_id: str) -> None:
    with Database(url) as database:
        database.write(lambda c: judged(c, keep(c, delivery(record_id=record_id), AT), judgement(), AT))
        database.write(lambda c: append(c, who="me", action="note.receive", what=record_id))


def records(url: str) -> list[str]:
    with Database(url) as database, database.read() as connection:
        assert verify(connection)[2] == []
        return list(connection.scalars(select(NoteRow.record_id).order_by(NoteRow.record_id)))


@pytest.fixture
def kept(database_url: str, tmp_path: Path) -> Path:
    """A backup of a database with one note."""
    add(database_url, "r1")
    backup(database_url, tmp_path / "kept.backup", AT)
    return tmp_path / "kept.backup"


def test_a_backup_comes_back_into_an_empty_database(kept: Path, empty_url: str, database_url: str):
    if empty_url.split(":")[0] != database_url.split(":")[0]:
        with pytest.raises(FileError, match="not into"):
            restore(empty_url, kept)
        assert revision_of(empty_url) is None
    else:
        assert restore(empty_url, kept).revision == revision_of(empty_url) == head()
        assert records(empty_url) == ["r1"]
        add(empty_url, "r2")  # triggers and constraints came along
        assert migrate(empty_url) == head()


def test_a_database_in_use_is_replaced_only_when_told(kept: Path, database_url: str):
    add(database_url, "r2")
    with pytest.raises(ConfigError, match="--replace"):
        restore(database_url, kept)
    assert records(database_url) == ["r1", "r2"]
    restore(database_url, kept, replace=True)
    assert records(database_url) == ["r1"]


def test_what_was_not_in_the_backup_goes(kept: Path, database_url: str):
    with Database(database_url) as database:
        database.write(lambda c: c.execute(text("CREATE TABLE later (id INTEGER)")) and None)
    restore(database_url, kept, replace=True)
    with Database(database_url) as database, database.read() as connection:
        assert not connection.dialect.has_table(connection, "later")


def test_other_schemas_are_saved_and_replaced_too(postgres_url: str, tmp_path: Path):
    with Database(postgres_url) as database:
        for statement in ("CREATE SCHEMA jobs", "CREATE TABLE jobs.work AS SELECT 1 AS id"):
            database.write(lambda c, statement=statement: c.execute(text(statement)) and None)
    backup(postgres_url, tmp_path / "b", AT)
    restore(postgres_url, tmp_path / "b", replace=True)
    with Database(postgres_url) as database, database.read() as connection:
        assert connection.scalar(text("SELECT id FROM jobs.work")) == 1


def test_a_database_of_somebody_else_is_not_taken(database_url: str, tmp_path: Path):
    backup(database_url, tmp_path / "b", AT)
    downgrade(database_url, "base")
    engine = make_migration_engine(read_url(database_url))
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE alembic_version")
        connection.exec_driver_sql("CREATE TABLE theirs (id INTEGER)")
    engine.dispose()
    with pytest.raises(ConfigError, match="not empty"):
        restore(database_url, tmp_path / "b")


def test_a_damaged_backup_changes_nothing(kept: Path, database_url: str):
    content = bytearray(kept.read_bytes())
    content[len(content) // 2] ^= 1
    kept.write_bytes(content)
    with pytest.raises(FileError, match="damaged"):
        restore(database_url, kept, replace=True)
    assert records(database_url) == ["r1"]


@pytest.mark.parametrize("cut", [0.5, 0.95])
def test_a_backup_that_breaks_on_its_way_back_changes_nothing(tmp_path: Path, database_url: str, cut: float):
    add(database_url, "r9")
    broken = tmp_path / "broken.backup"
    made = backup(database_url, broken, AT)
    broken.write_bytes(broken.read_bytes()[: int(made.size * cut)])
    write_manifest(broken, made.kind, made.revision, AT)  # as if it had been made so
    with pytest.raises((ConfigError, FileError), match=r"pg_restore failed|psql failed|damaged|is no SQLite"):
        restore(database_url, broken, replace=True)
    assert records(database_url) == ["r9"]


def test_a_backup_of_a_newer_version_is_refused(kept: Path, database_url: str):
    beside(kept).write_text(json.dumps({**json.loads(beside(kept).read_text()), "revision": "9999"}))
    with pytest.raises(FileError, match="newer"):
        restore(database_url, kept, replace=True)


def test_a_backup_is_read_by_its_owner_alone_and_overwrites_nothing(kept: Path, database_url: str):
    assert kept.stat().st_mode & 0o077 == 0
    with pytest.raises(FileError, match="exists already"):
        backup(database_url, kept, AT)
    assert sorted(file.name for file in kept.parent.glob("kept*")) == ["kept.backup", "kept.backup.manifest.json"]


@pytest.mark.parametrize("content", [None, "", "[]", '{"kind": "sqlite"}'])
def test_a_backup_without_its_manifest_is_refused(sqlite_url: str, tmp_path: Path, content: str | None):
    backup(sqlite_url, tmp_path / "b", AT)
    beside(tmp_path / "b").unlink() if content is None else beside(tmp_path / "b").write_text(content)
    with pytest.raises(FileError, match=r"both needed|no manifest"):
        restore(sqlite_url, tmp_path / "b", replace=True)


def test_a_database_without_tables_has_nothing_to_back_up(empty_url: str, tmp_path: Path):
    with pytest.raises(ConfigError, match="nothing to back up"):
        backup(empty_url, tmp_path / "none", AT)
    assert list(tmp_path.glob("none*")) == []


def test_a_backup_is_whole_while_others_write(database_url: str, tmp_path: Path):
    with Database(database_url) as database:
        futures = [database.submit(lambda c, n=n: keep(c, delivery(record_id=f"r{n}"), AT)) for n in range(300)]
        backup(database_url, tmp_path / "b", AT)
        assert all(future.result() for future in futures)
        with database.read() as connection:
            assert connection.scalar(select(func.count()).select_from(NoteRow)) == 300
    restore(database_url, tmp_path / "b", replace=True)
    assert len(records(database_url)) <= 300


def test_missing_programs_are_told(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(postgres, "PROGRAMS", tmp_path)
    with pytest.raises(ConfigError, match="pg_dump is not installed"):
        backup(postgres_url, tmp_path / "b", AT)
    assert list(tmp_path.glob("b*")) == []


def test_a_lock_that_is_never_let_go_is_told(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    backup(sqlite_url, tmp_path / "b", AT)
    monkeypatch.setattr(sqlite, "PATIENCE", 0.1)
    holder = sqlite3.connect(sqlite_file(read_url(sqlite_url)), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(FileError, match="locks it"):
        restore(sqlite_url, tmp_path / "b", replace=True)
    holder.close()
