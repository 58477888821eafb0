"""What a reader of notes yields, one line of a file, and what every reader refuses: files that are no text, columns that are not there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any

from insight_classifier.errors import FileError, NoteError

MAX_LINE = 64 * 1024 * 1024  # bytes (CSV: characters) of one line, which bounds the memory; a longer one is refused
SHOWN_COLUMNS = 20
_UTF_16 = "UTF-16 text, as Excel writes it under the name Unicode Text. Save it as UTF-8 (in Excel: CSV UTF-8)"
FOREIGN: Mapping[bytes, str] = {
    b"\xff\xfe": _UTF_16,
    b"\xfe\xff": _UTF_16,
    b"PK\x03\x04": "an Excel workbook or another archive, not text. Save the sheet as CSV UTF-8",
    b"\x1f\x8b": "compressed with gzip. Unpack it first",
}


@dataclass(frozen=True)
class Record:
    """One line of a file: what was read, or why it could not be.

    Where `error` is set, `content` holds what is known of the id, and the text of the line under the main field, for the safety rules.
    """

    number: int
    content: dict[str, Any]
    error: NoteError | None = None


def open_file(path: Path) -> BufferedReader:
    """The file, open at its beginning. Raises FileError."""
    try:
        return path.open("rb")
    except OSError as problem:
        raise FileError(f"{path}: {problem.strerror}. Check the path and the permissions.") from problem


def refuse_foreign(head: bytes, name: str) -> None:
    """Raises FileError where a file that begins so is no UTF-8 text."""
    what = next((what for magic, what in FOREIGN.items() if head.startswith(magic)), None)
    if what is None and b"\0" in head[:4]:
        what = _UTF_16
    if what:
        raise FileError(f"{name}: {what}.")


def require_column(path: Path, columns: Sequence[str], column: str, seen: str = "") -> None:
    """Raises FileError, which names the columns that there are; `seen` says how they were told apart."""
    if column not in columns:
        names = [name if name.isprintable() and len(name) < 60 else ascii(name)[:60] for name in columns[:SHOWN_COLUMNS]]
        more = f" and {len(columns) - SHOWN_COLUMNS} more" if len(columns) > SHOWN_COLUMNS else ""
        known = f"{', '.join(names)}{more}{seen}" if any(columns) else "no columns"
        raise FileError(f"{path}: there is no column {column!r}. Name the one that holds the note with --text-column: {known}.")
