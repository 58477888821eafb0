"""Whatever becomes of a note, none of its words stands in a log line, a metric or a span."""

import json
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
import structlog
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.testclient import TestClient

from insight_classifier.predictor import Predictor
from service import logs
from service.app import create_app
from service.settings import Settings
from service.tracing import Traced
from tests.service.conftest import HARM, deciding

WORD = "Zebrafinch"
TEXT = f"{HARM} {WORD} she said, {WORD}."
JSON, FORM = {"Content-Type": "application/json"}, {"Content-Type": "application/x-www-form-urlencoded"}
TRACE = "0af7651916cd43dd8448eb211c80319c"
Call = Callable[[TestClient], object]


def post(path: str = "/v1/score", content: bytes | None = None, headers: dict[str, str] = JSON, **body: object) -> Call:
    sent = json.dumps(body).encode() if content is None else content
    return lambda client: client.post(path, content=sent, headers=headers)


def closed(client: TestClient) -> object:
    client.app.state.scorer.batcher.refuse_new()  # type: ignore[attr-defined]
    return client.post("/v1/score/batch", json={"notes": [{"text": TEXT}]})


CALLS: dict[str, Call] = {
    "judged": post(text=TEXT),
    "judged in a batch": post("/v1/score/batch", notes=[{"id": WORD, "text": TEXT, "metadata": {"msl": WORD}}]),
    "an unknown key": post(**{"text": TEXT, WORD: 1}),
    "a wrong type": post(text=TEXT, id=[WORD]),
    "too long": post(text=TEXT * 1000),
    "too large": post(text=TEXT * 10_000),
    "empty": post(text="", next_steps=WORD, id=WORD),
    "a NUL": post(text=f"{TEXT}\0"),
    "half a pair": post(content=f'{{"text": "{TEXT}\\ud800"}}'.encode()),
    "no JSON": post(content=f'{{"text": "{TEXT}'.encode()),
    "no UTF-8": post(content=f'{{"text": "{TEXT}'.encode() + b'\xff"}'),
    "no object": post(content=json.dumps(TEXT).encode()),
    "another type": post(content=TEXT.encode(), headers={"Content-Type": "text/plain"}),
    "bad among good": post("/v1/score/batch", notes=[{"text": TEXT}, TEXT, {"text": 3, WORD: TEXT}]),
    "a CRM's record": post("/v1/score/csv", content=json.dumps([{"Id": WORD, "text": TEXT}, {WORD: TEXT}]).encode()),
    "another part": post(f"/v1/score?fields={WORD}", text=TEXT),
    "another model": post(f"/v1/score?model={WORD}&definition={WORD}", text=TEXT),
    "in the address": lambda client: client.get("/v1/info", params={"text": TEXT}),
    "on the page": post("/", content=f"text={WORD}".encode(), headers=FORM),
    "refused on the page": post("/", content=f"text={WORD * 20_000}".encode(), headers=FORM),
    "a model's name": post("/v1/models/swap", model=WORD),
    "at the end": closed,
}


@dataclass
class Heard:
    """All that an operator sees of a service."""

    error: Callable[[], str]
    exporter: InMemorySpanExporter = field(default_factory=InMemorySpanExporter)

    def after(self, call: Call, predictor: Predictor, settings: Settings) -> str:
        logs.configure("debug")
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        with TestClient(create_app(settings, predictor, tracing=Traced(provider)), raise_server_exceptions=False) as client:
            call(client)
            metrics = client.get("/metrics").text
        spans = "".join(span.to_json() for span in self.exporter.get_finished_spans())
        assert '"event": "request"' in (lines := self.error())
        assert "insight_requests_total{" in metrics
        assert "http.route" in spans
        return lines + metrics + spans


@pytest.fixture
def heard(capsys: pytest.CaptureFixture[str]) -> Iterator[Heard]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield Heard(lambda: capsys.readouterr().err)
    structlog.reset_defaults()
    root.handlers[:] = before
    root.setLevel(level)


@pytest.mark.parametrize("name", CALLS)
def test_no_word_of_a_note_is_told(name: str, heard: Heard, predictor: Predictor, settings: Settings) -> None:
    told = heard.after(CALLS[name], predictor, settings)
    assert WORD not in told
    assert "jaundice" not in told


@pytest.mark.parametrize("stage", ["screen", "prepare", "run", "decode"])
@pytest.mark.parametrize("batch", [False, True])
def test_no_word_is_told_where_a_stage_fails(stage: str, batch: bool, heard: Heard, predictor: Predictor, settings: Settings) -> None:
    def fails(*arguments: object) -> None:
        raise ValueError(TEXT) from KeyError(TEXT)

    broken = deciding(predictor, predictor.decide)
    setattr(broken, stage, fails)
    call = post("/v1/score/batch", notes=[{"text": TEXT}, {"text": WORD}]) if batch else post(text=TEXT)
    told = heard.after(call, broken, settings)
    assert "ValueError" in told
    assert WORD not in told


def test_no_word_is_told_where_time_runs_out(heard: Heard, predictor: Predictor, settings: Settings) -> None:
    def slow(notes, findings):
        time.sleep(0.6)
        return predictor.decide(notes, findings)

    hurried = settings.model_copy(update={"deadline_seconds": 0.3})
    told = heard.after(post(text=TEXT), deciding(predictor, slow), hurried)
    assert 'insight_notes_unjudged_total{code="deadline_exceeded"} 1.0' in told
    assert WORD not in told


def test_no_word_is_told_where_too_much_waits(heard: Heard, predictor: Predictor, settings: Settings) -> None:
    full = settings.model_copy(update={"queue_bytes": 50})
    told = heard.after(post(text=TEXT), predictor, full)
    assert 'insight_rejections_total{code="overloaded"} 1.0' in told
    assert WORD not in told


def test_each_line_tells_the_callers_trace(heard: Heard, predictor: Predictor, settings: Settings) -> None:
    def decide(notes, findings):
        raise ValueError(WORD)

    logs.configure("info")
    call = post("/v1/score/batch", headers={**JSON, "traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}, notes=[{"text": "a"}])
    with TestClient(create_app(settings, deciding(predictor, decide))) as client:
        call(client)
        client.get("/livez")
    lines = [json.loads(line) for line in heard.error().splitlines() if line.startswith("{")]
    told = [(line["event"], line.get("trace_id")) for line in lines if line["event"] in ("failure", "request")]
    assert told == [("failure", TRACE), ("request", TRACE), ("request", None)]
