"""What goes on record: each judgement is told once, and a scan names the rules that made it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from insight_classifier.definition import Definition
from service.database import Base, Database, now
from service.notes.rules import Delivery
from service.notes.store import erase
from service.recording import Recorder, Said
from service.safety.fingerprint import rules_fingerprint
from service.vectors.tables import VectorRow
from service.webhooks.rules import Event
from tests.service.notes.made import delivery, judgement


@pytest.fixture
def recorder(database: Database, definition: Definition) -> Recorder:
    return Recorder(database, definition, due_after=timedelta(hours=24), wake=lambda: None)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    events: list[Event] = []
    monkeypatch.setattr("service.recording.emit_many", lambda connection, made: events.extend(made))
    return events


def store(recorder: Recorder, said: Sequence[Said]) -> list[dict[str, Any]]:
    return recorder.database.write(lambda connection: recorder.store(connection, said, now()))


def said(arrived: Delivery, model: str = "m1") -> Said:
    return Said({"text": "a note"}, judgement(model=model), arrived)


def test_a_record_that_stands_twice_in_a_batch_is_told_once(recorder: Recorder, told: list[Event]):
    store(recorder, [said(delivery("one")), said(delivery("two")), said(delivery("one"))])
    assert len(told) == 2


def test_a_record_that_two_judged_at_the_same_moment_is_told_once(recorder: Recorder, told: list[Event]):
    for model in ("m1", "m1", "m2"):
        store(recorder, [said(delivery("one"), model)])
    assert [event.data["judgement"]["model"]["fingerprint"] for event in told] == ["m1", "m2"]


def test_a_scan_names_the_rules_of_the_model_that_was_swapped_in(recorder: Recorder, definition: Definition):
    other = replace(definition, version="next")
    store(recorder, [replace(said(delivery("one")), definition=other)])
    with recorder.database.read() as connection:
        rules = connection.scalar(select(Base.metadata.tables["safety_scans"].c.rules))
    assert rules == rules_fingerprint(other) != rules_fingerprint(definition)


def test_the_vector_of_a_note_is_kept_with_its_judgement(recorder: Recorder):
    (result,) = store(recorder, [replace(said(delivery("one")), vector=b"\0\x3c")])
    with recorder.database.read() as connection:
        row = connection.execute(select(VectorRow.note_id, VectorRow.model_fingerprint, VectorRow.vector)).one()
    assert row == (result["note_id"], "m1", b"\0\x3c")


def test_of_a_note_that_was_erased_meanwhile_no_vector_is_kept(recorder: Recorder):
    (result,) = store(recorder, [said(delivery("one"))])
    recorder.database.write(lambda connection: erase(connection, [result["note_id"]]))
    store(recorder, [replace(said(delivery(text)), vector=b"\0\x3c") for text in ("one", "two")])
    with recorder.database.read() as connection:
        assert connection.scalar(select(VectorRow.note_id)) is None
