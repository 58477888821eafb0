"""Notes are refused for what cannot be read, labelled notes for every contradiction of the codebook, each named."""

import json
from pathlib import Path
from typing import Any

import pytest

from insight_classifier.definition import Definition
from insight_classifier.errors import LabelError, NoteError
from insight_classifier.notes import MAX_CHARACTERS, has_words, labelled_record, read_labelled_note, read_note

CORPUS = sorted((Path(__file__).parent.parent.parent / "data" / "notes").glob("*.jsonl"))
TEXT = "Won't start it in CKD 4, the trial left them out; a third of her clinic stays untreated. Asked why. Asked how many."
VIEW, CAUSE, CONSEQUENCE = "Won't start it in CKD 4", "the trial left them out", "a third of her clinic stays untreated"


def labelled(**changes: Any) -> dict[str, Any]:
    """A sound labelled note, with changes."""
    return {
        "id": "n1",
        "text": TEXT,
        "next_steps": "Send the renal data.",
        "criteria": {"external_perspective": True, "rationale": True, "implication": True},
        "probing_depth": 2,
        "view_change": {"planned": False, "checked": False, "claimed": False},
        "objective": "evidence",
        "flags": [],
        "evidence": [
            {"tag": "external_perspective", "quote": VIEW},
            {"tag": "rationale", "quote": CAUSE},
            {"tag": "implication", "quote": CONSEQUENCE},
            {"tag": "question", "quote": "Asked why"},
        ],
        "field_label": "insight",
        "msl": "m01",
    } | changes


def quotes(*extra: dict[str, Any], without: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    return [item for item in labelled()["evidence"] if item["tag"] not in without] + list(extra)


def refusal(record: dict[str, Any], definition: Definition) -> str:
    with pytest.raises(LabelError) as caught:
        read_labelled_note(record, definition)
    return str(caught.value)


CRITERIA = labelled()["criteria"]
VIEWS = labelled()["view_change"]
CONTRADICTIONS = [
    ({"criteria": CRITERIA | {"external_perspective": False}, "evidence": quotes(without=("external_perspective",))},
     "rationale is true but external_perspective, of which it is judged, is false"),
    ({"criteria": CRITERIA | {"external_perspective": False}, "evidence": quotes(without=("external_perspective",))},
     "implication is true but external_perspective, of which it is judged, is false"),
    ({"evidence": quotes(without=("rationale",))}, "rationale is true but has no quote: add one, or make it false"),
    ({"criteria": CRITERIA | {"implication": False}}, "implication is false but has a quote: delete it, or make it true"),
    ({"view_change": VIEWS | {"claimed": True}}, "claimed is true but has no quote"),
    ({"evidence": quotes({"tag": "planned", "quote": "Asked why"})}, "planned is false but has a quote"),
    ({"flags": ["adverse_event"]}, "adverse_event is true but has no quote"),
    ({"evidence": quotes({"tag": "adverse_event", "quote": "stays untreated"})}, "adverse_event is false but has a quote"),
    ({"evidence": quotes(without=("question",))}, "probing_depth follow_up needs 1 quotes tagged question, 0 are given"),
    ({"probing_depth": 3}, "probing_depth sequential needs 2 quotes tagged question, 1 are given"),
    ({"probing_depth": 0}, "probing_depth none allows no quote tagged question, 1 are given"),
    ({"evidence": quotes({"tag": "rationale", "quote": "the trial excluded them"})}, "does not stand in text: copy it verbatim"),
    ({"evidence": quotes({"tag": "rationale", "quote": CAUSE, "field": "next_steps"})}, "does not stand in next_steps"),
    ({"evidence": quotes({"tag": "rationale", "quote": CAUSE, "field": "nowhere"})}, "does not stand in nowhere"),
    ({"evidence": quotes({"tag": "reason", "quote": CAUSE})}, "evidence has the tag 'reason': use adverse_event, "),
    ({"evidence": quotes({"tag": "rationale", "quote": "  "})}, "an evidence entry needs a tag and a quote"),
    ({"evidence": quotes({"tag": "rationale"})}, "an evidence entry needs a tag and a quote"),
    ({"evidence": "none"}, "evidence must be a list, not a text"),
    ({"field_label": "strategic"}, "field_label is 'strategic': use insight or feedback"),
    ({"criteria": {"rationale": False, "implication": False}}, "criteria lacks external_perspective"),
    ({"criteria": CRITERIA | {"novelty": True}}, "criteria names 'novelty': use external_perspective, rationale, implication"),
    ({"criteria": CRITERIA | {"rationale": "yes"}}, "rationale must be true or false, not 'yes'"),
    ({"criteria": CRITERIA | {"rationale": 1}}, "rationale must be true or false, not 1"),
    ({"criteria": None}, "criteria must be {name: true or false} or a list of names, not nothing"),
    ({"flags": ["adverse_events"]}, "flags names 'adverse_events': use adverse_event, "),
    ({"probing_depth": 4}, "probing_depth must be 0 to 3, not 4"),
    ({"probing_depth": -1}, "probing_depth must be 0 to 3, not -1"),
    ({"probing_depth": True}, "probing_depth must be 0 to 3, not True"),
    ({"probing_depth": 1.5}, "probing_depth must be 0 to 3, not 1.5"),
    ({"probing_depth": None}, "probing_depth must be 0 to 3, not None"),
    ({"objective": "money"}, "objective is 'money': use diagnosis, treatment_choice, "),
    ({"objective": None}, "objective is None: use diagnosis"),
    ({"text": "  "}, "text is empty"),
    ({"text": None}, "text must be a text, not nothing"),
]  # fmt: skip


def test_a_sound_note_is_read(definition: Definition):
    note = read_labelled_note(labelled(), definition)
    assert note.levels == {"probing_depth": 2}
    assert note.options == {"objective": "evidence"}
    assert note.label_met(definition)
    assert note.note.metadata == {"field_label": "insight", "msl": "m01"}


@pytest.mark.parametrize(("change", "words"), CONTRADICTIONS)
def test_a_contradiction_is_refused_with_the_note_and_the_mend(change, words, definition: Definition):
    said = refusal(labelled(**change), definition)
    assert said.startswith("note n1: ")
    assert words in said


def test_every_contradiction_is_named_at_once(definition: Definition):
    said = refusal(labelled(flags=["adverse_event"], view_change=VIEWS | {"planned": True}, probing_depth=0), definition)
    assert said.count(";") == 2


def test_a_level_may_be_written_by_name(definition: Definition):
    assert read_labelled_note(labelled(probing_depth="follow_up"), definition).levels == {"probing_depth": 2}


def test_a_quote_may_stand_in_another_field(definition: Definition):
    record = labelled(criteria=CRITERIA, evidence=quotes({"tag": "implication", "quote": "Send the renal data", "field": "next_steps"}))
    assert read_labelled_note(record, definition).quotes[-1].field == "next_steps"


def test_checks_may_be_written_as_a_list_of_the_true_ones(definition: Definition):
    record = labelled(criteria=["external_perspective", "rationale", "implication"])
    assert read_labelled_note(record, definition).checks == read_labelled_note(labelled(), definition).checks


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_the_corpus_is_sound_and_survives_a_round_trip(path: Path, definition: Definition):
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    notes = [read_labelled_note(record, definition) for record in records]
    assert [read_labelled_note(labelled_record(note, definition), definition) for note in notes] == notes


def test_the_corpus_is_whole():
    assert sum(len(path.read_text(encoding="utf-8").splitlines()) for path in CORPUS) > 2000


def test_a_note_of_the_second_definition(support_call: Definition):
    record = {
        "transcript": "Old splitter still plugged in. Said sorry for the wait.",
        "resolution": ["cause_named"],
        "patience": "civil",
        "topic": "defect",
        "evidence": [{"tag": "cause_named", "quote": "Old splitter"}, {"tag": "patient_words", "quote": "Said sorry"}],
    }
    note = read_labelled_note(record, support_call)
    assert not note.label_met(support_call)
    assert read_labelled_note(labelled_record(note, support_call), support_call) == note


# Plain notes


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ({}, "missing_text"),
        ({"text": None}, "missing_text"),
        ({"text": 3}, "wrong_type"),
        ({"text": ["x"]}, "wrong_type"),
        ({"text": ""}, "empty_text"),
        ({"text": " \n\t\u00a0\u200b\x07"}, "empty_text"),
        ({"text": "x", "next_steps": 3}, "wrong_type"),
        ({"text": "x", "id": True}, "wrong_type"),
        ({"text": "x", "id": 1.5}, "wrong_type"),
        ({"text": "x" * MAX_CHARACTERS, "next_steps": "x"}, "text_too_long"),
        ({"text": "half \ud83d"}, "invalid_unicode"),
    ],
)
def test_what_cannot_be_judged_has_a_code_of_its_own(record, code, definition: Definition):
    with pytest.raises(NoteError) as caught:
        read_note(record, definition)
    assert caught.value.code == code


def test_the_longest_note_is_read(definition: Definition):
    assert read_note({"text": "x" * MAX_CHARACTERS}, definition).fields["text"]


@pytest.mark.parametrize(
    ("text", "words"), [("\U0001f44d\u200d", False), ("?!…", False), ("<p>&mdash;</p>", False), ("\U0001f44d ok", True), ("4", True)]
)
def test_signs_without_words_are_a_note(text: str, words: bool, definition: Definition):
    assert has_words(read_note({"text": text}, definition)) is words


def test_text_is_kept_as_it_was_sent(definition: Definition):
    odd = "<p>a&nbsp;b</p>\r\n\x00 e\u0301 \U0001f642 \u202bمرحبا"
    assert read_note({"text": odd}, definition).fields == {"text": odd}


def test_a_note_without_id_is_called_by_its_number(definition: Definition):
    assert [read_note(record, definition, 7).id for record in ({"text": "x"}, {"text": "x", "id": 3})] == ["7", "3"]


@pytest.mark.parametrize(
    "change",
    [
        {"evidence": [{"tag": ["rationale"], "quote": CAUSE}]},
        {"evidence": [{"tag": "rationale", "quote": CAUSE, "field": ["text"]}]},
        {"field_label": ["insight"]},
    ],
)
def test_a_label_of_the_wrong_type_is_refused(change, definition: Definition):
    assert refusal(labelled(**change), definition)


def test_one_clause_may_not_be_cause_and_consequence(definition: Definition):
    record = labelled(evidence=[*quotes(without=("implication",)), {"tag": "implication", "quote": CAUSE}])
    assert "rationale" in refusal(record, definition)


def test_one_quote_given_twice_is_one_question(definition: Definition):
    record = labelled(probing_depth=3, evidence=quotes({"tag": "question", "quote": "Asked why"}))
    assert "needs 2 quotes" in refusal(record, definition)


def test_a_field_that_is_null_is_no_metadata(definition: Definition):
    assert read_note({"text": "x", "call_objective": None}, definition).metadata == {}


def test_a_note_that_is_labelled_in_part_is_read_only_where_that_is_allowed(definition: Definition):
    record = {"id": "n1", "text": TEXT, "partial": True, "criteria": {"external_perspective": False}}
    with pytest.raises(LabelError, match="only part of it is labelled"):
        read_labelled_note(record, definition)
    found = read_labelled_note(record, definition, partial=True)
    assert (dict(found.checks), found.levels, found.options) == ({"external_perspective": False}, {}, {})
    assert not found.label_known(definition)
    assert read_labelled_note(labelled_record(found, definition), definition, partial=True) == found


def test_what_is_labelled_of_a_part_may_not_contradict_itself(definition: Definition):
    record = {"id": "n1", "text": TEXT, "partial": True, "criteria": {"external_perspective": True}}
    with pytest.raises(LabelError, match="no quote"):
        read_labelled_note(record, definition, partial=True)


def test_a_whole_note_may_leave_nothing_out(definition: Definition):
    with pytest.raises(LabelError, match="probing_depth must be"):
        read_labelled_note({key: value for key, value in labelled().items() if key != "probing_depth"}, definition, partial=True)
