"""A desk with a table to write on."""

import pytest

from insight_classifier.predictor import Predictor
from service.database import Database
from tests.service.jobs.made import Desk, make_table


@pytest.fixture
def desk(database: Database, predictor: Predictor) -> Desk:
    make_table(database)
    return Desk(predictor)
