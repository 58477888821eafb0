"""The tables as declared are the tables as migrated, and they go and come back with rows in them."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

from service.database import Database
from service.migrations import all_tables, downgrade, migrate
from service.webhooks.tables import Message, Subscription
from tests.service.webhooks.conftest import Clock, emitted, subscribed

MINE = {table.__tablename__ for table in (Subscription, Message)}


def test_migrations_and_tables_agree(database: Database) -> None:
    with database.read() as connection:
        options = {"include_name": lambda name, kind, parents: kind != "table" or name in MINE, "compare_type": True}
        found = compare_metadata(MigrationContext.configure(connection, opts=options), all_tables())
        assert [change for change in found if any(name in str(change) for name in MINE)] == []


def test_down_and_up_again_with_messages_in_them(database_url: str, clock: Clock) -> None:
    def fill() -> int:
        with Database(database_url) as database:
            subscribed(database, "https://crm.example.com/", include_text=True)
            return emitted(database, clock, 3, text="A note.")

    assert fill() == 3
    downgrade(database_url, "0004")
    with Database(database_url) as database, database.read() as connection:
        assert not MINE & set(inspect(connection).get_table_names())
    migrate(database_url)
    assert fill() == 3
