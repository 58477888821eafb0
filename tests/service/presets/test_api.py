"""A CRM sends its own records and gets rows back."""

import json
from collections.abc import Iterator
from contextlib import nullcontext

import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.testclient import TestClient

from insight_classifier.definition import Definition
from insight_classifier.errors import InsightError
from insight_classifier.predictor import Predictor
from insight_classifier.record import Record
from insight_classifier.scoring import flags_of_refused, score_chunk
from service.answers import answer_error, json_response
from service.edge import Edge
from service.errors import Overloaded
from service.presets.api import Answer, Came, Form, Refused, preset_routes
from service.presets.mapping import Preset
from service.settings import Settings
from tests.service.conftest import HARM

INSIGHT = {"Id": "a1", "Summary_vod__c": HARM, "Status_vod__c": "Submitted_vod"}
PATH = "/v1/score/veeva_crm_insight"


def application(presets: dict[str, Preset], predictor: Predictor, settings: Settings, answer: Answer) -> TestClient:
    app = FastAPI()
    app.add_middleware(Edge)
    app.add_exception_handler(InsightError, answer_error)
    scan = lambda texts: flags_of_refused(texts, predictor.safety, predictor.definition)  # noqa: E731
    admit = lambda request: nullcontext()  # noqa: E731
    app.include_router(preset_routes(presets, predictor.definition, settings, admit=admit, answer=answer, scan=scan, record=record))
    return TestClient(app)


async def record(records: Refused, request: Request) -> None:
    """Where nothing is kept."""


@pytest.fixture(scope="module")
def client(presets: dict[str, Preset], predictor: Predictor, settings: Settings) -> Iterator[TestClient]:
    async def answer(request: Request, came: Came, form: Form) -> Response:
        judged = score_chunk([Record(number, note) for number, note in enumerate(came.notes, 1)], predictor)
        return json_response(form([*(result.to_dict() for result in judged), *(result for _, result in came.refused)]))

    with application(presets, predictor, settings, answer) as client:
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
    async def answer(request: Request, came: Came, form: Form) -> Response:
        raise Overloaded("Full.", retry_after=7)

    with application(presets, predictor, settings, answer) as client:
        told = client.post(PATH, json=INSIGHT)
    assert (told.json()["code"], told.json()["retry_after_seconds"]) == ("overloaded", 7)
