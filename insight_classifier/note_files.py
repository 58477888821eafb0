"""Records of notes from files of any length, one at a time: JSON Lines, CSV, Parquet, or JSON Lines from standard input."""

import csv
import io
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from insight_classifier.definition import Definition
from insight_classifier.errors import FileError, NoteError

MAX_LINE_BYTES = 64 * 1024 * 1024  # memory for one line; a longer one is skipped and reported


@dataclass(frozen=True)
class Record:
    """One line of a file: what was read, or why it could not be."""

    number: int
    content: dict[str, Any]
    error: NoteError | None = None


def read_records(source: str, definition: Definition, text_column: str | None = None) -> Iterator[Record]:
    """The records of a file, or of standard input where `source` is "-".

    `text_column` names the column (or key) that holds the note. Raises FileError where the file cannot be read at all;
    a single broken line comes as a record with its error.
    """
    if source == "-":
        return _renamed(_json_lines(sys.stdin.buffer), definition, text_column)
    path = Path(source)
    readers: dict[str, Callable[[Path, str], Iterator[Record]]] = {
        ".jsonl": _json_file, ".ndjson": _json_file, ".json": _json_file, ".csv": _csv_file, ".parquet": _parquet_file,
    }  # fmt: skip
    if path.is_dir():
        raise FileError(f"{path}: a folder. Give one file of notes.")
    if not path.exists():
        raise FileError(f"{path}: there is no such file. Check the path, or give - to read standard input.")
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise FileError(f"{path}: unknown kind of file. Use {', '.join(readers)}, or - for JSON Lines on standard input.")
    return _renamed(reader(path, text_column or definition.main_field), definition, text_column)


def _renamed(records: Iterator[Record], definition: Definition, text_column: str | None) -> Iterator[Record]:
    main = definition.main_field
    for record in records:
        if text_column and text_column != main and text_column in record.content:
            content = {key: value for key, value in record.content.items() if key != main}
            content[main] = content.pop(text_column)
            record = Record(record.number, content, record.error)
        yield record


def _json_file(path: Path, column: str) -> Iterator[Record]:
    try:
        file = path.open("rb")
    except OSError as problem:
        raise FileError(f"{path}: {problem.strerror}. Check the permissions.") from problem
    with file:
        yield from _json_lines(file)


def _json_lines(file: BinaryIO) -> Iterator[Record]:
    number = 0
    while line := file.readline(MAX_LINE_BYTES):
        number += 1
        if len(line) == MAX_LINE_BYTES and not line.endswith(b"\n"):
            while (rest := file.readline(MAX_LINE_BYTES)) and not rest.endswith(b"\n"):
                pass
            yield Record(number, {}, NoteError(f"line {number} is longer than {MAX_LINE_BYTES:,} bytes: split it", "line_too_long"))
        elif line.strip():
            yield _json_record(number, line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line)


def _json_record(number: int, line: bytes) -> Record:
    try:
        text, error = line.decode("utf-8"), None
    except UnicodeDecodeError as problem:
        # Read on with the bad bytes replaced: the record keeps its id, and the safety rules see its text.
        text, error = (
            line.decode("utf-8", "replace"),
            NoteError(f"line {number}, byte {problem.start}: not UTF-8. Save the file as UTF-8", "invalid_utf8"),
        )
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as problem:  # also a number of more digits than Python reads
        what = f"column {problem.colno}: {problem.msg}" if isinstance(problem, json.JSONDecodeError) else str(problem).split(";")[0]
        return Record(number, {}, error or NoteError(f"line {number}, {what}. Write one JSON object a line", "invalid_json"))
    if not isinstance(content, dict):
        return Record(number, {}, error or NoteError(f"line {number}: not a JSON object. Write one JSON object a line", "invalid_json"))
    return Record(number, content, error)


def _csv_file(path: Path, column: str) -> Iterator[Record]:
    csv.field_size_limit(MAX_LINE_BYTES)
    try:
        binary = path.open("rb")
    except OSError as problem:
        raise FileError(f"{path}: {problem.strerror}. Check the permissions.") from problem
    # Bytes that are not UTF-8 become half surrogates, which the check of the note reports line by line.
    with io.TextIOWrapper(binary, encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        reader = csv.reader(file, strict=True)
        header = _csv_header(reader, path, column)
        number = 0
        while True:
            number += 1
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as problem:
                yield Record(number, {}, NoteError(f"line {reader.line_num}: {problem}. Quote the cell", "invalid_csv"))
                continue
            if row:
                yield _csv_record(number, header, row, reader.line_num)


def _csv_header(reader: Iterator[list[str]], path: Path, column: str) -> list[str]:
    try:
        header = next(reader, [])
    except csv.Error as problem:
        raise FileError(f"{path}, line 1: {problem}. The first line must name the columns.") from problem
    names = [name.strip() for name in header]
    _require_column(path, names, column)
    twice = next((name for name in names if name and names.count(name) > 1), None)
    if twice:
        raise FileError(f"{path}: two columns are called {twice!r}, and only one could be read. Rename one.")
    return names


def _csv_record(number: int, header: list[str], row: list[str], line: int) -> Record:
    if len(row) > len(header):
        problem = f"line {line} has {len(row)} cells, the header has {len(header)}: quote cells that hold a comma or a line break"
        return Record(number, dict(zip(header, row, strict=False)), NoteError(problem, "invalid_csv"))
    # An empty cell of an optional field is no field.
    return Record(number, {name: cell for name, cell in zip(header, row, strict=False) if cell})


def _require_column(path: Path, columns: list[str], column: str) -> None:
    if column not in columns:
        known = ", ".join(columns) or "no columns"
        raise FileError(f"{path}: there is no column {column!r}. Name the one that holds the note with --text-column: {known}.")


def _parquet_file(path: Path, column: str) -> Iterator[Record]:
    import pyarrow
    import pyarrow.parquet

    try:
        file = pyarrow.parquet.ParquetFile(path)
    except (pyarrow.ArrowException, OSError) as problem:
        raise FileError(f"{path}: cannot be read as Parquet ({str(problem).splitlines()[0]}).") from problem
    with file:
        _require_column(path, file.schema_arrow.names, column)
        number = 0
        for batch in file.iter_batches(batch_size=1024):
            for row in batch.to_pylist():
                number += 1
                yield Record(number, {key: value for key, value in row.items() if value is not None})
