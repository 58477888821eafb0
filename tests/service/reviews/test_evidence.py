"""Evidence of the page of a note: the marks that a form sends back, in words or as places, and the legend, whichever the definition."""

import json

import pytest

from insight_classifier.definition import Definition
from insight_classifier.definition_reader import read_definition
from service.errors import RequestError
from service.marks import tags
from service.reviews.answers import Mark
from service.reviews.evidence import EVIDENCE, QUOTE, legend, passages, read_marks, told
from tests.service.test_other_definition import OTHER

TEXT = "Cafe\u0301 talk 🧪.\r\nShe waits for\r\nrenal data; she waits for renal data."


@pytest.fixture(params=["home_office", "other"])
def any_definition(request: pytest.FixtureRequest, definition: Definition) -> Definition:
    return definition if request.param == "home_office" else read_definition(OTHER)


def tag_of(definition: Definition) -> str:
    return next(iter(tags(definition)))


def quoted(definition: Definition, words: str, shown: tuple[Mark, ...] = ()) -> list[str]:
    """What is marked where these words are typed as the evidence of a tag."""
    fields = {definition.main_field: TEXT}
    marks = read_marks({QUOTE + tag_of(definition): words}, shown, fields, definition)
    return [fields[mark["field"]][mark["start"] : mark["end"]] for mark in marks]


def test_every_tag_stands_in_the_legend_with_controls_of_the_form(any_definition: Definition) -> None:
    markers = [marker for group in legend(any_definition, {}, ()) for marker in group.markers]
    assert [marker.tag for marker in markers] == list(tags(any_definition).values())
    fields = {f"answer.{d.name}.{name}" + ".yes" * (d.kind == "checks") for d in any_definition.dimensions for name in d.names}
    assert all(set(marker.controls) <= fields and marker.controls for marker in markers)


def test_no_key_of_the_legend_is_a_members(any_definition: Definition) -> None:
    groups = legend(any_definition, {}, ())
    keys = {group.key for group in groups}
    assert len(keys) == len(groups)
    assert not keys & {marker.key for group in groups for marker in group.markers}


def test_words_are_found_whatever_lies_between_them(any_definition: Definition) -> None:
    assert quoted(any_definition, "Cafe\u0301 talk 🧪.\nShe waits  for renal") == ["Cafe\u0301 talk 🧪.", "She waits for\r\nrenal"]


def test_a_quote_that_was_marked_already_stays_where_it_was(definition: Definition) -> None:
    start = TEXT.index("she waits")
    shown = (Mark(tag_of(definition), definition.main_field, start, start + 24),)
    marks = read_marks({QUOTE + tag_of(definition): TEXT[start : start + 24]}, shown, {definition.main_field: TEXT}, definition)
    assert marks == [vars(shown[0])]


def test_words_that_are_not_in_the_note_are_refused_without_repeating_them(definition: Definition) -> None:
    title = tags(definition)[tag_of(definition)].title
    with pytest.raises(RequestError, match=f"{title}, line 2") as refused:
        quoted(definition, "talk\nnever said")
    assert "never said" not in str(refused.value)


def test_a_form_that_says_nothing_of_evidence_leaves_it_as_it_was(definition: Definition) -> None:
    shown = (Mark(tag_of(definition), definition.main_field, 0, 4),)
    assert read_marks({}, shown, {}, definition) == [vars(shown[0])]
    assert read_marks({QUOTE + tag_of(definition): " "}, shown, {}, definition) == []


@pytest.mark.parametrize("sent", ["", "{", "{}", "[1]", "[" * 100_000])
def test_places_that_did_not_arrive_whole_are_refused(definition: Definition, sent: str) -> None:
    with pytest.raises(RequestError, match="whole"):
        read_marks({EVIDENCE: sent}, (), {}, definition)
    assert json.loads(told((), None, definition, {EVIDENCE: sent})) == []


def test_a_passage_holds_the_field_as_it_was_sent(definition: Definition) -> None:
    fields = {field.name: TEXT for field in definition.fields}
    found = passages(fields, None, definition)
    assert [(one.name, one.source, one.main) for one in found] == [(f.name, TEXT, f.required) for f in definition.fields]
