"""The tables of accounts go and come back with rows in them."""

from sqlalchemy import inspect

from service.accounts.tables import AccountRow, AttemptRow, SessionRow
from service.database import Database
from service.migrations import downgrade, migrate
from tests.service.accounts.walk import signed_in

MINE = {table.__tablename__ for table in (AccountRow, SessionRow, AttemptRow)}


def test_down_and_up_again_with_accounts_in_them(database_url: str) -> None:
    with Database(database_url) as database:
        signed_in(database, "rita", "viewer")
    downgrade(database_url, "0006")
    with Database(database_url) as database, database.read() as connection:
        assert not MINE & set(inspect(connection).get_table_names())
    migrate(database_url)
    with Database(database_url) as database:
        signed_in(database, "rita", "viewer")
