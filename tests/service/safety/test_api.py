"""The safety lane over HTTP, behind the guard."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator
from starlette.testclient import TestClient

from insight_classifier.definition import Definition
from insight_classifier.errors import InsightError
from service.answers import answer_error
from service.edge import Edge
from service.openapi import add_schemas
from service.openapi_3_0 import lowered
from service.people.addresses import Addresses
from service.people.guard import Gate, Guard
from service.records import note_model
from service.safety.api import safety_routes
from service.safety.shapes import SHAPES, SafetyItem, SafetyItemHistory, SafetyItemList
from service.schemas import Shapes
from tests.service.people.conftest import HERE, Clock, House, bearer
from tests.service.safety.conftest import START, Lane, hit, scan

ADDRESSES = Addresses({"GET /v1/safety": "read", "POST /v1/safety": "review"})
ITEMS = "/v1/safety/items"
OPERATIONS = {
    (ITEMS, "get"): ("listSafetyItems", None),
    (f"{ITEMS}/{{item_id}}", "get"): ("getSafetyItem", None),
    (f"{ITEMS}/{{item_id}}/acknowledge", "post"): ("acknowledgeSafetyItem", None),
    (f"{ITEMS}/{{item_id}}/hand-over", "post"): ("handOverSafetyItem", None),
    (f"{ITEMS}/{{item_id}}/close", "post"): ("closeSafetyItem", None),
}


@pytest.fixture
def house(lane: Lane) -> House:
    return House(lane.database, Clock(wall=START))


@pytest.fixture
def app(house: House) -> FastAPI:
    app = FastAPI()
    app.add_middleware(Guard, gate=Gate(house.keyring, house.rates, listening="127.0.0.1"), addresses=ADDRESSES)
    app.add_middleware(Edge)
    app.add_exception_handler(InsightError, answer_error)
    app.include_router(safety_routes(house.database, clock=house.clock.now))
    return app


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, base_url=HERE, client=("127.0.0.1", 50000)) as client:
        yield client


def pages(client: TestClient, **query: Any) -> Iterator[list[dict[str, Any]]]:
    cursor: dict[str, str] = {}
    while True:
        answer = client.get(ITEMS, params={**query, **cursor}).json()
        SafetyItemList.model_validate(answer)
        yield answer["items"]
        if "next_cursor" not in answer:
            return
        cursor = {"cursor": answer["next_cursor"]}


def test_the_most_urgent_comes_first(lane: Lane, client: TestClient, house: House):
    for n, hours in enumerate((3, 30, 6)):
        lane.record(scan(f"n{n}", "v", hit(), written_at=START - timedelta(hours=hours)))
    (items,) = pages(client)
    assert [item["note_id"] for item in items] == ["n1", "n2", "n0"]
    assert [item["overdue"] for item in items] == [True, False, False]
    assert items[0]["spans"] == [{"flag": "harm", "field": "text", "start": 3, "end": 9, "by": "model"}]


def test_items_are_found_by_state_and_when_overdue(lane: Lane, client: TestClient):
    for n in range(3):
        lane.record(scan(f"n{n}", "v", hit(), written_at=START - timedelta(hours=30 * n)))
    item = next(pages(client, overdue="true"))[0]
    client.post(f"{ITEMS}/{item['id']}/acknowledge", json={})
    assert [len(next(pages(client, **query))) for query in ({"state": "open"}, {"state": "acknowledged"}, {"overdue": "true"})] == [2, 1, 1]


def test_pages_are_stable_while_items_arrive(lane: Lane, client: TestClient):
    ids = list(lane.record(*(scan(f"n{n}", "v", hit()) for n in range(7))).values())  # all due at the same moment
    seen: list[str] = []
    for n, page in enumerate(pages(client, limit=2)):
        seen += [item["id"] for item in page]
        if n < 2:
            lane.record(scan(f"more{n}", "v", hit(), written_at=START - timedelta(hours=1)))  # more urgent
    assert seen == sorted(ids)


def test_an_item_goes_from_hand_to_hand(lane: Lane, client: TestClient):
    item = lane.record(scan("n1", "v1", hit()))["n1"]
    seen = client.post(f"{ITEMS}/{item}/acknowledge", json={"person": "j.doe", "comment": "called\nthem", "revision": 1})
    assert (seen.status_code, seen.json()["acknowledged_by"], seen.json()["state"]) == (200, "local:j.doe", "acknowledged")
    given = client.post(f"{ITEMS}/{item}/hand-over", json={"reference": "PV-1"}).json()
    assert (given["state"], given["reference"], given["handed_over_by"]) == ("handed_over", "PV-1", "local")
    SafetyItem.model_validate(given)
    history = client.get(f"{ITEMS}/{item}").json()
    SafetyItemHistory.model_validate(history)
    assert [(event["kind"], event["who"], event.get("comment"), event.get("reference")) for event in history["events"]] == [
        ("first", "system", None, None),
        ("acknowledged", "local:j.doe", "called\nthem", None),
        ("handed_over", "local", None, "PV-1"),
    ]


def test_the_second_is_told_who_was_first(lane: Lane, client: TestClient):
    item = lane.record(scan("n1", "v1", hit()))["n1"]
    client.post(f"{ITEMS}/{item}/acknowledge", json={"person": "first"})
    answer = client.post(f"{ITEMS}/{item}/acknowledge", json={"person": "second"})
    assert (answer.status_code, answer.json()["code"], answer.json()["decided_by"]) == (409, "safety_item_decided", "local:first")
    assert "acknowledged by local:first at 2026-05-03 08:00:00 UTC" in answer.json()["detail"]


def test_what_nobody_acknowledged_is_not_handed_over(lane: Lane, client: TestClient):
    item = lane.record(scan("n1", "v1", hit()))["n1"]
    answer = client.post(f"{ITEMS}/{item}/hand-over", json={"reference": "PV-1"})
    assert (answer.status_code, answer.json()["code"]) == (409, "safety_item_open")


def test_a_decision_on_less_than_there_is_now_is_refused(lane: Lane, client: TestClient):
    item = lane.record(scan("n1", "v1", hit()))["n1"]
    lane.record(scan("n1", "v2", hit("leak")))
    answer = client.post(f"{ITEMS}/{item}/acknowledge", json={"revision": 1})
    assert (answer.status_code, answer.json()["code"], answer.json()["revision"]) == (409, "safety_item_changed", 2)


@pytest.mark.parametrize("item", ["saf_" + "0" * 28, "other", "%00", "saf_%F0%9F%98%80"])
def test_an_unknown_item_is_told(client: TestClient, item: str):
    answers = [client.get(f"{ITEMS}/{item}"), client.post(f"{ITEMS}/{item}/acknowledge", json={})]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "safety_item_not_found")] * 2


@pytest.mark.parametrize(
    "query",
    [{"state": "gone"}, {"overdue": "1"}, {"limit": "0"}, {"limit": "x"}, {"limit": "²"}, {"cursor": "!"}, {"cursor": "W10"}, {"a": "b"}],
)
def test_a_wrong_query_is_told(client: TestClient, query: dict[str, str]):
    assert client.get(ITEMS, params=query).status_code == 422


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"other": 1},
        {"comment": "\0"},
        {"comment": "\ud800"},
        {"person": " "},
        {"person": "a\nb"},
        {"revision": 0},
        {"revision": 10**12},
    ],
)
def test_a_wrong_body_is_told(client: TestClient, body: object):
    headers = {"Content-Type": "application/json"}
    answer = client.post(f"{ITEMS}/saf_{'0' * 28}/acknowledge", content=json.dumps(body).encode(), headers=headers)
    assert 400 <= answer.status_code <= 422
    assert answer.status_code != 404


def test_reading_and_deciding_are_different_scopes(lane: Lane, client: TestClient, house: House):
    item = lane.record(scan("n1", "v1", hit()))["n1"]
    reader, reviewer = bearer(house.key("read")), bearer(house.key("review", name="Desk"))
    assert client.get(f"{ITEMS}/{item}", headers=reader).status_code == 200
    assert client.post(f"{ITEMS}/{item}/acknowledge", json={}, headers=reader).status_code == 403
    answer = client.post(f"{ITEMS}/{item}/acknowledge", json={}, headers=reviewer)
    assert answer.json()["acknowledged_by"].startswith("ic_live_")


def test_both_documents_are_valid(app: FastAPI, definition: Definition, monkeypatch: pytest.MonkeyPatch):
    add_schemas(app, Shapes(definition, note_model(definition), 8), lambda: None, SHAPES)
    OpenAPIV31SpecValidator(app.openapi()).validate()
    monkeypatch.setattr("service.openapi_3_0.OPERATIONS", OPERATIONS)
    document = lowered(app.openapi())
    OpenAPIV30SpecValidator(document).validate()
    assert {op["operationId"] for item in document["paths"].values() for op in item.values()} == {name for name, _ in OPERATIONS.values()}
    nested = [s for item in document["components"]["schemas"].values() for s in item.get("properties", {}).values() if "properties" in s]
    assert nested == []
