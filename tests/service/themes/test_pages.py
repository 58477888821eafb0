"""The pages of themes: what to do where there are none, patterns before candidates, notes of each, and nobody named."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from insight_classifier.definition import Definition
from insight_classifier.predictor import Predictor
from service.database import Database
from service.settings import Settings
from service.themes.store import THEMES
from tests.service.conftest import wait_until
from tests.service.reviews.office import Office, opened
from tests.service.themes.conftest import SUBJECTS, Filled


@pytest.fixture
def office(settings: Settings, predictor: Predictor, database: Database, definition: Definition) -> Iterator[Office]:
    with opened(settings, predictor, database, definition) as office:
        office.enter("lea", "lead")
        yield office


def group(office: Office) -> str:
    """Ask for it, wait; the page."""
    assert office.post("/themes").headers["location"] == "/themes"
    wait_until(lambda: "Group now" in office.get("/themes").text)
    return str(office.get("/themes").text)


def test_with_nothing_it_says_what_to_do(office: Office) -> None:
    assert "Nothing grouped yet" in office.get("/themes").text
    assert "No theme yet" in group(office)


def test_a_theme_has_its_name_its_numbers_and_its_notes(office: Office, filled: Filled) -> None:
    filled()
    page = group(office)
    assert page.count('<a href="/themes/') == 2
    assert "2026-05: 5" in page
    [address, *_] = re.findall(r'href="(/themes/\w+)"', page)
    one = office.get(address).text
    assert one.count('href="/review/notes/') == 5
    assert any(word in one.partition("</h1>")[0] for subject in SUBJECTS for word in subject)


def test_two_people_are_no_pattern_yet(office: Office, filled: Filled) -> None:
    filled(10, authors=4)
    page = group(office)
    assert "Candidates" in page
    assert "Patterns</h2>" not in page


def test_nobody_is_named(office: Office, filled: Filled) -> None:
    filled()
    pages = [group(office), *(office.get(f"/themes/{row['id']}").text for row in office.desk.rows(select(THEMES)))]
    assert not any(name in page for page in pages for name in ("msl-", "dr-"))


def test_a_theme_that_is_gone_says_where_to_look(office: Office) -> None:
    answer = office.get("/themes/unknown")
    assert answer.status_code == 404
    assert "/themes" in answer.text


def test_who_may(office: Office) -> None:
    for role, told in (("viewer", (200, 403)), ("author", (403, 403)), ("lead", (200, 303))):
        office.enter(f"{role}2", role)
        assert (office.get("/themes").status_code, office.post("/themes").status_code) == told
