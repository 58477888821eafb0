"""Records of JSON Lines: one object a line, strictly; a line that is none is reported, and its text kept for the safety rules."""

import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from insight_classifier.errors import NoteError
from insight_classifier.record import MAX_LINE, Record, refuse_foreign

_FIRST_ID = re.compile(r'\s*\{\s*"id"\s*:\s*("(?:[^"\\]|\\.)*"|-?\d{1,18})\s*[,}]')
_ESCAPE = re.compile(r'\\(?:u([0-9a-fA-F]{4})|([nrtbf"/\\]))')
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


class _Repeated(ValueError):
    """A key stands twice in one object, and readers disagree which one counts."""


def json_lines(file: BinaryIO, main: str, name: str) -> Iterator[Record]:
    """The records of an open file; blank lines are skipped and counted.

    Raises FileError, which calls the file `name`, where it is no UTF-8 text at all.
    """
    number = 0
    while line := file.readline(MAX_LINE):
        if number == 0:
            refuse_foreign(line, name)
        number += 1
        if len(line) == MAX_LINE and not line.endswith(b"\n"):
            while (rest := file.readline(MAX_LINE)) and not rest.endswith(b"\n"):
                pass
            yield _refused(number, line.decode("utf-8", "replace"), main, _too_long(number))
        elif line.strip():
            yield _record(number, line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line, main)


def _record(number: int, line: bytes, main: str) -> Record:
    try:
        text, error = line.decode("utf-8"), None
    except UnicodeDecodeError as problem:
        # Read on with the bad bytes replaced: the record keeps its id, and the safety rules see its text.
        text, error = (
            line.decode("utf-8", "replace"),
            NoteError(f"line {number}, byte {problem.start}: not UTF-8. Save the file as UTF-8", "invalid_utf8"),
        )
    try:
        content = json.loads(text, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as problem:  # also a number of more digits than Python reads
        what = f"column {problem.colno}: {problem.msg}" if isinstance(problem, json.JSONDecodeError) else str(problem).split(";")[0]
        return _refused(number, text, main, error or NoteError(f"line {number}, {what}. Write one JSON object a line", "invalid_json"))
    if not isinstance(content, dict):
        wrong = NoteError(f"line {number}: not a JSON object. Write one JSON object a line", "invalid_json")
        return _refused(number, text, main, error or wrong)
    return Record(number, content, error)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        twice = next(key for position, (key, _) in enumerate(pairs) if any(key == later for later, _ in pairs[position + 1 :]))
        raise _Repeated(f"the key {twice[:60]!r} stands twice: keep one")
    return content


def _refused(number: int, text: str, main: str, error: NoteError) -> Record:
    """With the id, where the line begins with a whole one, and all text of the line, escapes resolved so that words are whole."""
    known = _FIRST_ID.match(text)
    content = {"id": json.loads(known[1], strict=False)} if known else {}
    return Record(number, content | {main: _ESCAPE.sub(_unescaped, text)}, error)


def _unescaped(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16)) if escape[1] else _ESCAPED.get(escape[2], escape[2])


def _too_long(number: int) -> NoteError:
    detail = f"line {number} is longer than {MAX_LINE:,} bytes: split it. Only so many were scanned for safety"
    return NoteError(detail, "line_too_long")
