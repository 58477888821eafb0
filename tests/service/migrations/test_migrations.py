"""Migrations: up and down with data in the tables, on both databases, and the same tables as the code declares."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from insight_classifier.errors import ConfigError
from service.audit.store import append, verify
from service.database import Database
from service.migrations import all_tables, downgrade, head, migrate, revision_of


def test_an_empty_database_comes_up_to_date_and_stays(empty_url: str):
    assert revision_of(empty_url) is None
    assert migrate(empty_url) == migrate(empty_url) == revision_of(empty_url) == head()


def test_the_migrations_make_the_tables_that_the_code_declares(database: Database):
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), all_tables()) == []


def test_a_database_with_data_goes_down_and_up(database_url: str):
    with Database(database_url) as database:
        database.write(lambda c: append(c, who="key:ab", action="note.score", what="note:1"))
    downgrade(database_url, "0001")
    migrate(database_url)
    with Database(database_url) as database, database.read() as connection:
        assert verify(connection)[0::2] == (1, [])
    downgrade(database_url, "base")
    assert migrate(database_url) == head()


def test_a_database_newer_than_the_code_is_refused(database_url: str):
    with Database(database_url) as database:
        database.write(lambda c: c.execute(text("UPDATE alembic_version SET version_num = '9999'")) and None)
    with pytest.raises(ConfigError, match="newer"):
        migrate(database_url)
