"""Health tells the truth."""

import threading
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from insight_classifier.predictor import Predictor
from service.app import create_app
from service.self_test import golden_note
from service.settings import Settings
from tests.service.conftest import deciding, wait_until


def test_a_sound_service_is_alive_and_ready(client: TestClient) -> None:
    assert client.get("/livez").json() == {"status": "alive"}
    assert client.get("/readyz").json()["status"] == "ready"


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_load_balancers_may_ask_with_head(client: TestClient, path: str) -> None:
    assert client.head(path).status_code == 200


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_dead_thread_is_neither_alive_nor_ready(predictor: Predictor, settings: Settings) -> None:
    def decide(notes, findings):
        raise SystemExit

    with TestClient(create_app(settings, deciding(predictor, decide))) as client:
        assert client.post("/v1/score", json={"text": "a"}).status_code == 500
        wait_until(lambda: client.get("/livez").status_code == 503)
        assert client.get("/livez").json()["code"] == "worker_died"
        assert "thread" in client.get("/readyz").json()["checks"]["worker"]
        assert client.post("/v1/score", json={"text": "a"}).json()["code"] == "worker_died"


def test_a_full_queue_is_not_ready(client: TestClient) -> None:
    batcher = client.app.state.scorer.batcher  # type: ignore[attr-defined]
    bound, batcher.queue_notes = batcher.queue_notes, -1
    answer = client.get("/readyz")
    batcher.queue_notes = bound
    assert (answer.status_code, answer.json()["code"]) == (503, "not_ready")
    assert answer.headers["retry-after"]


def test_a_hanging_batch_is_not_ready(predictor: Predictor, settings: Settings) -> None:
    gate = threading.Event()
    hanging = deciding(predictor, lambda notes, findings: gate.wait(20) or [])
    with TestClient(create_app(settings.model_copy(update={"deadline_seconds": 0.2}), hanging)) as client:
        client.post("/v1/score", json={"text": "a"})
        wait_until(lambda: client.get("/readyz").status_code == 503)
        assert "batch has taken" in client.get("/readyz").json()["checks"]["progress"]
        gate.set()


def test_a_model_that_fails_the_test_at_start_is_not_ready(predictor: Predictor, settings: Settings) -> None:
    broken = deciding(predictor, predictor.decide)
    broken.judge = lambda notes: [replace(j, probability=2.0) for j in predictor.judge(notes)]  # type: ignore[method-assign]
    with TestClient(create_app(settings, broken)) as client:
        problem = client.get("/readyz").json()
        assert client.get("/livez").status_code == 200
    assert (problem["code"], "test at start failed" in problem["checks"]["self_test"]) == ("not_ready", True)


def test_the_golden_note_holds_an_example_of_every_member(predictor: Predictor) -> None:
    text = golden_note(predictor.definition).fields[predictor.definition.main_field]
    assert all(m.acceptable.text in text for dimension in predictor.definition.dimensions for m in dimension.members)
