"""A judgement at a terminal: evidence stands where it belongs, reasons stand in words."""

from dataclasses import replace

import pytest

from insight_classifier.definition import Definition
from insight_classifier.judgement import Check, Judgement, Span
from insight_classifier.notes import Note
from insight_classifier.predictor import Predictor
from insight_classifier.rendering import marked, printed, tagged_spans

CODES = ("label_uncertain", "label_and_probability_disagree", "no_words", "language_de")


@pytest.fixture
def judgement(predictor: Predictor) -> Judgement:
    return predictor.judge([Note("a", {"text": "One."})])[0]


@pytest.mark.parametrize("code", CODES)
def test_a_reason_is_told_in_words(judgement: Judgement, definition: Definition, code: str):
    shown = printed(Note("a", {"text": "One."}), replace(judgement, review_reasons=(code,)), definition)
    lines = shown[shown.index("Needs review") :].splitlines()
    assert "_" not in lines[1]
    assert len(lines[1].split()) > 5


def test_marks_keep_their_place_behind_line_breaks_and_steering_signs(judgement: Judgement, definition: Definition):
    text = "a\r\nb\x1b[0m\u202e She won't start it."
    start = text.index("She")
    dimension = next(definition.of_kind("checks"))
    check = Check(True, 0.9, (Span("text", start, len(text), text[start:]),))
    judgement = replace(judgement, verdicts={**judgement.verdicts, dimension.name: {dimension.names[0]: check}})
    tags = {tag: number for number, tag in enumerate(tagged_spans(judgement.verdicts, definition), start=1)}
    drawn = marked(Note("a", {"text": text}), "text", judgement, definition, tags)
    assert "She won't start it.[1]" in drawn.plain
    assert "She won't start it." in [drawn.plain[span.start : span.end] for span in drawn.spans]
    assert "\x1b" not in drawn.plain
