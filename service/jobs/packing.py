"""Records and results as bytes, packed: what a job keeps in the database between upload and download. Pure."""

import json
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from insight_classifier.errors import NoteError
from insight_classifier.record import Record
from service.jobs.rules import ERASED, JobLine
from service.webhooks.rules import without_words

LEVEL = 1  # notes shrink to a third; more effort gains little and takes time from judging
GONE = {"code": ERASED, "detail": "the note was erased after it was judged"}


def pack(content: bytes) -> bytes:
    return zlib.compress(content, LEVEL)


def unpack(packed: bytes) -> bytes:
    return zlib.decompress(packed)


def record_to_bytes(record: Record) -> bytes:
    """One record of a chunk's input. Raises ValueError or RecursionError where it is no JSON: NaN is not."""
    return _json([record.number, record.content, [str(record.error), record.error.code] if record.error else None])


def records_to_bytes(records: Sequence[bytes]) -> bytes:
    """A chunk's input, which `records_from_bytes` reads."""
    return b"[" + b",".join(records) + b"]"


def records_from_bytes(content: bytes) -> list[Record]:
    return [Record(number, known, NoteError(*error) if error else None) for number, known, error in json.loads(content)]


def lines_to_bytes(lines: Iterable[tuple[int, JobLine]]) -> bytes:
    """Lines of a job's file, each with the number of its record. Errors do not quote the note: no judgement needs the quotes to be read."""
    return b"".join(_line(number, line) for number, line in lines)


def without_notes(content: bytes, note_ids: Collection[str]) -> bytes:
    """The same lines; of those of the notes only the number stays, and that they were erased."""
    return b"".join(_without(line, note_ids) for line in _lines(content))


def _line(number: int, line: JobLine) -> bytes:
    told = without_words(line.result) if line.failed else line.result
    known = {"note_id": line.note_id} if line.note_id else {}
    return _json({"line": number, **told, **known}) + b"\n"


def _without(line: bytes, note_ids: Collection[str]) -> bytes:
    told = json.loads(line)
    return _json({"line": told["line"], "error": GONE}) + b"\n" if told.get("note_id") in note_ids else line


def _lines(content: bytes) -> Iterator[bytes]:
    return (line + b"\n" for line in content.split(b"\n") if line)


def _json(value: Any) -> bytes:  # noqa: ANN401 any JSON
    # Escaped to ASCII: half a surrogate pair, which a broken line may hold, has no UTF-8.
    return json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode("ascii")
