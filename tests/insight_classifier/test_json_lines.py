"""A broken line is reported by what is known of it, and its words stay readable for the safety rules."""

import io

import pytest

from insight_classifier import json_lines as reader
from insight_classifier.json_lines import json_lines
from insight_classifier.record import Record


def first(line: bytes) -> Record:
    return next(json_lines(io.BytesIO(line), "text", "n.jsonl"))


@pytest.mark.parametrize(
    "line",
    [
        b'{"id": "a7", "text": "It was bad.\\nShe died on it',  # cut off
        b'{"id": "a7", "text": "She died on it", }',
        b'{"id": "a7", "text": "She \\u0064ied on it"} trailing',
        b'{"id": "a7", "text": "She died on it", "text": "All well."}',
        b'{"id": "a7", "text": "caf\xe9. She died on it"',
    ],
)
def test_a_broken_line_keeps_its_id_and_its_words(line: bytes):
    record = first(line + b"\n")
    assert record.error is not None
    assert record.content["id"] == "a7"
    assert "\nShe died on it" in f"\n{record.content['text']}".replace('"She', "\nShe").replace(" She", "\nShe")


def test_text_that_is_no_object_keeps_its_words():
    assert "She died" in first(b'["She died on it"]').content["text"]


def test_a_number_serves_as_id_and_an_id_in_other_places_does_not():
    assert first(b'{"id": 12, "text": "x').content["id"] == 12
    assert "id" not in first(b'{"text": "x", "id": 12').content


def test_a_key_that_stands_twice_is_named():
    assert "'text' stands twice" in str(first(b'{"text": "a", "text": "b"}').error)


def test_a_line_beyond_the_limit_keeps_its_beginning(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reader, "MAX_LINE", 40)
    long, whole = json_lines(io.BytesIO(b'{"id": 1, "text": "She died' + b" x" * 90 + b'"}\n{"text": "y"}\n'), "text", "n.jsonl")
    assert long.error is not None
    assert (long.error.code, "She died" in long.content["text"], whole.content) == ("line_too_long", True, {"text": "y"})
