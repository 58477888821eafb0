"""A note as callers send it: one model, built from the definition, that both checks requests and documents them."""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from insight_classifier.definition import Definition
from insight_classifier.notes import MAX_CHARACTERS, Note, read_note
from service.errors import RequestError

JSON_KINDS = {
    type(None): "null",
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "a text",
    list: "a list",
    dict: "an object",
}
HALF_PAIR = re.compile("[\ud800-\udfff]")
IDENTIFIER, METADATA, NOTES = "id", "metadata", "notes"


def note_model(definition: Definition) -> type[BaseModel]:
    """The request model. Attributes have neutral names, so that no field of a definition can collide with pydantic's own."""
    keys: dict[str, Any] = {"key_id": (str | int | None, Field(None, alias=IDENTIFIER, description="Yours; comes back."))}
    for number, field in enumerate(definition.fields):
        kind, default = (str, ...) if field.required else (str | None, None)
        lengths: dict[str, Any] = {"minLength": 1, "maxLength": MAX_CHARACTERS} if field.required else {}
        documented = Field(description=field.title, json_schema_extra=lengths)
        keys[f"key_{number}"] = (Annotated[kind, documented], Field(default, alias=field.name))
    keys["key_metadata"] = (dict[str, Any] | None, Field(None, alias=METADATA, description="What else you know of the note; not judged."))
    described = f"A field note; its fields together hold at most {MAX_CHARACTERS:,} characters."
    return create_model("Note", __config__=ConfigDict(extra="forbid", strict=True), __doc__=described, **keys)


class NoteReader:
    """Turns a caller's record into a note, or says everything that is wrong with it."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.model = note_model(definition)
        self.keys = (IDENTIFIER, *(field.name for field in definition.fields), METADATA)

    def __call__(self, record: object, number: int = 1) -> Note:
        """The note; one without an id gets its number. Raises RequestError or NoteError."""
        if not isinstance(record, dict):
            raise RequestError(f"A note must be an object, not {_kind(record)}. Send {{{self.definition.main_field!r}: …}}.", "wrong_type")
        mistakes = list(self._mistakes(record))
        if mistakes:
            raise RequestError(" ".join(m["detail"] for m in mistakes), mistakes[0]["code"], errors=mistakes)
        note = read_note({key: value for key, value in record.items() if key != METADATA}, self.definition, number)
        return replace(note, metadata=record.get(METADATA) or {})

    def _mistakes(self, record: Mapping[str, Any]) -> Iterator[dict[str, str]]:
        try:
            self.model.model_validate({HALF_PAIR.sub("\ufffd", key): value for key, value in record.items()})
        except ValidationError as problem:
            # A union reports each of its types; one mistake a key is enough.
            kinds = {str(error["loc"][0]): error["type"] for error in problem.errors(include_url=False)}
            for key, kind in kinds.items():
                yield self._mistake(key, kind, record)
        for key, value in record.items():
            if key in self.keys and isinstance(value, str) and "\0" in value:
                yield _mistake(key, "nul_character", f"{key} holds a NUL at character {value.index(chr(0))}: remove it.")
            if key == IDENTIFIER and isinstance(value, str) and HALF_PAIR.search(value):
                yield _mistake(key, "invalid_unicode", f"{key} holds half a surrogate pair: send valid Unicode.")

    def _mistake(self, key: str, kind: str, record: Mapping[str, Any]) -> dict[str, str]:
        if kind == "extra_forbidden":
            near = difflib.get_close_matches(key, self.keys, n=1)
            mend = f"did you mean {near[0]}?" if near else f"use {', '.join(self.keys)}."
            return _mistake(key, "unknown_key", f"{key[:60]} is no key of a note: {mend}")
        if record.get(key) is None:
            return _mistake(key, "missing_text", f"{key} is missing: send the words of the note.")
        wanted = {IDENTIFIER: "a text or a whole number", METADATA: "an object"}.get(key, "a text")
        return _mistake(key, "wrong_type", f"{key} must be {wanted}, not {_kind(record[key])}.")


def batch_records(content: object, most: int) -> list[object]:
    """The records of a batch request. Raises RequestError."""
    if not isinstance(content, dict):
        raise RequestError(f'The body must be an object, not {_kind(content)}. Send {{"notes": […]}}.', "wrong_type")
    for key in sorted(set(content) - {NOTES}):
        raise _refused(key, "unknown_key", f'{key[:60]} is no key of a batch: send {{"notes": […]}}.')
    if NOTES not in content:
        raise _refused(NOTES, "missing_key", 'notes is missing: send {"notes": […]}.')
    notes = content[NOTES]
    if not isinstance(notes, list):
        raise _refused(NOTES, "wrong_type", f"notes must be a list, not {_kind(notes)}.")
    if len(notes) > most:
        raise RequestError(f"The batch holds {len(notes)} notes, at most {most} are taken. Split it.", "too_many_notes")
    return notes


def identifier(record: object, number: int) -> str:
    """The id by which a caller knows a record, however wrong the rest of it is; its number where it has none."""
    given = given_id(record)
    return str(number) if given is None else given


def given_id(record: object) -> str | None:
    """The id that a caller gave a record."""
    given = record.get(IDENTIFIER) if isinstance(record, dict) else None
    return str(given) if isinstance(given, str | int) and not isinstance(given, bool) else None


def _refused(key: str, code: str, detail: str) -> RequestError:
    return RequestError(detail, code, errors=[_mistake(key, code, detail)])


def _mistake(key: str, code: str, detail: str) -> dict[str, str]:
    return {"field": key[:60], "code": code, "detail": detail}


def _kind(value: object) -> str:
    return JSON_KINDS.get(type(value), type(value).__name__)
