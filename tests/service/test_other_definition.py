"""Another company's definition, with other names, fields and kinds, is served without a change of code."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from starlette.testclient import TestClient

from insight_classifier.decode import Findings
from insight_classifier.definition import Definition, Dimension
from insight_classifier.definition_reader import read_definition
from insight_classifier.judgement import Check, Judgement, Level, Option, Origin, Span, Verdict
from insight_classifier.notes import Note
from service.app import create_app
from service.settings import Settings
from tests.service.test_page import words

OTHER = Path(__file__).resolve().parents[1] / "definitions" / "support_call.yaml"
CALL = "Router dropped out as the old splitter was still plugged in. She is back online."


@pytest.fixture(scope="module")
def other() -> Definition:
    return read_definition(OTHER)


@pytest.fixture(scope="module")
def client(other: Definition, settings: Settings) -> Iterator[TestClient]:
    def decide(notes: list[Note], findings: object) -> list[Judgement]:
        return [judged(note, other) for note in notes]

    shell = SimpleNamespace(definition=other, model=Origin("m", "1", "f"), safety=lambda note: {}, screen=lambda note: Findings({}))
    shell.judge, shell.prepare = lambda notes: decide(notes, []), lambda notes: [prepared(note) for note in notes]
    shell.run = lambda windows: None
    shell.decode = lambda windows, outputs, findings: decide([item.note for item in windows], findings)
    with TestClient(create_app(settings, shell)) as client:
        yield client


def prepared(note: Note) -> SimpleNamespace:
    """As far as the queue looks: a note of so many tokens."""
    return SimpleNamespace(note=note, ids=np.zeros((1, 8)))


def judged(note: Note, definition: Definition) -> Judgement:
    """A judgement that meets every check with the first six characters as its quote."""
    quote = (Span(definition.main_field, 0, 6, note.fields[definition.main_field][:6]),)
    verdicts = {dimension.name: verdict(dimension, quote) for dimension in definition.dimensions}
    origin = Origin(definition.name, definition.version, definition.fingerprint)
    return Judgement(note.id, definition.label.met, 0.9, verdicts, False, (), ("And then?",), origin, Origin("m", "1", "f"))


def verdict(dimension: Dimension, quote: tuple[Span, ...]) -> Verdict:
    share = 1 / len(dimension.members)
    if dimension.kind == "scale":
        return Level(1, dimension.names[1], (share,) * len(dimension.members), quote)
    if dimension.kind == "choice":
        return Option(dimension.names[0], dict.fromkeys(dimension.names, share))
    return {name: Check(True, 0.9, quote, "model" if dimension.lane else None) for name in dimension.names}


def test_it_is_ready(client: TestClient) -> None:
    assert client.get("/readyz").json()["status"] == "ready"


def test_it_reads_the_fields_of_the_definition(client: TestClient, other: Definition) -> None:
    assert client.post("/v1/score", json={other.main_field: CALL}).json()["label"] == other.label.met
    assert client.post("/v1/score", json={"text": CALL}).json()["code"] in ("missing_text", "unknown_key")


def test_it_documents_the_definition(client: TestClient, other: Definition) -> None:
    properties = client.get("/openapi.json").json()["components"]["schemas"]["Judgement"]["properties"]
    assert {dimension.name for dimension in other.dimensions} <= properties.keys()


def test_its_page_shows_every_dimension(client: TestClient, other: Definition) -> None:
    page = words(client.post("/", data={other.main_field: CALL}).text)
    assert all(member.title in page for dimension in other.dimensions for member in dimension.members if not dimension.lane)
    assert CALL[6:] in page


def test_notes_to_try_that_do_not_fit_are_not_offered(client: TestClient) -> None:
    assert "to try" not in client.get("/").text


def test_without_a_safety_lane_none_is_claimed(client: TestClient, other: Definition) -> None:
    assert "Safety scan" not in client.post("/", data={other.main_field: CALL}).text
