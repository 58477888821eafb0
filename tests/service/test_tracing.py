"""Traces: a span for the request and each stage, under the caller's own, without a word of the note; nothing where not asked for."""

import json
import socket
import sys
import time
from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.testclient import TestClient

from insight_classifier.errors import ConfigError
from insight_classifier.predictor import Predictor
from service.app import create_app
from service.settings import Settings
from service.tracing import EXPORT_SECONDS, Traced, Untraced, callers_trace, make_tracing, otlp_address
from tests.service.conftest import deciding

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
CALLED = {"traceparent": f"00-{TRACE}-{PARENT}-01", "X-Request-Id": "r1"}
SECRET = "Zebrafinch"


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def tracing(exporter: InMemorySpanExporter) -> Traced:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return Traced(provider)


@pytest.fixture
def client(settings: Settings, predictor: Predictor, tracing: Traced) -> Iterator[TestClient]:
    with TestClient(create_app(settings, predictor, tracing=tracing)) as client:
        yield client


def spans(exporter: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    return {span.name: span for span in exporter.get_finished_spans()}


def test_a_request_and_the_stages_of_its_note_are_spans_of_the_callers_trace(client: TestClient, exporter: InMemorySpanExporter) -> None:
    client.post("/v1/score", json={"text": "A note."}, headers=CALLED)
    found = spans(exporter)
    assert set(found) == {"POST /v1/score", "screen", "queue", "compute", "decode"}
    assert {f"{span.context.trace_id:032x}" for span in found.values()} == {TRACE}
    request = found.pop("POST /v1/score")
    assert f"{request.parent.span_id:016x}" == PARENT
    assert {span.parent.span_id for span in found.values()} == {request.context.span_id}
    assert all(request.start_time <= span.start_time <= span.end_time <= request.end_time for span in found.values())


def test_the_request_tells_route_and_status(client: TestClient, exporter: InMemorySpanExporter) -> None:
    client.post("/v1/score/crm-4711?x=crm-4711", json={}, headers=CALLED)
    (span,) = exporter.get_finished_spans()
    assert dict(span.attributes) == {
        "http.request.method": "POST", "http.route": "/v1/score/{preset}", "http.response.status_code": 404, "insight.request_id": "r1",
    }  # fmt: skip
    assert span.status.is_unset


def test_a_batch_of_many_notes_makes_a_span_a_stage_not_a_note(client: TestClient, exporter: InMemorySpanExporter) -> None:
    client.post("/v1/score/batch", json={"notes": [{"text": f"Note {n}."} for n in range(8)]})
    names = [span.name for span in exporter.get_finished_spans()]
    assert names.count("screen") == 1
    assert names.count("compute") == sum(1 for span in exporter.get_finished_spans() if span.name == "queue") < 8
    assert sum(span.attributes["insight.batch_notes"] for span in exporter.get_finished_spans() if span.name == "compute") == 8


def test_a_caller_who_samples_nothing_gets_no_spans(client: TestClient, exporter: InMemorySpanExporter) -> None:
    client.post("/v1/score", json={"text": "A note."}, headers={"traceparent": f"00-{TRACE}-{PARENT}-00"})
    assert exporter.get_finished_spans() == ()


def test_a_fault_marks_its_span_and_quotes_nothing(settings, predictor: Predictor, tracing: Traced, exporter: InMemorySpanExporter) -> None:
    def decide(notes, findings):
        raise ValueError(notes[0].fields["text"])

    with TestClient(create_app(settings, deciding(predictor, decide), tracing=tracing)) as client:
        client.post("/v1/score", json={"text": SECRET})
    assert not spans(exporter)["POST /v1/score"].status.is_ok
    assert SECRET not in json.dumps([span.to_json() for span in exporter.get_finished_spans()])


@pytest.mark.parametrize(
    "header",
    [
        "", "nonsense", f"ff-{TRACE}-{PARENT}-01", f"00-{'0' * 32}-{PARENT}-01", f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{PARENT}-01",
        f"00-{TRACE}-{PARENT}-01-more", f"00-{TRACE}-{PARENT}", f"00-{TRACE}-{PARENT}-01\n",
    ],
)  # fmt: skip
def test_a_malformed_traceparent_is_none(header: str) -> None:
    assert callers_trace({"traceparent": header}) is None


@pytest.mark.parametrize("header", [f"00-{TRACE}-{PARENT}-00", f"01-{TRACE}-{PARENT}-01", f"01-{TRACE}-{PARENT}-01-more"])
def test_a_wellformed_traceparent_names_its_trace(header: str) -> None:
    assert callers_trace({"traceparent": header}) == TRACE


def test_nothing_is_traced_unless_asked_for() -> None:
    assert isinstance(make_tracing(None), Untraced)


def test_asked_for_and_not_installed_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(ConfigError, match=r"insight-classifier\[telemetry\]"):
        make_tracing("http://127.0.0.1:4318")


@pytest.mark.parametrize("endpoint", ["collector", "ftp://collector", "http://", "127.0.0.1:4318", "http://[::1"])
def test_an_endpoint_that_is_none_is_refused_in_words(endpoint: str) -> None:
    with pytest.raises(ConfigError, match="INSIGHT_TRACES"):
        make_tracing(endpoint)


@pytest.mark.parametrize(
    ("endpoint", "address"),
    [
        ("http://collector:4318", "http://collector:4318/v1/traces"),
        ("https://collector/", "https://collector/v1/traces"),
        ("https://x.test/otlp/v1/traces", "https://x.test/otlp/v1/traces"),
    ],
)
def test_a_collector_without_a_path_gets_the_usual_one(endpoint: str, address: str) -> None:
    assert otlp_address(endpoint) == address


def test_a_collector_that_hangs_holds_nobody_up(settings: Settings, predictor: Predictor) -> None:
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        tracing = make_tracing(f"http://127.0.0.1:{hanging.getsockname()[1]}")
        with TestClient(create_app(settings, predictor, tracing=tracing)) as client:
            assert client.post("/v1/score", json={"text": "A note."}, headers=CALLED).status_code == 200
            ending = time.monotonic()
        assert time.monotonic() - ending < EXPORT_SECONDS + 2
