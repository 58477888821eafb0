"""A CRM sends its own records and gets rows back."""

import json
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.testclient import TestClient

from insight_classifier.definition import Definition
from insight_classifier.errors import InsightError
from insight_classifier.note_files import Record
from insight_classifier.predictor import Predictor
from insight_classifier.scoring import flags_of_refused, score_chunk
from service.answers import answer_error
from service.edge import Edge
from service.errors import Overloaded
from service.presets.api import Score, preset_routes
from service.presets.mapping import Preset
from service.settings import Settings
from tests.service.conftest import HARM

INSIGHT = {"Id": "a1", "Summary_vod__c": HARM, "Status_vod__c": "Submitted_vod"}
PATH = "/v1/score/veeva_crm_insight"


def application(presets: dict[str, Preset], predictor: Predictor, settings: Settings, score: Score) -> TestClient:
    app = FastAPI()
    app.add_middleware(Edge)
    app.add_exception_handler(InsightError, answer_error)
    scan = lambda texts: flags_of_refused(texts, predictor.safety, predictor.definition)  # noqa: E731
    admit = lambda request: nullcontext()  # noqa: E731
    app.include_router(preset_routes(presets, predictor.definition, settings, admit=admit, score=score, scan=scan, refused=refused))
    return TestClient(app)


async def refused(records: list[tuple[object, dict[str, Any]]], request: Request) -> None:
    """Where nothing is kept."""


@pytest.fixture(scope="module")
def client(presets: dict[str, Preset], predictor: Predictor, settings: Settings) -> Iterator[TestClient]:
    async def score(notes: list[dict[str, Any]], request: Request) -> list[dict[str, Any]]:
        return [result.to_dict() for result in score_chunk([Record(n, note) for n, note in enumerate(notes, 1)], predictor)]

    with application(presets, predictor, settings, score) as client:
        yield client


def test_an_insight_becomes_a_row(client: TestClient) -> None:
    answer = client.post(PATH, json=INSIGHT).json()
    assert answer["failures"] == []
    row = answer["chunks"][0]["records"][0]
    assert (row["Note_Key__c"], row["Note_Object__c"], row["Status__c"]) == ("a1", "Medical_Insight_vod__c", "scored")


def test_a_bad_record_fails_alone_and_is_scanned(client: TestClient, definition: Definition) -> None:
    answer = client.post(PATH, json={"records": [INSIGHT, {"Id": "a2", "Other__c": HARM}, {**INSIGHT, "Id": "a3"}]}).json()
    assert [row["Note_Key__c"] for row in answer["chunks"][0]["records"]] == ["a1", "a2", "a3"]
    failure = answer["failures"][0]
    lane = next(d.name for d in definition.of_kind("checks") if d.lane)
    assert (failure["id"], failure["error"]["code"]) == ("a2", "missing_text")
    assert any(check["met"] for check in failure[lane].values())


def test_records_of_another_object_are_refused_with_what_was_looked_for_and_found(client: TestClient) -> None:
    answer = client.post(PATH, json={"Id": "a1", "Call_Comments_vod__c": HARM})
    assert answer.status_code == 422
    assert all(name in answer.json()["detail"] for name in ("Summary_vod__c", "Description_vod__c", "Call_Comments_vod__c"))
    assert answer.json()["results"][0]["id"] == "a1"


def test_csv_goes_in_and_comes_out(client: TestClient) -> None:
    body = f'id;Statement (What)\n7;"{HARM}"\n'
    answer = client.post("/v1/score/csv?rows=text", content=body.encode(), headers={"Content-Type": "text/csv; charset=utf-8"}).json()
    assert answer["chunks"][0]["records_text"].splitlines()[1].startswith("7,scored,")


def test_csv_rows_without_ids_come_back_by_their_numbers_in_the_file(client: TestClient) -> None:
    body = b"text\nOne.\n=\nThree.\n"
    answer = client.post("/v1/score/csv", content=body, headers={"Content-Type": "text/csv"}).json()
    key = answer["chunks"][0]["external_id"]
    assert [row[key] for row in answer["chunks"][0]["records"]] == ["1", "2", "3"]


def test_rows_as_text_are_json_for_a_crm(client: TestClient) -> None:
    chunk = client.post(f"{PATH}?rows=text", json=[INSIGHT]).json()["chunks"][0]
    assert json.loads(chunk["records_text"])[0]["attributes"]["type"] == chunk["object"]


def test_every_preset_is_listed_with_the_fields_it_reads(client: TestClient, presets: dict[str, Preset]) -> None:
    listed = {item["name"]: item for item in client.get("/v1/presets").json()["presets"]}
    assert listed.keys() == presets.keys()
    assert listed["veeva_crm_call"]["reads"][0] == {"note_field": "call_objective", "crm_fields": ["Pre_Call_Notes_vod__c"]}


@pytest.mark.parametrize(
    ("path", "content", "status", "told"),
    [
        ("/v1/score/siebel", INSIGHT, 404, "use csv, life_sciences_insight"),
        (PATH, [], 422, "no record"),
        (PATH, [INSIGHT] * 9, 422, "at most 8"),
        (PATH, [1, "x"], 422, "no object"),
        (f"{PATH}?rows=xml", INSIGHT, 422, "objects or text"),
    ],
)
def test_a_wrong_request_is_refused_in_words(client: TestClient, path: str, content: object, status: int, told: str) -> None:
    answer = client.post(path, json=content)
    assert (answer.status_code, told in answer.json()["detail"]) == (status, True), answer.text


def test_what_is_no_json_is_refused(client: TestClient) -> None:
    answer = client.post(PATH, content=b"{", headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_json")


def test_an_overload_reaches_the_caller(presets: dict[str, Preset], predictor: Predictor, settings: Settings) -> None:
    async def score(notes: list[dict[str, Any]], request: Request) -> list[dict[str, Any]]:
        raise Overloaded("Full.", retry_after=7)

    with application(presets, predictor, settings, score) as client:
        answer = client.post(PATH, json=INSIGHT)
    assert (answer.json()["code"], answer.json()["retry_after_seconds"]) == ("overloaded", 7)
