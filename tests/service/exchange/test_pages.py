"""The page of export over HTTP: who may, for what, and what comes."""

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from insight_classifier.definition import Definition
from insight_classifier.predictor import Predictor
from service.audit.tables import AuditRow
from service.database import Database
from service.exchange.formats import FORMATS
from service.settings import Settings
from tests.service.exchange.files import sent
from tests.service.exchange.test_taking_in import decide, fill
from tests.service.reviews.office import Office, opened


@pytest.fixture
def office(settings: Settings, predictor: Predictor, sqlite_url: str, definition: Definition) -> Iterator[Office]:
    with Database(sqlite_url) as database, opened(settings, predictor, database, definition) as office:
        fill(office.desk)
        decide(office.desk)
        yield office


def test_a_lead_gets_the_file_and_the_audit_the_purpose(office: Office):
    office.enter("lea@example.com", "lead")
    assert "decisions on 4 notes" in office.get("/review/export").text
    answer = office.post("/review/export", why="retraining in May", format="jsonl")
    assert answer.status_code == 200
    assert answer.text == sent(office.desk)[0]
    assert answer.headers["content-disposition"].endswith('.jsonl"')
    [row] = office.desk.rows(select(AuditRow).where(AuditRow.action == "review.export"))
    assert (row["who"], row["why"]) == (office.visitor.account.id, "retraining in May")


def test_without_a_purpose_there_is_no_file_and_the_form_keeps_what_it_held(office: Office):
    office.enter("lea@example.com", "lead")
    answer = office.post("/review/export", why="  ", format="argilla", every="yes")
    assert answer.status_code == 422
    assert "what the decisions are for" in answer.text
    assert 'value="argilla" checked' in answer.text
    assert not office.desk.rows(select(AuditRow).where(AuditRow.action == "review.export"))


def test_the_view_narrows_the_file(office: Office):
    office.enter("lea@example.com", "lead")
    answer = office.post("/review/export?meta.team=south", why="x", format="label-studio")
    assert json.loads(answer.text) == []
    assert "Nothing to export" in office.get("/review/export?meta.team=south").text


@pytest.mark.parametrize("role", ["viewer", "reviewer", "author", "admin"])
def test_others_may_not(office: Office, role: str):
    office.enter("vic@example.com", role)
    for answer in (office.get("/review/export"), office.post("/review/export", why="x"), office.get("/review/export/setup?format=argilla")):
        assert answer.status_code == 403


def test_the_setup_of_a_tool_comes_from_the_definition(office: Office, definition: Definition):
    office.enter("lea@example.com", "scientist")
    assert office.get("/review/export/setup?format=label-studio").text == FORMATS["label-studio"].companion[1](definition)
    assert office.get("/review/export/setup?format=jsonl").status_code == 404
