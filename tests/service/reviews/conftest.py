"""A desk on a database of either kind, and offices in which one reviews."""

from collections.abc import Iterator

import pytest

from insight_classifier.definition import Definition
from insight_classifier.predictor import Predictor
from service.database import Database
from service.settings import Settings
from tests.service.reviews.desk import Desk
from tests.service.reviews.office import Office, opened


@pytest.fixture
def desk(database: Database, definition: Definition) -> Desk:
    return Desk(database, definition)


@pytest.fixture
def either(settings: Settings, predictor: Predictor, database: Database, definition: Definition) -> Iterator[Office]:
    """On a database of either kind."""
    with opened(settings, predictor, database, definition) as office:
        yield office


@pytest.fixture
def office(settings: Settings, predictor: Predictor, sqlite_url: str, definition: Definition) -> Iterator[Office]:
    """For what does not depend on the kind of database."""
    with Database(sqlite_url) as database, opened(settings, predictor, database, definition) as office:
        yield office
