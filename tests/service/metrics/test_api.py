"""GET /metrics of a real application: exact counts after a few calls, the format that was asked for, and who may read it."""

from collections.abc import Iterator

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.parser import text_string_to_metric_families as prometheus
from starlette.testclient import TestClient

from insight_classifier.definition import Definition
from insight_classifier.predictor import Predictor
from service.app import create_app
from service.database import Database
from service.settings import Settings
from tests.service.conftest import HARM
from tests.service.models.test_live import another
from tests.service.people.test_door import HERE, make_key

Numbers = dict[tuple[str, ...], float]


def scraped(client: TestClient, name: str) -> Numbers:
    """Each value of a metric by the values of its labels, in their names' order; nothing where all are 0."""
    families = prometheus(client.get("/metrics").text)
    samples = [sample for family in families for sample in family.samples if sample.name == name]
    return {tuple(value for _, value in sorted(sample.labels.items())): sample.value for sample in samples if sample.value}


@pytest.fixture
def client(settings: Settings, predictor: Predictor) -> Iterator[TestClient]:
    """An application that nobody called yet."""
    with TestClient(create_app(settings, predictor)) as client:
        yield client


def test_requests_are_counted_by_route_method_and_status(client: TestClient) -> None:
    for text in ("One.", "Two.", ""):
        client.post("/v1/score", json={"text": text})
    client.get("/v1/score")
    assert scraped(client, "insight_requests_total") == {
        ("POST", "/v1/score", "200"): 2, ("POST", "/v1/score", "422"): 1, ("GET", "/v1/score", "405"): 1,
    }  # fmt: skip
    assert scraped(client, "insight_request_seconds_count")["/v1/score",] == 4


@pytest.mark.parametrize("path", ["/v1/notes/crm-4711", "/v1/score/crm-4711", "/static/crm-4711", "/crm-4711?text=crm-4711"])
def test_a_path_or_an_odd_method_is_no_label(client: TestClient, path: str) -> None:
    client.request("CRM-4711", path, json={}, headers={"X-Request-Id": "crm-4711"})
    client.post(path, json={})
    assert "crm-4711" not in client.get("/metrics").text.lower()


def test_rejections_are_counted_by_their_code(client: TestClient) -> None:
    for content in (b"{", b'{"text": 3}', b'{"text": 4}'):
        client.post("/v1/score", content=content, headers={"Content-Type": "application/json"})
    client.post("/", data={"text": ""})
    assert scraped(client, "insight_rejections_total") == {("invalid_json",): 1, ("wrong_type",): 2, ("empty_text",): 1}


def test_notes_are_counted_by_label_and_level(client: TestClient, definition: Definition) -> None:
    results = client.post("/v1/score/batch", json={"notes": [{"text": "One."}, {"text": HARM}, {"text": 3}]}).json()["results"]
    results = [client.post("/v1/score", json={"text": "Three."}).json(), *results[:2]]
    labels, scales = scraped(client, "insight_notes_judged_total"), definition.of_kind("scale")
    assert labels == {(label,): [r["label"] for r in results].count(label) for label in {r["label"] for r in results}}
    levels = [(scale.name, result[scale.name]["name"]) for scale in scales for result in results]
    assert scraped(client, "insight_levels_total") == {level: levels.count(level) for level in levels}
    assert scraped(client, "insight_notes_unjudged_total") == {("wrong_type",): 1}


def test_safety_hits_are_counted_by_flag_and_source_whatever_becomes_of_the_note(client: TestClient, definition: Definition) -> None:
    judged = client.post("/v1/score", json={"text": HARM}).json()
    refused = client.post("/v1/score", json={"text": HARM, "id": []}).json()
    lanes = [d.name for d in definition.dimensions if d.lane]
    met = [(flag, c["source"]) for found in (judged, refused) for d in lanes for flag, c in found[d].items() if c["met"]]
    assert len(met) > 2
    assert scraped(client, "insight_safety_hits_total") == {hit: met.count(hit) for hit in met}


def test_each_stage_and_batch_is_timed(client: TestClient) -> None:
    client.post("/v1/score/batch", json={"notes": [{"text": f"Note {n}."} for n in range(5)]})
    counts = scraped(client, "insight_stage_seconds_count")
    assert [counts[stage,] for stage in ("screen", "tokenize", "queue")] == [5, 5, 5]
    assert counts["compute",] == counts["decode",] == scraped(client, "insight_batch_notes_count")[()]
    assert scraped(client, "insight_batch_notes_sum")[()] == 5
    assert scraped(client, "insight_batch_tokens_sum")[()] >= 5 * 3


def test_an_empty_queue_is_told_as_empty(client: TestClient) -> None:
    client.post("/v1/score", json={"text": "One."})
    assert not any(scraped(client, f"insight_queue_{unit}") for unit in ("notes", "tokens", "bytes"))


def test_a_swap_is_counted_and_the_new_model_told(settings: Settings, predictor: Predictor, tiny_model, tmp_path) -> None:
    another(tiny_model, tmp_path / "two")
    with TestClient(create_app(settings, predictor, tmp_path)) as client:
        assert client.post("/v1/models/swap", json={"model": "two"}).status_code == 200
        (tmp_path / "two" / "tokenizer.json").write_text("{}")
        another(tiny_model, tmp_path / "three")
        (tmp_path / "three" / "tokenizer.json").write_text("{}")
        assert client.post("/v1/models/swap", json={"model": "three"}).json()["code"] == "model_refused"
        client.post("/v1/models/rollback")
        assert scraped(client, "insight_model_swaps_total") == {("swapped",): 1, ("refused",): 1, ("rolled_back",): 1}
        assert [labels for labels in scraped(client, "insight_model_info") if predictor.model.name in labels]
        assert len(scraped(client, "insight_model_info")) == 1


def test_open_metrics_are_sent_to_whoever_asks(client: TestClient) -> None:
    answer = client.get("/metrics", headers={"Accept": "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"})
    assert answer.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert "insight_requests" in {family.name for family in open_metrics(answer.text)}


@pytest.mark.parametrize("accept", ["", "*/*", "text/plain", "application/openmetrics-text; version=x.y", "text/plain;version=99", ";,;="])
def test_everybody_else_gets_prometheus_text(client: TestClient, accept: str) -> None:
    answer = client.get("/metrics", headers={"Accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")


def test_two_applications_count_apart(client: TestClient, settings: Settings, predictor: Predictor) -> None:
    with TestClient(create_app(settings, predictor)) as other:
        other.get("/livez")
        assert scraped(other, "insight_requests_total") == {("GET", "/livez", "200"): 1}
    assert scraped(client, "insight_requests_total") == {}


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    with Database(sqlite_url) as database:
        yield database


def test_where_there_are_keys_one_is_needed_that_may_read(settings: Settings, predictor: Predictor, database: Database) -> None:
    reader, scorer = make_key(database, "read"), make_key(database, "score")
    with TestClient(create_app(settings, predictor, database=database), **HERE) as client:
        statuses = [client.get("/metrics", headers=headers).status_code for headers in ({}, scorer, reader)]
    assert statuses == [401, 403, 200]


def test_an_operator_may_open_them(settings: Settings, predictor: Predictor, database: Database) -> None:
    make_key(database, "score")
    opened = settings.model_copy(update={"metrics_open": True})
    with TestClient(create_app(opened, predictor, database=database), **HERE) as client:
        assert client.get("/metrics").status_code == 200
