"""From text to judgement: offsets are true, labels follow the rule, nothing is cut."""

from copy import copy
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest

from insight_classifier.definition import Definition
from insight_classifier.judgement import Judgement, Level
from insight_classifier.notes import Note
from insight_classifier.predictor import Predictor, with_questions
from insight_classifier.runtime import OpenVinoRuntime

ODD = [
    "plain",
    "<p>She won&rsquo;t start it in CKD&nbsp;4 &amp; says <b>why</b>.</p>",
    "emoji 🙂🙂 then text 👩‍⚕️ she asked why",
    "line one\r\nline two\r\n\r\nline three",
    "combining e\u0301 marks n\u0303 here",
    "‏مرحبا she said no",
    "nul \x00 byte and \x1b escape",
    "Die Patienten nehmen das Medikament nicht, weil sie Angst haben.",
    "p<0.05 and x>3 & more",
    "word " * 3000,
]


def spans(judgement: Judgement):
    for verdict in judgement.verdicts.values():
        if isinstance(verdict, Level):
            yield from verdict.evidence
        elif isinstance(verdict, dict):
            for check in verdict.values():
                yield from check.evidence


@pytest.mark.parametrize("text", ODD)
def test_evidence_is_a_piece_of_what_was_sent(predictor: Predictor, text: str):
    (judgement,) = predictor.judge([Note("a", {"text": text, "next_steps": text})])
    for span in spans(judgement):
        assert {"text": text, "next_steps": text}[span.field][span.start : span.end] == span.text != ""


def test_the_label_follows_the_rule(predictor: Predictor, labelled, definition: Definition):
    for judgement in predictor.judge([note.note for note in labelled[:60]]):
        met = {name: check.met for verdict in judgement.verdicts.values() if isinstance(verdict, dict) for name, check in verdict.items()}
        assert judgement.label == definition.label.name(definition.label.rule(met))


def test_a_required_check_stands_before_those_that_need_it(predictor: Predictor, labelled):
    for judgement in predictor.judge([note.note for note in labelled[:60]]):
        criteria = judgement.verdicts["criteria"]
        assert criteria["external_perspective"].met or not (criteria["rationale"].met or criteria["implication"].met)


def test_a_batch_and_single_notes_agree(predictor: Predictor, labelled):
    notes = [note.note for note in labelled[:20]]
    together = predictor.judge(notes)
    alone = [predictor.judge([note])[0] for note in notes]
    assert [j.probability for j in together] == pytest.approx([j.probability for j in alone], abs=0.02)


def test_every_met_check_shows_its_evidence(predictor: Predictor, labelled, definition: Definition):
    for judgement in predictor.judge([note.note for note in labelled[:60]]):
        for dimension in definition.of_kind("checks"):
            for member in dimension.members:
                check = judgement.verdicts[dimension.name][member.name]
                assert not check.met or not member.evidence or check.evidence


def test_a_note_in_another_language_is_flagged_and_scored(predictor: Predictor):
    text = "Die Patienten nehmen das Medikament nicht, weil sie vor den Nebenwirkungen große Angst haben und niemand mit ihnen spricht."
    (judgement,) = predictor.judge([Note("a", {"text": text})])
    assert "language_de" in judgement.review_reasons


def test_a_note_of_signs_is_scored_and_flagged(predictor: Predictor):
    signs, words = predictor.judge([Note("a", {"text": "\U0001f44d\U0001f44d !!"}), Note("b", {"text": "\U0001f44d Great call."})])
    assert "no_words" in signs.review_reasons
    assert "no_words" not in words.review_reasons


def test_a_judgement_brings_a_vector_of_its_note_that_its_json_leaves_out(predictor: Predictor, labelled):
    notes = [note.note for note in labelled[:4]]
    judgements = predictor.judge([*notes, notes[0]])
    vectors = np.stack([judgement.vector for judgement in judgements]).astype(np.float32)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=0.01)
    assert vectors @ vectors[0] == pytest.approx(np.array([1.0, *vectors[1:4] @ vectors[0], 1.0]), abs=0.01)
    assert "vector" not in judgements[0].to_dict()


def test_a_graph_from_before_there_were_vectors_judges_without(predictor: Predictor, labelled, tmp_path: Path, tiny_model: Path):
    proto = onnx.load(tiny_model / "model.onnx")
    del proto.graph.output[2:]
    onnx.save_model(proto, tmp_path / "model.onnx")
    before = copy(predictor)
    before.runtime = OpenVinoRuntime(tmp_path / "model.onnx", threads=1)
    (judgement,) = before.judge([labelled[0].note])
    assert judgement.vector is None
    assert judgement.label == predictor.judge([labelled[0].note])[0].label


def test_a_model_from_before_the_bank_asks_from_the_shipped_one(definition: Definition) -> None:
    old = replace(definition, questions=())
    assert with_questions(old).questions == definition.questions
    assert with_questions(old).fingerprint == old.fingerprint


def test_a_bank_of_its_own_stays_and_another_definition_gets_none(definition: Definition, support_call: Definition) -> None:
    own = replace(definition, questions=definition.questions[:1])
    assert with_questions(own) == own
    assert with_questions(support_call).questions == ()
