"""What of a judgement or a refusal needs a person, and what the payload, the clock and the cursor say."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insight_classifier.definition import Definition
from insight_classifier.notes import Note
from insight_classifier.predictor import Predictor
from insight_classifier.scoring import flags_of_refused
from service.errors import RequestError
from service.safety.rules import Lane, awareness, cursor_of, payload, read_cursor, times
from tests.service.conftest import HARM

AT = datetime(2026, 5, 3, 8, tzinfo=UTC)


def lane_checks(definition: Definition, **check: Any) -> dict[str, Any]:
    """Every member of the lane, met."""
    evidence = [{"start": 2, "end": 5, "text": "ill"}]
    return {
        d.name: {m.name: {"met": True, "probability": 0.9, "evidence": evidence, "source": "both", **check} for m in d.members}
        for d in definition.dimensions
        if d.kind == "checks"
    }


def test_the_flags_of_the_lane_alone_are_hits_and_those_that_ask_for_quotes_are_urgent(definition: Definition):
    members = [m for d in definition.dimensions if d.lane for m in d.members]
    hits = Lane(definition).hits(lane_checks(definition))
    assert [(hit.flag, hit.urgent) for hit in hits] == [(m.name, m.evidence > 0) for m in members]
    assert any(hit.urgent for hit in hits)
    assert hits[0].spans() == [{"flag": hits[0].flag, "field": None, "start": 2, "end": 5, "by": "both"}]


def test_what_is_not_met_is_no_hit(definition: Definition):
    assert Lane(definition).hits(lane_checks(definition, met=False)) == ()
    assert Lane(definition).hits({}) == ()


def test_a_real_judgement_and_a_real_refusal_are_read(predictor: Predictor):
    lane = Lane(predictor.definition)
    refused = lane.hits(flags_of_refused({"text": HARM, "id": []}, predictor.safety, predictor.definition))
    assert refused
    assert all(hit.by == {"rule"} and hit.places for hit in refused)
    (judged,) = predictor.judge([Note("n", {"text": HARM})])
    assert {hit.flag for hit in refused} <= {hit.flag for hit in lane.hits(judged.to_dict())}


def test_no_word_of_a_quote_is_kept(definition: Definition):
    hits = Lane(definition).hits(lane_checks(definition))
    assert "ill" not in str([hit.spans() for hit in hits]) + str([hit.marks for hit in hits])


def test_a_quote_is_known_again_wherever_it_stands(definition: Definition):
    moved = {"evidence": [{"start": 90, "end": 94, "text": " ILL"}]}
    before, after = (Lane(definition).hits(lane_checks(definition, **change)) for change in ({}, moved))
    assert [hit.marks for hit in before] == [hit.marks for hit in after]


@pytest.mark.parametrize(("said", "found"), [(None, 0), (-5, -5), (0, 0), (1, 0)])
def test_the_clock_begins_when_the_note_was_written_unless_that_is_to_come(said: int | None, found: int):
    moment = None if said is None else AT + timedelta(hours=said)
    assert awareness(moment, AT) == AT + timedelta(hours=found)


def test_half_the_time_is_half_the_time():
    assert times(AT, timedelta(hours=10)).half_at == AT + timedelta(hours=5)


def test_the_payload_says_where_to_look_and_nothing_of_the_note():
    item = {"id": "saf_1", "note_id": "n", "source": "veeva", "record_id": None, "state": "open", "flags": "a b"}
    told = payload({**item, "awareness_at": AT, "due_at": AT, "spans": ["x"], "comment": "x"}, "first")
    assert set(told) == {"item_id", "note_id", "source", "record_id", "state", "flags", "awareness_at", "due_at", "reason"}
    assert (told["flags"], told["due_at"]) == (["a", "b"], "2026-05-03T08:00:00Z")


def test_a_cursor_comes_back_as_it_was():
    assert read_cursor(cursor_of(AT + timedelta(microseconds=1), "saf_1")) == (AT + timedelta(microseconds=1), "saf_1")


@given(st.text(max_size=40))
def test_any_other_cursor_is_refused_in_words(text: str):
    with pytest.raises(RequestError):
        read_cursor(text)
