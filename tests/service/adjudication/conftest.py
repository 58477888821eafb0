"""A service with a note on which two people differ."""

from collections.abc import Iterator

import pytest

from insight_classifier.definition import Definition
from insight_classifier.predictor import Predictor
from service.database import Database
from service.settings import Settings
from tests.service.reviews.desk import Desk, every_check
from tests.service.reviews.office import Office, opened


@pytest.fixture
def office(settings: Settings, predictor: Predictor, sqlite_url: str, definition: Definition) -> Iterator[Office]:
    with Database(sqlite_url) as database, opened(settings, predictor, database, definition) as office:
        office.desk.double_share = 1.0
        yield office


def dispute(desk: Desk, name: str, **people: str) -> str:
    """A note that the first person confirms as it is, every check met; the second says that none is, and another option. Its id."""
    first, second = people.values()
    note = desk.note(name, *every_check(desk.definition))
    desk.decide(name, "confirm", first)
    none = {d.name: dict.fromkeys(d.names, False) for d in desk.definition.of_kind("checks")}
    option = {d.name: d.names[1] for d in desk.definition.of_kind("choice")}
    desk.decide(name, "change", second, changes={**none, **option}, comment=f"No, says {second}")
    return note
