"""A small demonstration: few notes, and the tests' own model."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from insight_classifier.definition import Definition
from insight_classifier.notes import LabelledNote
from insight_classifier.predictor import Predictor
from service.database import Database
from service.demonstration.corpus import FOLDER, choose
from service.demonstration.filling import fill

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
FEW = 60


@pytest.fixture(scope="session")
def notes(definition: Definition) -> list[LabelledNote]:
    return choose(FOLDER, definition, FEW)


@pytest.fixture
def filled(predictor: Predictor, notes: list[LabelledNote]) -> Callable[[Database], Database]:
    """Fills a database."""

    def filled(database: Database) -> Database:
        fill(database, predictor, notes, timedelta(hours=24), AT, lambda done, all_of: None)
        return database

    return filled
