"""From results to rows of the CRM's score object, in chunks that it accepts. Pure."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from insight_classifier.text import view
from service.answers import to_json
from service.presets.mapping import Column, Preset, Target
from service.presets.rules import Entry

MARK = " […]"
JOINERS = ("\u200d", "\ufe0e", "\ufe0f")  # they belong to the character before them
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run what follows
MISSING = object()
Row = dict[str, Any]


def rows(entries: Sequence[Entry], results: Iterable[Mapping[str, Any]], preset: Preset) -> list[Row]:
    """One row a record that has an id to be stored by; of a record that was sent twice only the newer version."""
    latest: dict[str, tuple[str, Row]] = {}
    for entry, result in zip(entries, results, strict=True):
        row = _row(entry, result, preset)
        key, version = row.get(preset.target.external_id), str(entry.metadata.get("modified_at", ""))
        if key is not None and (key not in latest or version >= latest[key][0]):
            latest[key] = version, row
    return [row for _, row in latest.values()]


def _row(entry: Entry, result: Mapping[str, Any], preset: Preset) -> Row:
    failed = "error" in result
    said = {"object": preset.object, "status": "not_scored" if failed else "scored", "error": {"code": None, "detail": None}}
    stored = entry.id if entry.problem is None or entry.problem.code != "missing_key" else None
    source = {**said, **result, "id": stored, "metadata": entry.metadata}
    cells = ((column, [_reach(source, path) for path in column.sources]) for column in preset.target.columns)
    # What the result does not say is left out: the CRM keeps what it has.
    return {column.name: _cell(column, values, preset.target) for column, values in cells if MISSING not in values}


def _reach(source: Any, path: str) -> Any:  # noqa: ANN401 JSON
    for part in path.split("."):
        if not isinstance(source, Mapping) or part not in source:
            return MISSING
        source = source[part]
    return source


def _cell(column: Column, values: list[Any], target: Target) -> Any:  # noqa: ANN401 JSON
    value = values[0] if len(values) == 1 else ":".join(map(str, values))
    if value is None:
        return None
    if column.type in ("text", "long_text"):
        text = _text(value)
        return cut(f"'{text}" if target.platform == "csv" and text.startswith(FORMULA) else text, column.length)
    if column.type == "picklist":
        return column.values.get(str(value), str(value))
    if column.type == "decimal":
        return round(float(value), column.places)
    return int(value) if column.type == "integer" else bool(value)


def _text(value: Any) -> str:  # noqa: ANN401 JSON
    """Words as a person reads them; of quotes their readable text, one a line."""
    if isinstance(value, list):
        return "\n".join(view(item["text"]).text.strip() if isinstance(item, Mapping) else str(item) for item in value)
    return str(value)


def cut(text: str, length: int) -> str:
    """At most `length` characters as the most cautious CRM counts them, with a mark where something is missing; no character is split."""
    if _size(text) <= length:
        return text
    room, kept = length - len(MARK), 0
    for kept, character in enumerate(text):  # noqa: B007 the place where it ended counts
        room -= _size(character)
        if room < 0:
            break
    while kept and (text[kept] in JOINERS or unicodedata.combining(text[kept]) or text[kept - 1] == JOINERS[0]):
        kept -= 1
    return text[:kept].rstrip() + MARK


def _size(text: str) -> int:
    """UTF-16 units, a line break as two: as Salesforce counts."""
    return sum(2 if character == "\n" or character > "\uffff" else 1 for character in text)


def chunks(made: Sequence[Row], target: Target, *, as_text: bool = False) -> list[dict[str, Any]]:
    """Requests for the CRM: at most so many rows and bytes each. `as_text`: the rows as one text, for callers that only pass them on."""
    return [_chunk(part, target, as_text) for part in _parts(made, target)]


def _parts(made: Sequence[Row], target: Target) -> Iterator[list[Row]]:
    part: list[Row] = []
    size = 0
    for row in made:
        bytes_ = len(to_json(row)) + 100  # and the wrapping that goes around it
        if part and (len(part) == target.records or size + bytes_ > target.bytes):
            yield part
            part, size = [], 0
        part.append(row)
        size += bytes_
    if part:
        yield part


def _chunk(part: list[Row], target: Target, as_text: bool) -> dict[str, Any]:
    about = {"object": target.object, "external_id": target.external_id, "count": len(part)}
    wrapped = [{"attributes": {"type": target.object}, **row} for row in part] if target.platform == "salesforce" else part
    if not as_text:
        return {**about, "records": wrapped}
    return {**about, "records_text": csv_text(part, target) if target.platform == "csv" else to_json(wrapped).decode()}


def csv_text(part: Sequence[Row], target: Target) -> str:
    """The rows as CSV, a column for every field of the target."""
    out = io.StringIO()
    writer = csv.DictWriter(out, [column.name for column in target.columns])
    writer.writeheader()
    writer.writerows({name: str(value).lower() if isinstance(value, bool) else value for name, value in row.items()} for row in part)
    return out.getvalue()
