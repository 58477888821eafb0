"""From a CRM's own records, however they are wrapped, to notes as the service reads them. Pure."""

import csv
import io
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from insight_classifier.definition import Definition
from service.errors import RequestError
from service.presets.mapping import Choice, Preset

Record = Mapping[str, Any]
# Where answers of CRMs hold their records: queries, sObject collections, composite, batch and graph answers of Salesforce, Vault's data.
ENVELOPES = ("records", "data", "compositeResponse", "results", "graphs", "graphResponse", "body", "result")
DEEPEST = 8
SHOWN = 12  # names of fields in a message
WHOLE = re.compile(r"(?:longtext|richtext)\((.+)\)\Z")  # how VQL is asked for a whole text
DELIMITERS = ",;\t"
JOINT = "\n\n"


@dataclass(frozen=True)
class Entry:
    """One record: the note that it holds, or why it holds none and whatever text of it must still be scanned for safety."""

    id: str
    note: dict[str, Any] | None
    metadata: Mapping[str, Any]
    problem: RequestError | None = None
    scanned: Mapping[str, str] | None = None


def unwrapped(content: object, depth: int = DEEPEST) -> list[object]:
    """The records in a body: one, a list, or an answer of the CRM's own API around them."""
    if isinstance(content, list):
        return [record for item in content for record in (unwrapped(item, depth - 1) if isinstance(item, dict) else [item])]
    if isinstance(content, dict) and depth > 0:
        inner = next((content[key] for key in ENVELOPES if isinstance(content.get(key), list | dict)), None)
        if inner is not None:
            return unwrapped(inner, depth - 1)
    return [content]


def csv_records(body: bytes) -> list[object]:
    """The rows of CSV text in UTF-8 under their column names; commas, semicolons or tabs. Raises RequestError."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise RequestError(f"Byte {problem.start} is not UTF-8. Save the file as CSV UTF-8.", "invalid_utf8") from problem
    header = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=header.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True, restkey="")
    try:
        _check_header(reader.fieldnames or ())
        return [_row(row, reader.line_num) for row in reader]
    except csv.Error as problem:
        raise RequestError(
            f"The CSV cannot be read at line {reader.line_num}: {problem}. Close every quote.", "invalid_request"
        ) from problem


def _check_header(names: Sequence[str]) -> None:
    folded = [name.casefold() for name in names]
    twice = next((name for number, name in enumerate(names) if name.casefold() in folded[:number]), None)
    if twice is not None:
        raise RequestError(f"The CSV has two columns called {twice[:60]!r}. Give one another name.", "invalid_request")


def _row(row: dict[str, Any], line: int) -> dict[str, Any]:
    if "" in row and isinstance(row[""], list):
        raise RequestError(
            f"The CSV row that ends on line {line} has more cells than the header. Quote texts that hold commas.", "invalid_request"
        )
    return row


def entries(records: Sequence[object], preset: Preset, definition: Definition) -> list[Entry]:
    """What each record holds, in order."""
    return [_entry(record, number, preset, definition) for number, record in enumerate(records, start=1)]


def _entry(record: object, number: int, preset: Preset, definition: Definition) -> Entry:
    if not isinstance(record, dict):
        return Entry(str(number), None, {}, RequestError(f"Record {number} is no object. Send the {preset.object} as JSON.", "wrong_type"))
    fields = _Fields(record)
    identifier, metadata = fields.first(preset.id), _metadata(fields, preset)
    name = str(number) if identifier is None else str(identifier)
    texts = {field: joined for field, choices in preset.reads.items() if (joined := fields.joined(choices)) is not None}
    problem = _refusal(record, fields, preset, identifier)
    if problem:
        return Entry(name, None, metadata, problem, _all_texts(record, definition))
    # A row's number is no id of its own: the first row of the next file is another note.
    own = {} if identifier is None else {"id": name}
    return Entry(name, {**own, definition.main_field: "", **texts, "metadata": metadata}, metadata)


def _refusal(record: Record, fields: "_Fields", preset: Preset, identifier: object) -> RequestError | None:
    if not any(fields.has(name) for name in preset.texts):
        looked, found = ", ".join(preset.texts), ", ".join(itertools.islice(map(str, record), SHOWN)) or "none"
        more = f" and {len(record) - SHOWN} more" if len(record) > SHOWN else ""
        reads = f"The record has none of the text fields of {preset.object} that preset {preset.name} reads"
        detail = f"{reads}. Looked for: {looked}. Found: {found[:600]}{more}."
        return RequestError(f"{detail} Query one of them too, or choose another preset.", "missing_text")
    if identifier is None and preset.platform.needs_id:
        return RequestError(f"The record has no {' or '.join(preset.id)}, by which its score could be stored. Query it too.", "missing_key")
    return None


def _metadata(fields: "_Fields", preset: Preset) -> dict[str, Any]:
    """Which preset and object, which CRM fields the texts came from, and what the mapping asks for."""
    found = {key: value for key, choice in preset.metadata.items() if (value := fields.first(choice)) is not None}
    sources = {field: names for field, choices in preset.reads.items() if (names := fields.filled(choices))}
    times = {key: _iso(value) if key.endswith("_at") else value for key, value in found.items()}
    return {"source": preset.name, "object": preset.object, **times, "source_fields": sources}


def _iso(value: Any) -> Any:  # noqa: ANN401 whatever the CRM sent
    """A time in ISO 8601, in UTC where its zone is known; anything else stays as it is."""
    try:
        time = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return value
    return value if "T" not in value.replace(" ", "T") else (time.astimezone(UTC) if time.tzinfo else time).isoformat()


def _all_texts(record: Record, definition: Definition) -> dict[str, str]:
    """Every text in a record that holds no note, as one: it may report harm all the same."""
    return {definition.main_field: "\n".join(value for value in record.values() if isinstance(value, str))}


class _Fields:
    """The fields of one record, whatever their case; a dot follows a relationship."""

    def __init__(self, record: Record) -> None:
        self._found = {WHOLE.sub(r"\1", name.casefold()): value for name, value in record.items()}

    def has(self, name: str) -> bool:
        return self._reach(name)[0]

    def first(self, choice: Choice) -> Any:  # noqa: ANN401 whatever the CRM sent
        """The value of the first name that holds one; lists joined by semicolons. None where none does."""
        return next((value for name in choice if (value := _plain(self._reach(name)[1])) is not None), None)

    def filled(self, choices: Sequence[Choice]) -> list[str]:
        """The names that `joined` takes."""
        return [name for choice in choices for name in self._chosen(choice)]

    def joined(self, choices: Sequence[Choice]) -> Any:  # noqa: ANN401 one value that is no text goes on, to be refused by its type
        """The texts of all choices, a blank line between them; None where there is none."""
        values = [self._reach(name)[1] for name in self.filled(choices)]
        if len(values) == 1:
            return values[0]
        return JOINT.join(map(str, values)) if values else None

    def _chosen(self, choice: Choice) -> Iterator[str]:
        return itertools.islice((name for name in choice if self._reach(name)[1] not in (None, "")), 1)

    def _reach(self, name: str) -> tuple[bool, Any]:
        """Whether the field is there, and what it holds."""
        key = name.casefold()
        if key in self._found:
            return True, self._found[key]
        first, dot, rest = name.partition(".")
        inner = self._found.get(first.casefold()) if dot else None
        return _Fields(inner)._reach(rest) if isinstance(inner, dict) else (False, None)


def _plain(value: Any) -> Any:  # noqa: ANN401 whatever the CRM sent
    if isinstance(value, list):
        return "; ".join(map(str, value)) or None
    return None if value == "" or isinstance(value, dict) else value
