"""Desks of reviewers on databases of their own, with the same notes under other ids."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from insight_classifier.definition import Definition
from service.database import Database
from service.migrations import migrate
from tests.service.reviews.desk import Desk


@pytest.fixture
def desk(database: Database, definition: Definition) -> Desk:
    return Desk(database, definition)


@pytest.fixture
def other(tmp_path: Path, definition: Definition) -> Iterator[Desk]:
    """A desk elsewhere, on a database that knows nothing of the first."""
    url = f"sqlite:///{tmp_path / 'other.db'}"
    migrate(url)
    with Database(url) as database:
        yield Desk(database, definition)
