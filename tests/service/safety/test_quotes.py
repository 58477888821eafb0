"""Quotes drawn into a note's words: none of it lost, details of a patient masked, emoji and overlaps counted right."""

from typing import Any

from insight_classifier.definition import Definition
from service.safety.quotes import identifies, narrative, quotes, snippet, texts
from tests.service.safety.test_pages import BIRTH, EVENT, TEXT, of_lane


def span(flag: str, quote: str, text: str = TEXT, field: str | None = "text") -> dict[str, Any]:
    start = text.index(quote)
    return {"flag": flag, "field": field, "start": start, "end": start + len(quote), "by": "rule"}


def flags(definition: Definition) -> tuple[str, str]:
    return of_lane(definition, by_model=True).name, of_lane(definition, by_model=False).name


def test_the_words_are_whole_and_the_quotes_are_marked(definition: Definition) -> None:
    event, birth = flags(definition)
    found = quotes([span(birth, BIRTH), span(event, EVENT, field=None)], {"text": TEXT}, definition)
    [text] = texts(found, {"text": TEXT}, definition)
    assert "".join(piece.text for piece in text.pieces) == TEXT
    assert [(piece.text, piece.marks[0].tag.name) for piece in text.pieces if piece.marks] == [(EVENT, event), (BIRTH, birth)]


def test_only_what_rules_alone_judge_is_a_detail_of_a_patient(definition: Definition) -> None:
    event, birth = flags(definition)
    assert (identifies(event, definition), identifies(birth, definition), identifies("gone", definition)) == (False, True, False)


def test_details_are_masked_also_where_they_overlap(definition: Definition) -> None:
    event, birth = flags(definition)
    spans = [span(birth, BIRTH), span(birth, "04/07/1961. Wants"), span(event, EVENT)]
    masked = narrative(quotes(spans, {"text": TEXT}, definition), {"text": TEXT}, definition, masked=True)
    assert all(words not in masked for words in ("DOB", "1961", "Wants"))
    assert masked.startswith(TEXT.partition(BIRTH)[0])
    assert masked.endswith(" the label.")


def test_a_note_of_several_fields_is_told_in_their_order(definition: Definition) -> None:
    fields = {"other": "C", **{field.name: f"word {field.name}" for field in reversed(definition.fields)}}
    told = narrative([], fields, definition)
    assert [told.index(f"{field.title}:\nword {field.name}") for field in definition.fields] == sorted(
        told.index(f"{field.title}:") for field in definition.fields
    )
    assert told.endswith("Other:\nC")


def test_a_line_shows_what_stands_about_the_event(definition: Definition) -> None:
    event, birth = flags(definition)
    long = "x" * 300 + TEXT + "y" * 300
    found = quotes([span(birth, BIRTH, long), span(event, EVENT, long)], {"text": long}, definition)
    (before, _), (quoted, sought), (after, _) = snippet(found, {"text": long})
    assert (quoted, sought, before[0], after[-1]) == (EVENT, True, "…", "…")
    assert snippet(quotes([span(event, EVENT)], {}, definition), {}) == ()
