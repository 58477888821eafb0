"""Every exchange has a request id, security headers and a log line without a word of the note."""

import json
import re

import pytest
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from insight_classifier.predictor import Predictor
from service.app import create_app
from service.settings import Settings
from tests.service.conftest import deciding

SECRET = "Zebrafinch"


def test_a_request_id_is_echoed(client: TestClient) -> None:
    assert client.get("/livez", headers={"X-Request-Id": "crm-42:7"}).headers["x-request-id"] == "crm-42:7"


@pytest.mark.parametrize("asked", ["", "two words", "a" * 200, 'x"y', "näh"])
def test_an_odd_request_id_is_replaced(client: TestClient, asked: str) -> None:
    given = client.get("/livez", headers={"X-Request-Id": asked.encode("utf-8")}).headers["x-request-id"]
    assert re.fullmatch("[0-9a-f]{32}", given)


@pytest.mark.parametrize("path", ["/", "/livez", "/nowhere", "/static/page.css", "/v1/info"])
def test_every_answer_is_locked_down(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    told = "same-origin" if path == "/" else "no-referrer"  # of a page with forms browsers must tell whose it is
    assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", told)


def test_judgements_are_not_stored(client: TestClient) -> None:
    assert client.post("/v1/score", json={"text": "A note."}).headers["cache-control"] == "no-store"


def test_the_log_tells_everything_but_the_note(client: TestClient) -> None:
    with capture_logs() as logs:
        client.post("/v1/score", json={"text": f"{SECRET} is on it."}, headers={"X-Request-Id": "r1"})
    line = next(line for line in logs if line["event"] == "request")
    assert (line["request_id"], line["path"], line["status"]) == ("r1", "/v1/score", 200)
    assert line["ms"] > 0
    assert SECRET not in json.dumps(logs)


def test_a_fault_is_logged_with_its_place_and_without_the_note(predictor: Predictor, settings: Settings) -> None:
    def decide(notes, findings):
        raise ValueError(notes[0].fields["text"])

    with TestClient(create_app(settings, deciding(predictor, decide))) as client, capture_logs() as logs:
        client.post("/v1/score", json={"text": SECRET}, headers={"X-Request-Id": "r2"})
    failure = next(line for line in logs if line["event"] == "failure")
    assert failure["request_id"] == "r2"
    assert any("test_edge.py" in place for place in failure["places"])
    assert SECRET not in json.dumps(logs)


def test_a_fault_nobody_foresaw_is_a_problem(settings: Settings, predictor: Predictor) -> None:
    def screen(note):
        raise KeyError(SECRET)

    broken = deciding(predictor, predictor.decide)
    broken.screen = screen  # type: ignore[method-assign]
    with TestClient(create_app(settings, broken)) as client, capture_logs() as logs:
        answer = client.post("/v1/score", json={"text": SECRET})
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert answer.headers["x-request-id"] == answer.json()["request_id"]
    assert SECRET not in answer.text + json.dumps(logs)
