"""A desk on a database of either kind."""

import pytest

from insight_classifier.definition import Definition
from service.database import Database
from tests.service.reviews.desk import Desk


@pytest.fixture
def desk(database: Database, definition: Definition) -> Desk:
    return Desk(database, definition)
