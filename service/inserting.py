"""Rows that may be there already: many may try to add one, and one does."""

from functools import cache
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite


@cache
def insert_new(table: Table, dialect: str) -> Any:  # noqa: ANN401 the statement's type is the dialect's own
    """An INSERT that leaves out what a unique column forbids, and returns the first key column of each row that it added.

    It waits for another transaction that is adding the same row. Execute it with one row or with a list of rows.
    """
    of_dialect: Any = postgresql if dialect == "postgresql" else sqlite
    return of_dialect.insert(table).on_conflict_do_nothing().returning(next(iter(table.primary_key)))
