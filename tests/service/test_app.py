"""The API: judgements for good notes, problem documents for everything else."""

import math
from collections.abc import Sequence
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from insight_classifier.definition import Definition
from insight_classifier.predictor import Predictor
from service.app import create_app
from service.settings import Settings
from tests.service.conftest import HARM, deciding

NOTE = {"id": "n-1", "text": "She won't start it in CKD 4: the trial excluded eGFR<30.", "next_steps": "Send the paper."}


def failing(predictor: Predictor, settings: Settings, error: Exception, ids: Sequence[str] = ()) -> TestClient:
    """A service whose model fails on some notes, or on all."""

    def decide(notes, findings):
        if not ids or any(note.id in ids for note in notes):
            raise error
        return predictor.decide(notes, findings)

    return TestClient(create_app(settings, deciding(predictor, decide)))


def test_a_note_gets_its_judgement(client: TestClient, definition: Definition) -> None:
    answer = client.post("/v1/score", json=NOTE)
    body = answer.json()
    assert (answer.status_code, body["id"]) == (200, "n-1")
    assert {dimension.name for dimension in definition.dimensions} < body.keys()


def test_the_judgement_is_the_librarys(client: TestClient, predictor: Predictor) -> None:
    from insight_classifier.notes import read_note

    expected = predictor.judge([read_note(NOTE, predictor.definition)])[0].to_dict()
    body = client.post("/v1/score", json=NOTE).json()
    assert math.isclose(body.pop("probability"), expected.pop("probability"), abs_tol=1e-3)
    assert (body["label"], body["definition"], body["model"]) == (expected["label"], expected["definition"], expected["model"])


@pytest.mark.parametrize(
    "text", ["<b>Bold</b> &amp; more", "emoji 🧪🧬 here", "a\r\nb\r\nc", "e\u0301 combining", "مرحبا بالعالم", "Der Arzt wartet."]
)
def test_quotes_stand_where_they_are_said_to_stand(client: TestClient, text: str) -> None:
    body = client.post("/v1/score", json={"text": f"{text}. {HARM} {text}"}).json()
    quotes = [quote for value in body.values() if isinstance(value, dict) for quote in _quotes(value)]
    assert quotes
    assert all(f"{text}. {HARM} {text}"[quote["start"] : quote["end"]] == quote["text"] for quote in quotes)


def _quotes(value: object) -> list[dict]:
    if isinstance(value, dict):
        own = value.get("evidence")
        return (own if isinstance(own, list) else []) + [quote for inner in value.values() for quote in _quotes(inner)]
    return []


BAD = {
    "no JSON": (b"{", 400, "invalid_json"),
    "not UTF-8": (b'{"text": "\xe9"}', 400, "invalid_utf8"),
    "a nesting bomb": (b'{"text":' * 20_000, 400, "invalid_json"),
    "too large": (b'{"text": "' + b"a" * 300_000 + b'"}', 413, "body_too_large"),
    "a list": (b"[]", 422, "wrong_type"),
    "an unknown key": (b'{"text": "a", "txt": 1}', 422, "unknown_key"),
    "no text": (b"{}", 422, "missing_text"),
    "a blank text": (b'{"text": " "}', 422, "empty_text"),
    "too long": (b'{"text": "' + b"a" * 40_000 + b'"}', 422, "text_too_long"),
    "half a pair": (rb'{"text": "a\ud800"}', 422, "invalid_unicode"),
    "half a pair in a key": (rb'{"text": "a", "\ud800": 1}', 422, "unknown_key"),
    "a NUL": (rb'{"text": "a\u0000"}', 422, "nul_character"),
}


def test_a_note_of_signs_is_scored_with_a_reason(client: TestClient) -> None:
    answer = client.post("/v1/score", json={"text": "\U0001f44d"})
    assert (answer.status_code, "no_words" in answer.json()["review_reasons"]) == (200, True)


@pytest.mark.parametrize(("body", "status", "code"), BAD.values(), ids=BAD)
def test_bad_input_gets_a_problem(client: TestClient, body: bytes, status: int, code: str) -> None:
    answer = client.post("/v1/score", content=body, headers={"Content-Type": "application/json"})
    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert {"type", "title", "detail"} <= problem.keys()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/json; charset=latin-1"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
def test_other_types_are_refused(client: TestClient, headers: dict[str, str]) -> None:
    assert client.post("/v1/score", content=b"{}", headers=headers).json()["code"] == "unsupported_media_type"


@pytest.mark.parametrize(
    ("method", "path", "code"), [("GET", "/v1/score", "method_not_allowed"), ("GET", "/v2", "not_found"), ("GET", "/static/x", "not_found")]
)
def test_other_addresses_and_methods_are_refused(client: TestClient, method: str, path: str, code: str) -> None:
    assert client.request(method, path).json()["code"] == code


def test_the_allowed_method_is_named(client: TestClient) -> None:
    assert client.get("/v1/score").headers["allow"] == "POST"


def test_all_methods_of_an_address_are_named_whichever_route_takes_them(client: TestClient) -> None:
    answer = client.request("PATCH", "/livez")
    assert (answer.headers["allow"], answer.json()["detail"]) == ("GET, HEAD", "Use GET, HEAD.")


def test_a_failing_model_cannot_hide_harm(predictor: Predictor, settings: Settings, definition: Definition) -> None:
    with failing(predictor, settings, ValueError("secret")) as client:
        answer = client.post("/v1/score", json={"text": HARM})
    lane = next(dimension for dimension in definition.dimensions if dimension.lane == "safety")
    assert (answer.status_code, answer.json()["code"]) == (500, "judging_failed")
    assert any(check["met"] and check["source"] == "rule" for check in answer.json()[lane.name].values())
    assert "secret" not in answer.text


def test_a_deadline_cannot_hide_harm(predictor: Predictor, settings: Settings, definition: Definition) -> None:
    import threading

    gate = threading.Event()
    slow = deciding(predictor, lambda notes, findings: gate.wait(5) and predictor.decide(notes, findings))
    with TestClient(create_app(settings.model_copy(update={"deadline_seconds": 0.4}), slow)) as client:
        answer = client.post("/v1/score", json={"text": HARM})
        gate.set()
    assert (answer.status_code, answer.json()["code"]) == (504, "deadline_exceeded")
    assert int(answer.headers["retry-after"]) == answer.json()["retry_after_seconds"]
    assert any(dimension.name in answer.json() for dimension in definition.dimensions if dimension.lane == "safety")


def test_a_batch_keeps_order_and_one_bad_note_fails_alone(client: TestClient) -> None:
    notes = [{"id": "a", "text": "One."}, {"id": "b"}, {"text": "Three."}, "no note", {"id": "e", "text": "Five."}]
    results = client.post("/v1/score/batch", json={"notes": notes}).json()["results"]
    assert [result["id"] for result in results] == ["a", "b", "3", "4", "e"]
    assert [result.get("error", {}).get("code") for result in results] == [None, "missing_text", None, "wrong_type", None]


def test_in_a_batch_only_the_guilty_note_fails(predictor: Predictor, settings: Settings) -> None:
    with failing(predictor, settings, ValueError("x"), ids=["bad"]) as client:
        notes = [{"id": "good", "text": HARM}, {"id": "bad", "text": HARM}]
        good, bad = client.post("/v1/score/batch", json={"notes": notes}).json()["results"]
    assert "error" not in good
    assert bad["error"]["code"] == "judging_failed"
    assert any(check["met"] for value in bad.values() if isinstance(value, dict) for check in value.values() if isinstance(check, dict))


def test_an_empty_batch_is_answered(client: TestClient) -> None:
    assert client.post("/v1/score/batch", json={"notes": []}).json() == {"results": []}


def test_a_batch_of_too_many_is_refused_whole(client: TestClient) -> None:
    answer = client.post("/v1/score/batch", json={"notes": [{"text": "a"}] * 9})
    assert (answer.status_code, answer.json()["code"]) == (422, "too_many_notes")


def test_a_batch_that_finds_no_room_is_refused_before_it_is_scanned(client: TestClient) -> None:
    batcher = client.app.state.scorer.batcher  # type: ignore[attr-defined]
    bound, batcher.queue_notes = batcher.queue_notes, 1
    one = client.post("/v1/score/batch", json={"notes": [{"id": "x", "text": HARM}]})
    two = client.post("/v1/score/batch", json={"notes": [{"id": "x", "text": HARM}, {"id": "y", "text": "Two."}]})
    batcher.queue_notes = bound
    assert (one.status_code, two.status_code, two.json()["code"]) == (200, 429, "overloaded")
    assert int(two.headers["retry-after"]) == two.json()["retry_after_seconds"]
    assert "results" not in two.json()
    assert "Nothing of this request was read or scanned" in two.json()["detail"]


def test_a_note_that_would_wait_too_long_is_refused_before_it_is_read(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client.app.state.scorer.batcher, "wait_now", lambda: 5.0)  # type: ignore[attr-defined]
    answer = client.post("/v1/score", content=b"not even JSON")
    assert (answer.status_code, answer.json()["code"]) == (429, "overloaded")


def test_info_tells_what_runs_here(client: TestClient, predictor: Predictor) -> None:
    body = client.get("/v1/info").json()
    assert body["model"] == predictor.model.to_dict()
    assert [d["name"] for d in body["dimensions"]] == [d.name for d in predictor.definition.dimensions]
    assert body["limits"]["batch_notes"] == 8


def test_documents_can_be_switched_off(predictor: Predictor, settings: Settings) -> None:
    with TestClient(create_app(settings.model_copy(update={"docs": False}), predictor)) as client:
        assert client.get("/openapi.json").status_code == 404


def test_another_definition_of_the_same_shape_serves(predictor: Predictor, settings: Settings) -> None:
    label = replace(predictor.definition.label, met="gold", unmet="sand")
    other = deciding(predictor, lambda notes, findings: [replace(j, label="gold") for j in predictor.decide(notes, findings)])
    other.definition = replace(predictor.definition, label=label)
    with TestClient(create_app(settings, other)) as client:
        assert client.post("/v1/score", json=NOTE).json()["label"] == "gold"


@pytest.mark.parametrize("path", ["/v1/score", "/v1/score/batch"])
def test_fewer_parts_may_be_asked_for(client: TestClient, path: str) -> None:
    body = {"notes": [NOTE, {"id": "bad"}]} if "batch" in path else NOTE
    answer = client.post(f"{path}?fields=probability,%20needs_review", json=body).json()
    judgement = answer["results"][0] if "batch" in path else answer
    assert set(judgement) == {"id", "label", "probability", "needs_review"}
    assert "batch" not in path or answer["results"][1]["error"]["code"] == "missing_text"


def test_an_unknown_part_is_named_with_those_there_are(client: TestClient) -> None:
    answer = client.post("/v1/score?fields=label,sentiment", json=NOTE)
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_field")
    assert "sentiment" in answer.json()["detail"]
    assert set(client.post("/v1/score", json=NOTE).json()) == set(answer.json()["known"])
