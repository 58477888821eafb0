"""Facts of notes from a file that has them by id: JSON Lines, CSV or Parquet. Their words are not read."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from insight_classifier.csv_file import csv_records
from insight_classifier.errors import FileError
from insight_classifier.measures.facts import SAME, Facts
from insight_classifier.record import MAX_LINE, open_file, refuse_foreign

ID = "id"
PARQUET_ROWS = 4096


def read_facts(path: Path, rows: Mapping[str, int], facts: Facts) -> int:
    """Adds the facts of the notes whose ids are in `rows`; how many there were. Raises FileError, also where none or one twice."""
    readers = {".jsonl": _json, ".ndjson": _json, ".json": _json, ".csv": _csv, ".parquet": _parquet}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise FileError(f"{path}: unknown kind of file. Use {', '.join(readers)}.")
    found: set[int] = set()
    for number, record in reader(path, facts):
        name = record.get(ID)
        row = rows.get(str(number if name is None else name))
        if row is None:
            continue
        if row in found:
            raise FileError(f"{path}, line {number}: the id {str(name)[:60]!r} came before. Leave one line a note.")
        found.add(row)
        facts.add(row, record)
    if not found:
        raise FileError(f"{path}: none of its ids is among the judgements. Give the notes that were judged, with the same ids.")
    return len(found)


def _json(path: Path, facts: Facts) -> Iterator[tuple[int, Mapping[str, Any]]]:
    decode = msgspec.json.Decoder(dict[str, Any]).decode
    number = 0
    with open_file(path) as file:
        while line := file.readline(MAX_LINE):
            number += 1
            if number == 1:
                refuse_foreign(line, str(path))
            try:
                if line.strip():
                    yield number, decode(line.removeprefix(b"\xef\xbb\xbf"))
            except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
                raise FileError(f"{path}, line {number}: {problem}. Write one JSON object a line.") from problem


def _csv(path: Path, facts: Facts) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for record in csv_records(path, ID, ID):
        if record.error:
            raise FileError(f"{path}, {record.error}.")
        yield record.number, record.content


def _parquet(path: Path, facts: Facts) -> Iterator[tuple[int, Mapping[str, Any]]]:
    import pyarrow
    import pyarrow.parquet

    wanted = {ID, "metadata", *(other for name in facts.wanted for other in SAME.get(name, (name,)))}
    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            names = file.schema_arrow.names
            facts.seen.update(names)
            number = 0
            for batch in file.iter_batches(batch_size=PARQUET_ROWS, columns=[name for name in names if name in wanted]):
                for row in batch.to_pylist():
                    number += 1
                    yield number, row
    except (pyarrow.ArrowException, OSError) as problem:
        raise FileError(f"{path}: cannot be read as Parquet ({str(problem).splitlines()[0]}). Write the file again.") from problem
