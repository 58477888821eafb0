"""A file on disk becomes a job's input: cut into chunks, which are stored one after the other, so that none of it need fit into memory."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from sqlalchemy import Connection

from insight_classifier.definition import Definition
from insight_classifier.errors import FileError, NoteError
from insight_classifier.note_files import read_records
from insight_classifier.record import Record
from service.database import Database
from service.errors import RequestError
from service.jobs.files import add_piece
from service.jobs.json_notes import json_notes
from service.jobs.packing import record_to_bytes, records_to_bytes
from service.jobs.rules import INPUT

CHUNK_BYTES = 1024 * 1024  # of one chunk's input, but for one more record: long notes make smaller chunks, which take as long
TOGETHER_BYTES = 4 * 1024 * 1024  # of chunks that are stored in one transaction


class Cutter:
    """Cuts files of notes under a definition, which names the field that is judged."""

    def __init__(self, database: Database, definition: Definition, *, chunk_notes: int) -> None:
        self._database, self._definition, self._chunk_notes = database, definition, chunk_notes

    def cut(
        self,
        job_id: str,
        path: Path,
        format: str,
        text_column: str | None = None,
        *,
        allowed: Callable[[Connection], None] = lambda _: None,
    ) -> tuple[int, int]:
        """Store a file's records as the input of a job; how many records and chunks it has.

        `allowed` is called in each transaction and may raise. Raises RequestError where the file cannot be read at all or holds no
        record (a broken line is a record too), StorageUnavailable.
        """
        total, chunks = 0, 0
        for group in _groups(self._chunks(path, format, text_column)):
            first = chunks + 1
            total += sum(records for records, _ in group)
            chunks += len(group)
            self._database.write(lambda connection, first=first, group=group: _store(connection, job_id, first, group, allowed))  # type: ignore[misc]
        if not total:
            raise RequestError("The file holds no notes. Send at least one.", "invalid_request")
        return total, chunks

    def _chunks(self, path: Path, format: str, text_column: str | None) -> Iterator[tuple[int, bytes]]:
        """How many records each holds, and its content."""
        chunk: list[bytes] = []
        size = 0
        for record in self._records(path, format, text_column):
            content = _content(record)
            chunk.append(content)
            size += len(content)
            if len(chunk) >= self._chunk_notes or size >= CHUNK_BYTES:
                yield len(chunk), records_to_bytes(chunk)
                chunk, size = [], 0
        if chunk:
            yield len(chunk), records_to_bytes(chunk)

    def _records(self, path: Path, format: str, text_column: str | None) -> Iterator[Record]:
        try:
            if format == "json":
                with path.open("rb") as file:
                    yield from json_notes(file)
            else:
                yield from read_records(str(path), self._definition, text_column)
        except FileError as problem:
            words = str(problem).replace(str(path), "the file").replace("--text-column", "text_column")
            raise RequestError(words[:1].upper() + words[1:], "bad_request") from problem


def _groups(chunks: Iterable[tuple[int, bytes]]) -> Iterator[list[tuple[int, bytes]]]:
    group: list[tuple[int, bytes]] = []
    for chunk in chunks:
        group.append(chunk)
        if sum(len(content) for _, content in group) >= TOGETHER_BYTES:
            yield group
            group = []
    if group:
        yield group


def _store(
    connection: Connection, job_id: str, first: int, group: list[tuple[int, bytes]], allowed: Callable[[Connection], None]
) -> None:  # fmt: skip
    allowed(connection)
    for number, (_, content) in enumerate(group, start=first):
        add_piece(connection, job_id, INPUT, number, content)


def _content(record: Record) -> bytes:
    """NaN and the infinities are read by Python, and by nobody else: such a record is refused, and its texts kept for the safety rules."""
    try:
        return record_to_bytes(record)
    except (ValueError, RecursionError):
        texts = {name: value for name, value in record.content.items() if isinstance(value, str)}
        detail = f"line {record.number}: NaN or Infinity, which is no JSON. Send null, or leave the key out"
        return record_to_bytes(Record(record.number, texts, record.error or NoteError(detail, "invalid_json")))
