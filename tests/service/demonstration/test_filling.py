"""A demonstration in a database: something of everything, once, and never among real notes."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from insight_classifier.definition import Definition
from insight_classifier.errors import ConfigError
from service.accounts.roles import ROLES
from service.accounts.store import all_accounts, any_account
from service.audit.store import verify
from service.audit.tables import AuditRow
from service.database import Base, Database
from service.demonstration.presence import is_there
from service.notes.store import NOTES
from service.reviews.cards import CARDS
from service.reviews.insights import INSIGHTS
from service.reviews.store import REVIEWS
from service.safety.tables import Item
from tests.service.demonstration.conftest import FEW
from tests.service.reviews.desk import Desk

Filled = Callable[[Database], Database]


def values(database: Database, column: object) -> set[object]:
    with database.read() as connection:
        return set(connection.scalars(select(column)))  # type: ignore[call-overload]


def test_there_is_something_of_everything(database: Database, filled: Filled):
    filled(database)
    assert len(values(database, NOTES.c.id)) == len(values(database, CARDS.c.note_id)) == FEW
    assert {"change", "confirm"} <= values(database, REVIEWS.c.kind)
    assert values(database, CARDS.c.open) == {True, False}
    assert len(values(database, Item.__table__.c.state)) > 1
    assert values(database, INSIGHTS.c.state)
    with database.read() as connection:
        assert verify(connection)[2] == []
        assert {role for row in all_accounts(connection) for role in row.roles.split()} == set(ROLES)


def test_it_is_told_once(database: Database, filled: Filled):
    filled(database)

    def counts() -> dict[str, int]:
        with database.read() as connection:
            return {t.name: connection.scalar(select(func.count()).select_from(t)) or 0 for t in Base.metadata.sorted_tables}

    before = counts()
    filled(database)
    assert counts() == before


def test_its_accounts_close_no_door(database: Database, filled: Filled):
    filled(database)
    with database.read() as connection:
        assert is_there(connection)
        assert not any_account(connection)


def test_it_is_never_put_among_real_notes(database: Database, definition: Definition, filled: Filled):
    Desk(database, definition).note("a")
    with pytest.raises(ConfigError, match="in use"):
        filled(database)
    assert len(values(database, NOTES.c.id)) == 1


def test_where_it_fails_nothing_is_left(database: Database, filled: Filled, monkeypatch: pytest.MonkeyPatch):
    def broken(*given: object) -> None:
        raise ValueError("in the middle")

    monkeypatch.setattr("service.demonstration.filling.follow_safety", broken)
    with pytest.raises(ValueError, match="in the middle"):
        filled(database)
    assert not values(database, NOTES.c.id)
    assert not values(database, AuditRow.sequence)
