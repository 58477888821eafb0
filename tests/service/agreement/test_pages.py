"""The page of agreement: figures with their number and sentence; people by name for those who lead alone."""

from collections.abc import Iterator

import pytest

from insight_classifier.definition import Definition
from insight_classifier.predictor import Predictor
from service.database import Database
from service.settings import Settings
from tests.service.reviews.desk import every_check
from tests.service.reviews.office import Office, opened


@pytest.fixture
def office(settings: Settings, predictor: Predictor, sqlite_url: str, definition: Definition) -> Iterator[Office]:
    with Database(sqlite_url) as database, opened(settings, predictor, database, definition) as office:
        office.desk.double_share = 1.0
        yield office


def decide(office: Office, notes: int) -> None:
    people = [office.enter(name, "reviewer").account.id for name in ("annabel", "benedict")]
    for number in range(notes):
        office.desk.note(f"n{number}", *(every_check(office.desk.definition) if number % 2 else ()))
        for who in people:
            office.desk.decide(f"n{number}", "confirm", who)


def test_with_nothing_it_says_what_it_takes(office: Office) -> None:
    office.enter("vera", "viewer")
    assert "Nothing to compare yet" in office.get("/agreement").text


def test_too_few_are_told_and_every_member_has_its_line(office: Office, definition: Definition) -> None:
    decide(office, 2)
    office.enter("vera", "viewer")
    page = office.get("/agreement").text
    assert "28 more notes" in page
    assert all(member.title in page for member in definition.checks.values())
    assert all(dimension.title in page for dimension in definition.dimensions)


def test_people_are_named_to_those_who_lead_alone(office: Office) -> None:
    decide(office, 2)
    told = {}
    for role in ("lead", "reviewer", "viewer", "admin"):
        office.enter(role, role)
        told[role] = "annabel" in office.get("/agreement").text
    assert told == {"lead": True, "reviewer": False, "viewer": False, "admin": False}


def test_enough_notes_say_what_they_mean(office: Office) -> None:
    decide(office, 30)
    office.enter("vera", "viewer")
    page = office.get("/agreement").text
    assert "People read it alike" in page
    assert "as much as people agree" in page
    assert "nothing to compare yet" not in page.lower()


def test_another_version_or_day_has_figures_of_its_own(office: Office) -> None:
    decide(office, 2)
    office.enter("vera", "viewer")
    assert "Nothing to compare yet" in office.get("/agreement?version=other").text
    assert "Nothing to compare yet" in office.get("/agreement?since=2030-01-01").text
    assert office.get("/agreement?since=soon").status_code == 422


def test_an_author_may_not(office: Office) -> None:
    office.enter("mia", "author")
    assert office.get("/agreement").status_code == 403
