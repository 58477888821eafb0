"""Whatever is sent as a note is judged, with quotes that stand where they say, or refused in words: never anything else."""

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from insight_classifier.definition import Definition
from insight_classifier.errors import NoteError
from insight_classifier.judgement import Judgement
from insight_classifier.notes import MAX_CHARACTERS, Note, read_note
from insight_classifier.predictor import Predictor

MARKUP = (
    *("<p>", "</p>", "<br/>", "<", ">", "</", "<b", "<!--", "-->", "<style>", "</style>", "<script>", "<![CDATA[", "]]>", "&", "&amp;"),
    *(
        "&nbsp;",
        "&#8217;",
        "&#x1F642;",
        "&#0;",
        "&#xD800;",
        "&#99999999;",
        "&notanentity;",
        "&lt",
        "\r\n",
        "\r",
        "\u2028",
        "\x85",
        "\ufeff",
    ),
    *("\u202e", "\u200d", "\u0301", "\ufe0f", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\ufdfa", "\u0130", "\xdf", "\x00", "\x1b"),
)
WORDS = (
    *(
        "She asked why.",
        "Patient died after the second infusion.",
        "Asked how many: about a third.",
        "DOB 04/07/1961",
        "grade 3 neutropenia",
    ),
    *("won't start it in CKD 4", " ", "\n\n", "- ", "1. ", "pt j.doe@example.com", "...", "!?"),
)
whole = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
pieces = st.lists(st.one_of(st.sampled_from(MARKUP), st.sampled_from(WORDS), whole), max_size=25).map("".join)
texts = st.one_of(pieces, whole, st.text(max_size=30))  # the last with halves of surrogate pairs
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def spans(value: object) -> Iterator[dict[str, Any]]:
    """Every quote of a judgement as JSON."""
    if isinstance(value, dict):
        if "start" in value:
            yield value
        value = list(value.values())
    for item in value if isinstance(value, list) else ():
        yield from spans(item)


def read(record: dict[str, Any], definition: Definition) -> Note | NoteError:
    try:
        return read_note(record, definition)
    except NoteError as problem:
        return problem


def check(judgement: Judgement, note: Note, definition: Definition) -> None:
    """The quotes stand where they say, and it all can be sent."""
    told = json.loads(json.dumps(judgement.to_dict(), allow_nan=False))
    assert told["id"] == note.id
    for span in spans(told):
        field = note.fields[span.get("field", definition.main_field)]
        assert 0 <= span["start"] < span["end"] <= len(field)
        assert field[span["start"] : span["end"]] == span["text"]


@given(fields=st.lists(texts, min_size=3, max_size=3), present=st.lists(st.booleans(), min_size=3, max_size=3))
@settings(max_examples=200)
def test_any_text_is_judged_or_refused(predictor: Predictor, fields: list[str], present: list[bool]) -> None:
    names = [field.name for field in predictor.definition.fields]
    record = {name: text for name, text, sent in zip(names, fields, present, strict=True) if sent}
    note = read(record, predictor.definition)
    if isinstance(note, Note):
        check(predictor.judge([note])[0], note, predictor.definition)
    else:
        assert note.code in ("missing_text", "empty_text", "invalid_unicode")


@given(record=st.dictionaries(st.sampled_from(["id", "text", "call_objective", "next_steps", "metadata", "other"]), anything))
def test_any_record_is_read_or_refused(predictor: Predictor, record: dict[str, Any]) -> None:
    note = read(record, predictor.definition)
    assert set(note.fields) <= {field.name for field in predictor.definition.fields} if isinstance(note, Note) else str(note)


@given(texts=st.lists(pieces.filter(lambda text: text.strip()), min_size=2, max_size=6))
@settings(max_examples=30)
def test_a_note_is_judged_the_same_among_others(predictor: Predictor, texts: list[str]) -> None:
    notes = [Note(str(number), {predictor.definition.main_field: text}) for number, text in enumerate(texts)]
    for note, judgement in zip(notes, predictor.judge(notes), strict=True):
        check(judgement, note, predictor.definition)
        assert abs(judgement.probability - predictor.judge([note])[0].probability) < 0.02


@given(unit=st.sampled_from([*MARKUP, "a", "\u0301", "<p>a</p>", "a. ", "&amp;"]))
@settings(max_examples=25)
def test_as_long_as_may_be_is_judged(predictor: Predictor, unit: str) -> None:
    text = "She asked why. " + unit * ((MAX_CHARACTERS - 15) // len(unit))
    note = read_note({predictor.definition.main_field: text}, predictor.definition)
    check(predictor.judge([note])[0], note, predictor.definition)
