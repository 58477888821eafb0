"""Judgements from a file of any length, as columns: JSON Lines as `insight score` writes them, or Parquet with the same fields.

A million judgements take some hundred megabytes: of each line only the model's chances and the facts that are asked for are kept.
"""

import sys
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import msgspec
import numpy as np

from insight_classifier.definition import Definition
from insight_classifier.errors import FileError
from insight_classifier.measures.events import Judged
from insight_classifier.measures.facts import Facts
from insight_classifier.record import MAX_LINE, open_file, refuse_foreign

Chance = Annotated[float, msgspec.Meta(ge=0, le=1)]
_MEND = "Each must be a judgement, as insight score writes them."
PARQUET_ROWS = 4096  # that are held at a time


@dataclass
class JudgedNotes:
    """`ids` in the order of the file; `failed`: lines of notes that could not be judged; `origins`: how many notes each judge judged."""

    ids: list[str]
    judged: Judged
    failed: int = 0
    origins: Counter[tuple[str, str, str]] = field(default_factory=Counter)


def read_judgements(source: str, definition: Definition, facts: Facts) -> JudgedNotes:
    """The judgements of a file, or of standard input where `source` is "-"; metadata that a line carries goes into `facts`, by row.

    Raises FileError, which names the line, where one is no judgement under this definition, or an id comes twice.
    """
    columns = Columns(definition)
    for number, line in _lines(source, columns.kind):
        columns.add(number, line, facts, source)
    if not columns.ids:
        raise FileError(f"{source}: holds no judgement. Judge notes first: insight score NOTES --output {source}.")
    return columns.done()


class Columns:
    """What has been read so far: one row of chances a note, in one array."""

    def __init__(self, definition: Definition) -> None:
        self.definition, self.kind = definition, line_kind(definition)
        self.ids: dict[str, int] = {}
        self.values, self.failed = array("f"), 0
        self.origins: Counter[tuple[str, str, str]] = Counter()
        dimensions = definition.dimensions
        self.checks = [(name, attrgetter(f"{d.name}.{name}")) for d in dimensions if d.kind == "checks" for name in d.names]
        self.scales = [(d, attrgetter(f"{d.name}.probabilities")) for d in dimensions if d.kind == "scale"]
        self.choices = [(d, attrgetter(*(f"{d.name}.probabilities.{name}" for name in d.names))) for d in dimensions if d.kind == "choice"]

    def add(self, number: int, line: Any, facts: Facts, source: str) -> None:  # noqa: ANN401 the struct is made of the definition
        if line.error is not None:
            self.failed += 1
            return
        if (what := self.lacks(line)) is not None:
            raise FileError(f"{source}, line {number}: lacks {what}. Judge the notes under {self.definition.name}: insight score.")
        name = str(line.id)
        if name in self.ids:
            raise FileError(f"{source}, line {number}: the id {name[:60]!r} came before. Leave one judgement a note.")
        if line.metadata:
            facts.add(len(self.ids), line.metadata)
        self.ids[name] = len(self.ids)
        self.origins[(line.definition.name, line.definition.fingerprint, line.model.fingerprint)] += 1
        self._keep(line)

    def lacks(self, line: Any) -> str | None:  # noqa: ANN401
        """The first part that a judgement must have and this one has not."""
        for name in ("id", "probability", "definition", "model", *(d.name for d in self.definition.dimensions)):
            if getattr(line, name) is None:
                return name
        return next((d.name for d, levels in self.scales if len(levels(line)) != len(d.members)), None)

    def _keep(self, line: Any) -> None:  # noqa: ANN401
        values = self.values
        values.append(line.probability)
        for _, get in self.checks:
            check = get(line)
            values.append(check.met if check.probability is None else check.probability)
        for _, levels in self.scales:
            values.extend(levels(line))
        for _, options in self.choices:
            values.extend(options(line))

    def done(self) -> JudgedNotes:
        table = np.frombuffer(self.values, dtype=np.float32).reshape(len(self.ids), -1)
        ends = np.cumsum([1, len(self.checks), *(len(d.members) for d, _ in self.scales + self.choices)])
        checks = {name: np.ascontiguousarray(table[:, 1 + place]) for place, (name, _) in enumerate(self.checks)}
        parts = zip(self.scales + self.choices, ends[1:-1], ends[2:], strict=True)
        members = {d.name: np.ascontiguousarray(table[:, start:end]) for (d, _), start, end in parts}
        return JudgedNotes(list(self.ids), Judged(table[:, 0].copy(), checks, members), self.failed, self.origins)


def line_kind(definition: Definition) -> type[msgspec.Struct]:
    """What is read of a line: the chances, not the quotes. Of another shape than the definition's, a line is refused."""
    check = msgspec.defstruct("Check", [("met", bool), ("probability", Chance | None)])
    level = msgspec.defstruct("Level", [("probabilities", list[Chance])])
    origin = msgspec.defstruct("Origin", [("name", str, ""), ("fingerprint", str, "")])
    parts = []
    for dimension in definition.dimensions:
        kind: Any = level
        if dimension.kind == "checks":
            kind = msgspec.defstruct(dimension.name, [(name, check) for name in dimension.names])
        if dimension.kind == "choice":
            options = msgspec.defstruct(dimension.name, [(name, Chance) for name in dimension.names])
            kind = msgspec.defstruct("Option", [("probabilities", options)])
        parts.append((dimension.name, kind | None, None))
    kinds: dict[str, Any] = {
        "id": str | int, "error": Any, "probability": Chance, "definition": origin, "model": origin, "metadata": dict[str, Any],
    }  # fmt: skip
    return msgspec.defstruct("Line", [*((name, kind | None, None) for name, kind in kinds.items()), *parts])


def _lines(source: str, kind: type[msgspec.Struct]) -> Iterator[tuple[int, Any]]:
    if source == "-":
        if sys.stdin is None:
            raise FileError("standard input is closed. Give a file, or pipe the judgements in.")
        return _json_lines(sys.stdin.buffer, "standard input", kind)
    path = Path(source)
    if path.suffix.lower() == ".parquet":
        return _parquet(path, kind)
    return _opened(path, kind)


def _opened(path: Path, kind: type[msgspec.Struct]) -> Iterator[tuple[int, Any]]:
    with open_file(path) as file:
        yield from _json_lines(file, str(path), kind)


def _json_lines(file: BinaryIO, name: str, kind: type[msgspec.Struct]) -> Iterator[tuple[int, Any]]:
    decode = msgspec.json.Decoder(kind).decode
    number = 0
    while line := file.readline(MAX_LINE):
        number += 1
        if number == 1:
            refuse_foreign(line, name)
            line = line.removeprefix(b"\xef\xbb\xbf")
        if not line.strip():
            continue
        try:
            yield number, decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
            raise FileError(f"{name}, line {number}: {problem}. {_MEND}") from problem


def _parquet(path: Path, kind: type[msgspec.Struct]) -> Iterator[tuple[int, Any]]:
    import pyarrow
    import pyarrow.parquet

    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            number, wanted = 0, [name for name in kind.__struct_fields__ if name in file.schema_arrow.names]
            for batch in file.iter_batches(batch_size=PARQUET_ROWS, columns=wanted):
                for row in batch.to_pylist():
                    number += 1
                    yield number, _converted(row, kind, path, number)
    except (pyarrow.ArrowException, OSError) as problem:
        raise FileError(f"{path}: cannot be read as Parquet ({str(problem).splitlines()[0]}). Write the file again.") from problem


def _converted(row: Mapping[str, Any], kind: type[msgspec.Struct], path: Path, number: int) -> Any:  # noqa: ANN401
    try:
        return msgspec.convert(row, kind)
    except msgspec.MsgspecError as problem:
        raise FileError(f"{path}, row {number}: {problem}. {_MEND}") from problem
