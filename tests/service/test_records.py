"""A caller's record becomes a note, or everything that is wrong with it is named."""

import pytest

from insight_classifier.definition import Definition
from insight_classifier.errors import NoteError
from service.errors import RequestError
from service.records import NoteReader, batch_records, identifier

WRONG = {
    "no object": (["text"], "wrong_type", "not a list"),
    "no text": ({"id": "1"}, "missing_text", "text is missing"),
    "null for text": ({"text": None}, "missing_text", "text is missing"),
    "a number for text": ({"text": 5}, "wrong_type", "text must be a text, not a number"),
    "an unknown key": ({"text": "a", "txet": 1}, "unknown_key", "did you mean text?"),
    "a key like no other": ({"text": "a", "zzz": 1}, "unknown_key", "use id, "),
    "true for an id": ({"text": "a", "id": True}, "wrong_type", "id must be a text or a whole number, not true or false"),
    "a list for metadata": ({"text": "a", "metadata": []}, "wrong_type", "metadata must be an object, not a list"),
    "half a pair in the id": ({"text": "a", "id": "\udfff"}, "invalid_unicode", "id holds"),
    "a NUL": ({"text": "a\0b"}, "nul_character", "NUL at character 1"),
}


@pytest.fixture(scope="module")
def reader(definition: Definition) -> NoteReader:
    return NoteReader(definition)


@pytest.mark.parametrize(("record", "code", "words"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_named(reader: NoteReader, record: object, code: str, words: str) -> None:
    with pytest.raises(RequestError) as caught:
        reader(record)
    assert caught.value.code == code
    assert words in str(caught.value)


def test_all_mistakes_are_named_at_once(reader: NoteReader) -> None:
    with pytest.raises(RequestError) as caught:
        reader({"text": 1, "id": [], "other": 2})
    assert [mistake["field"] for mistake in caught.value.members["errors"]] == ["id", "text", "other"]


def test_a_blank_note_is_the_librarys_to_refuse(reader: NoteReader) -> None:
    with pytest.raises(NoteError, match="empty"):
        reader({"text": " \n"})


def test_every_field_of_the_definition_is_read(reader: NoteReader, definition: Definition) -> None:
    record = {field.name: f"words of {field.name}" for field in definition.fields}
    assert reader(record).fields == record


def test_metadata_cannot_pose_as_a_field(reader: NoteReader, definition: Definition) -> None:
    optional = next(field.name for field in definition.fields if not field.required)
    note = reader({"text": "a", "metadata": {optional: "b", "id": "c"}}, 4)
    assert (list(note.fields), note.id, note.metadata[optional]) == ([definition.main_field], "4", "b")


def test_a_null_is_as_good_as_nothing(reader: NoteReader) -> None:
    assert reader({"text": "a", "id": None, "next_steps": None, "metadata": None}).id == "1"


@pytest.mark.parametrize("content", [[], {"notes": {}}, {}, {"notes": [], "more": 1}, {"notes": [1, 2, 3]}])
def test_a_batch_of_the_wrong_shape_is_refused(content: object) -> None:
    with pytest.raises(RequestError):
        batch_records(content, most=2)


@pytest.mark.parametrize(("record", "name"), [({"id": 7}, "7"), ({"id": "x"}, "x"), ({"id": True}, "3"), ({}, "3"), (None, "3")])
def test_any_record_can_be_called_by_something(record: object, name: str) -> None:
    assert identifier(record, 3) == name
