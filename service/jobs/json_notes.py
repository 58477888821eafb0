"""The notes of a JSON file `{"notes": […]}`, one at a time, however long the list is."""

import codecs
import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from insight_classifier.errors import NoteError
from insight_classifier.record import Record
from service.errors import RequestError

READ = 64 * 1024
LONGEST = 4 * 1024 * 1024  # characters of one note with all that is sent beside it
BLANK = " \t\r\n"
NOTES = "notes"
SHAPE = 'Send {"notes": […]}, or a line for each note as application/x-ndjson.'


class _Text:
    """The file as text, of which only what is not read yet is held."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._json = json.JSONDecoder(object_pairs_hook=_unique)
        self._held, self._at, self._ended, self._passed = "", 0, False, 0

    def next(self) -> str:
        """The next character that is not blank, which stays; nothing at the end."""
        while True:
            while self._at < len(self._held) and self._held[self._at] in BLANK:
                self._at += 1
            if self._at < len(self._held):
                return self._held[self._at]
            if not self._more(READ):
                return ""

    def take(self, wanted: str) -> None:
        """Go past a character. Raises RequestError where another stands there."""
        if self.next() != wanted:
            raise self._wrong(f"{wanted} is missing")
        self._at += 1

    def value(self) -> Any:  # noqa: ANN401 any JSON
        """The value that begins here. Raises RequestError."""
        self.next()
        while True:
            try:
                value, end = self._json.raw_decode(self._held, self._at)
            except RecursionError as problem:
                raise self._wrong("it is nested too deeply") from problem
            except ValueError as problem:
                # Broken, or not whole yet: with twice as much text it shows.
                if len(self._held) - self._at > LONGEST:
                    raise self._wrong(f"a value is not closed within {LONGEST:,} characters") from problem
                if not self._more(max(READ, len(self._held) - self._at)):
                    raise self._wrong(getattr(problem, "msg", "a number is too long")) from problem
                continue
            if end < len(self._held) or not self._more(READ):  # a number might go on
                self._at = end
                return value

    def _more(self, size: int) -> bool:
        """Whether there was more."""
        if self._ended:
            return False
        data = self._file.read(size)
        self._ended = not data
        try:
            read = self._decoder.decode(data, final=self._ended)
        except UnicodeDecodeError as problem:
            raise RequestError("The file is not UTF-8. Encode it as UTF-8.", "invalid_utf8") from problem
        self._passed += self._at
        self._held, self._at = self._held[self._at :] + read, 0
        return True

    def _wrong(self, what: str) -> RequestError:
        return RequestError(
            f"The file is not JSON as it is read here: {what} at character {self._passed + self._at:,}. {SHAPE}", "invalid_json"
        )


def json_notes(file: BinaryIO) -> Iterator[Record]:
    """The notes, numbered from 1. Raises RequestError where the file is broken: what stands behind cannot be trusted to be a note."""
    text = _Text(file)
    text.take("{")
    key = text.value() if text.next() == '"' else None
    if key != NOTES:
        raise RequestError(f"The file does not begin with the key {NOTES}. {SHAPE}", "missing_key")
    text.take(":")
    text.take("[")
    number = 0
    while text.next() != "]":
        if number:
            text.take(",")
        number += 1
        yield _record(number, text.value())
    text.take("]")
    text.take("}")
    if text.next():
        raise RequestError(f"Something follows the notes. {SHAPE}", "unknown_key")


def _record(number: int, content: Any) -> Record:  # noqa: ANN401 any JSON
    if isinstance(content, dict):
        return Record(number, content)
    return Record(number, {}, NoteError(f"note {number}: not an object. Send the note's fields by name", "wrong_type"))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        raise RequestError(f"A key stands twice in one object, and readers disagree which one counts. Keep one. {SHAPE}", "invalid_json")
    return content
