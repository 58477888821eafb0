"""The lane's tables go and come back with rows in them, triggers and all."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import DatabaseError

from service.database import Database
from service.migrations import all_tables, downgrade, migrate
from service.safety.tables import Item, ItemEvent, ScanRow
from tests.service.safety.conftest import Lane, hit, scan

MINE = {table.__tablename__ for table in (ScanRow, Item, ItemEvent)}


def test_migrations_and_tables_agree(database: Database):
    with database.read() as connection:
        found = compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), all_tables())
        assert [change for change in found if any(name in str(change) for name in MINE)] == []


def test_down_and_up_again_with_rows_in_them(database_url: str):
    with Database(database_url) as database:
        Lane(database).record(scan("n1", "v", hit()))
    downgrade(database_url, "0003")
    with Database(database_url) as database, database.read() as connection:
        assert not MINE & set(inspect(connection).get_table_names())
    migrate(database_url)
    with Database(database_url) as database:
        Lane(database).record(scan("n1", "v", hit()))
        with pytest.raises(DatabaseError, match="safety records are kept"):
            database.write(lambda c: c.execute(text("DELETE FROM safety_items")) and None)
