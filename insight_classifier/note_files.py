"""Records of notes from files of any length, one at a time: JSON Lines, CSV, Parquet, or JSON Lines from standard input."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from insight_classifier.csv_file import csv_records
from insight_classifier.definition import Definition
from insight_classifier.errors import FileError, NoteError
from insight_classifier.json_lines import json_lines
from insight_classifier.record import Record, open_file, require_column

PARQUET_ROWS = 256  # that are held at a time

Reader = Callable[[Path, str, str], Iterator[Record]]


def read_records(source: str, definition: Definition, text_column: str | None = None) -> Iterator[Record]:
    """The records of a file, or of standard input where `source` is "-".

    `text_column` names the column (or key) that holds the note. Raises FileError where the file cannot be read at all;
    a single broken line comes as a record with its error.
    """
    main = definition.main_field
    column = text_column or main
    if source == "-":
        return _renamed(_standard_input(main), main, column, "standard input")
    path = Path(source)
    return _renamed(_reader(path)(path, column, main), main, column, source)


def _reader(path: Path) -> Reader:
    readers: dict[str, Reader] = {
        ".jsonl": _json_file, ".ndjson": _json_file, ".json": _json_file, ".csv": csv_records, ".parquet": _parquet_file,
    }  # fmt: skip
    try:
        folder, there = path.is_dir(), path.exists()
    except (OSError, ValueError) as problem:  # a name too long, a folder that may not be entered
        raise FileError(f"{str(path)[:200]}: {getattr(problem, 'strerror', None) or problem}. Check the path.") from problem
    if folder:
        raise FileError(f"{path}: a folder. Give one file of notes.")
    if not there:
        raise FileError(f"{path}: there is no such file. Check the path, or give - to read standard input.")
    if path.suffix.lower() not in readers:
        raise FileError(f"{path}: unknown kind of file. Use {', '.join(readers)}, or - for JSON Lines on standard input.")
    return readers[path.suffix.lower()]


def _renamed(records: Iterator[Record], main: str, column: str, source: str) -> Iterator[Record]:
    """The named column takes the place of the main field."""
    try:
        yield from records if column == main else (_under(record, main, column) for record in records)
    except OSError as problem:  # in the middle of the file
        raise FileError(f"{source}: {problem.strerror or problem}. Copy the file, and try the copy.") from problem


def _under(record: Record, main: str, column: str) -> Record:
    """The record with its note under the main field; another text that stands there is no substitute for the column that was named."""
    if column in record.content:
        content = {key: value for key, value in record.content.items() if key not in (main, column)}
        return replace(record, content=content | {main: record.content[column]})
    missing = NoteError(f"{column} is missing or empty: name what holds the note with --text-column", "missing_text")
    return replace(record, error=record.error or missing)  # a refused record's raw text stands under the main field already


def _standard_input(main: str) -> Iterator[Record]:
    if sys.stdin is None:
        raise FileError("standard input is closed. Give a file, or pipe the notes in.")
    yield from json_lines(sys.stdin.buffer, main, "standard input")


def _json_file(path: Path, column: str, main: str) -> Iterator[Record]:
    with open_file(path) as file:
        yield from json_lines(file, main, str(path))


def _parquet_file(path: Path, column: str, main: str) -> Iterator[Record]:
    import pyarrow
    import pyarrow.parquet

    try:
        file = pyarrow.parquet.ParquetFile(path)
    except (pyarrow.ArrowException, OSError) as problem:
        raise FileError(f"{path}: cannot be read as Parquet ({str(problem).splitlines()[0]}).") from problem
    with file:
        require_column(path, file.schema_arrow.names, column)
        number = 0
        try:
            for batch in file.iter_batches(batch_size=PARQUET_ROWS):
                for row in batch.to_pylist():
                    number += 1
                    yield Record(number, {key: value for key, value in row.items() if value is not None})
        except (pyarrow.ArrowException, OSError) as problem:
            said = str(problem).splitlines()[0]
            raise FileError(f"{path}: damaged after row {number:,} ({said}). Write the file again.") from problem
