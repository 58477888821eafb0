"""The page of measures: for those who may, in groups of five or more, with everything it takes where there is little."""

from collections.abc import Iterator

import pytest

from insight_classifier.definition import Definition
from insight_classifier.predictor import Predictor
from service.database import Database
from service.settings import Settings
from tests.service.measures.conftest import Filled
from tests.service.reviews.office import Office, opened


@pytest.fixture
def office(settings: Settings, predictor: Predictor, database: Database, definition: Definition) -> Iterator[Office]:
    with opened(settings, predictor, database, definition) as office:
        office.enter("vera", "viewer")
        yield office


def test_with_nothing_it_says_what_to_do(office: Office) -> None:
    assert "Nothing to measure yet" in office.get("/measures").text


def test_the_gap_comes_first_with_its_caveat(office: Office, filled: Filled) -> None:
    filled(60, decided=40)
    page = office.get("/measures").text
    assert "95 % range" in page
    assert page.index("published case") < page.index("Do notes change")
    assert "not comparable" in page


def test_of_few_people_nothing_is_shown(office: Office, filled: Filled) -> None:
    filled(24, authors=4)
    page = office.get("/measures").text
    assert "Too few people" in page
    assert "<table" not in page


def test_nobody_is_named(office: Office, filled: Filled) -> None:
    filled(60, decided=40)
    for address in ("/measures?by=team", "/measures.csv?by=team"):
        assert "msl-" not in office.get(address).text
    assert office.get("/measures?by=author").status_code == 422


def test_the_sheet_is_a_file(office: Office, filled: Filled) -> None:
    filled(24)
    sheet = office.get("/measures.csv?by=team")
    assert sheet.headers["content-type"].startswith("text/csv")
    assert "north" in sheet.text


def test_a_filter_that_fits_nothing_is_told_on_a_page(office: Office, filled: Filled) -> None:
    filled(24)
    answer = office.get("/measures?team=nowhere")
    assert answer.status_code == 422
    assert "north, south" in answer.text


def test_an_author_may_not(office: Office) -> None:
    office.enter("mia", "author")
    assert office.get("/measures").status_code == 403
    assert office.get("/measures.csv").status_code == 403
