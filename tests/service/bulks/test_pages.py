"""The pages of a bulk over HTTP: counted, done, told, undone; for those who lead alone."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from insight_classifier.definition import Definition
from insight_classifier.predictor import Predictor
from service.database import Database
from service.settings import Settings
from tests.service.reviews.office import Office, opened


@pytest.fixture
def office(settings: Settings, predictor: Predictor, sqlite_url: str, definition: Definition) -> Iterator[Office]:
    with Database(sqlite_url) as database, opened(settings, predictor, database, definition) as office:
        for number in range(12):
            office.desk.note(f"n{number}", metadata={"country": "AU" if number else "NZ"})
        yield office


def do(office: Office, query: str, **form: str) -> Any:
    return office.post(f"/review/bulk?{query}", **form)


def test_it_counts_first_and_shows_ten(office: Office) -> None:
    office.enter("lea", "lead")
    page = office.get("/review/bulk?queue=newest&meta.country=AU").text
    assert 'name="expected" value="11"' in page
    assert len(re.findall(r'href="/review/notes/', page)) == 10
    assert len(office.reviews()) == 0


def test_it_is_done_told_and_undone_by_one_press(office: Office) -> None:
    office.enter("lea", "lead")
    answer = do(office, "queue=newest&meta.country=AU", act="confirm", expected="11", comment="all fine")
    where = answer.headers["location"]
    assert (answer.status_code, len(office.reviews())) == (303, 11)
    assert re.search(r"Saved</dt><dd><b>11</b>", office.get(where).text)
    assert office.post(f"{where}/undo").headers["location"] == where
    assert "All of it is undone" in office.get(where).text
    assert len(office.desk.names()) == 12


def test_a_changed_number_is_told_and_the_form_kept(office: Office) -> None:
    office.enter("lea", "lead")
    told = do(office, "queue=newest", act="skip", expected="9", comment="my words")
    assert (told.status_code, "12 notes now, not 9" in told.text, "my words</textarea>" in told.text) == (409, True, True)
    assert 'name="expected" value="12"' in told.text
    assert office.reviews() == []


def test_what_is_refused_is_told_by_reason(office: Office) -> None:
    office.enter("rita", "reviewer")
    office.post("/review/next?queue=newest")
    office.enter("lea", "lead")
    where = do(office, "queue=newest", act="flag", expected="12").headers["location"]
    assert re.search(r"Refused</dt><dd><b>1</b>: Somebody else has the note in hand", office.get(where).text)


def test_after_another_act_that_one_comes_first(office: Office) -> None:
    office.enter("lea", "lead")
    where = do(office, "queue=newest&meta.country=AU", act="skip", expected="11").headers["location"]
    do(office, "queue=newest", act="skip", expected="1")
    assert office.post(f"{where}/undo").status_code == 409
    assert "Undo that first" in office.get(where).text


def test_an_empty_view_says_what_to_do(office: Office) -> None:
    office.enter("lea", "lead")
    assert "Nothing to decide on" in office.get("/review/bulk?queue=mine").text


@pytest.mark.parametrize("role", ["viewer", "reviewer", "scientist", "author", "admin"])
def test_others_may_not(office: Office, role: str) -> None:
    office.enter("person", role)
    assert [office.get("/review/bulk?queue=newest").status_code, do(office, "queue=newest", act="skip").status_code] == [403, 403]
