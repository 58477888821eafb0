"""Records of a CSV file: the delimiter is read off the header, and a record whose quotes are broken ends in an error that says where."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

from insight_classifier.errors import FileError, NoteError
from insight_classifier.record import MAX_LINE, Record, open_file, refuse_foreign, require_column

MAX_RECORD = 1024 * 1024  # characters of a record of several lines, far more than a note has: beyond them a quote was left open
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
_HALF_PAIR = re.compile("[\ud800-\udfff]")


class _Overlong(csv.Error):
    """The record holds more than is read."""


class _Lines:
    """The lines of a file for csv.reader; `record` keeps those of the record that is being read."""

    def __init__(self, file: TextIO) -> None:
        self.file, self.number, self.record, self.size = file, 0, list[str](), 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.file.readline(MAX_LINE)
        if not line:
            raise StopIteration
        self.number += 1
        self.record.append(line)
        self.size += len(line)
        if len(line) == MAX_LINE and line[-1] not in "\r\n":
            self._skip_rest()
            raise _Overlong(f"longer than {MAX_LINE:,} characters: split it. Only so many were scanned for safety")
        if self.size > MAX_RECORD and len(self.record) > 1:
            raise _Overlong(f"a record of more than {MAX_RECORD:,} characters. Close its quotes")
        return line

    def forget(self) -> None:
        """A new record begins."""
        self.record, self.size = [], 0

    def _skip_rest(self) -> None:
        while (rest := self.file.readline(MAX_LINE)) and rest[-1] not in "\r\n":
            pass

    @property
    def first(self) -> int:
        """The line on which the record began."""
        return self.number - len(self.record) + 1


def csv_records(path: Path, column: str, main: str) -> Iterator[Record]:
    """The rows below the header; `column` must be among its names. A refused row brings its raw lines under `main`, for the safety rules.

    Raises FileError where the file is no CSV with that column.
    """
    csv.field_size_limit(MAX_LINE)
    with open_file(path) as binary:
        refuse_foreign(binary.peek(4), str(path))
        # Bytes that are not UTF-8 become half surrogates, which are reported line by line.
        lines = _Lines(io.TextIOWrapper(binary, encoding="utf-8-sig", errors="surrogateescape", newline=""))
        delimiter, header = _header(lines, path, column)
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        number = 0
        while True:
            number += 1
            lines.forget()
            try:
                row = next(reader, None)
            except csv.Error as problem:
                yield _broken(number, header, lines, delimiter, problem, main)
                continue
            if row is None:
                return
            if row:
                yield _row(number, header, row, lines, main)


def _header(lines: _Lines, path: Path, column: str) -> tuple[str, list[str]]:
    """The delimiter and the names: those with which the column is found, else those that make the most columns."""
    try:
        first = next(lines, "")
        delimiter = max(DELIMITERS, key=lambda d: (column in _names(first, d), first.count(d)))
        while first.count('"') % 2 and (more := next(lines, "")):  # a name in quotes may hold a line break
            first += more
        names = _names(first, delimiter)
    except csv.Error as problem:
        raise FileError(f"{path}, line 1: {problem}. The first line must name the columns.") from problem
    require_column(path, names, column, f" (separated by a {DELIMITERS[delimiter]})" if len(names) > 1 else "")
    twice = next((name for name in names if name and names.count(name) > 1), None)
    if twice:
        raise FileError(f"{path}: two columns are called {twice!r}, and only one could be read. Rename one.")
    return delimiter, names


def _names(header: str, delimiter: str) -> list[str]:
    return [name.strip() for name in next(csv.reader(io.StringIO(header, newline=""), delimiter=delimiter), [])]


def _row(number: int, header: Sequence[str], row: Sequence[str], lines: _Lines, main: str) -> Record:
    where = f"line {lines.first}" if len(lines.record) == 1 else f"lines {lines.first} to {lines.number}"
    # An empty cell of an optional field is no field.
    content = {name: cell for name, cell in zip(header, row, strict=False) if cell}
    if len(row) > len(header):
        problem = f"{where}: {len(row)} cells, the header has {len(header)}. Quote cells that hold the delimiter or a line break"
        return Record(number, _raw(content, lines, main), NoteError(problem, "invalid_csv"))
    if any(_HALF_PAIR.search(cell) for cell in row):
        return Record(number, content, NoteError(f"{where}: not UTF-8. Save the file as CSV UTF-8", "invalid_utf8"))
    return Record(number, content)


def _broken(number: int, header: Sequence[str], lines: _Lines, delimiter: str, problem: csv.Error, main: str) -> Record:
    text = "".join(lines.record)
    start = _quote_left_open(text, delimiter)
    before = next(csv.reader(io.StringIO(text[:start], newline=""), delimiter=delimiter), []) if start else []
    content = _raw(dict(zip(header, before, strict=False)), lines, main)
    if start is None or (isinstance(problem, _Overlong) and len(lines.record) == 1):
        code = "line_too_long" if isinstance(problem, _Overlong) else "invalid_csv"
        return Record(number, content, NoteError(f"line {lines.number}: {problem}", code))
    opened = lines.first + len(re.findall(r"\r\n?|\n", text[:start]))
    return Record(number, content, NoteError(_swallowed(opened, lines.number - opened, problem), "invalid_csv"))


def _swallowed(opened: int, lines: int, problem: csv.Error) -> str:
    if not lines and "expected after" in str(problem):
        return f"line {opened}: text follows the closing quote of a cell. Write a quote inside a quoted cell twice"
    swallowed = f", and swallowed {lines:,} {'line' if lines == 1 else 'lines'} after it" if lines else ""
    return f"line {opened}: a quote opens there and is not closed{swallowed}. Close it, or write a quote inside a quoted cell twice"


def _quote_left_open(text: str, delimiter: str) -> int | None:
    """Where the first quoted cell begins that does not end with its closing quote."""
    quoted = re.compile(rf'(?:(?<=[{delimiter}\r\n])|\A)"[^"]*+(?:""[^"]*+)*+("?)')
    for match in quoted.finditer(text):
        if not match[1] or text[match.end() : match.end() + 1] not in ("", delimiter, "\r", "\n"):
            return match.start()
    return None


def _raw(cells: dict[str, str], lines: _Lines, main: str) -> dict[str, Any]:
    """What a refused record is known by, and all of its text."""
    return {key: value for key, value in cells.items() if key == "id"} | {main: "".join(lines.record)}
