"""Judge a stream of records in constant memory: every record gets a judgement or an error, in order, and none stops the run."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from insight_classifier.decode import Findings
from insight_classifier.definition import Definition
from insight_classifier.errors import InsightError, NoteError
from insight_classifier.judgement import Check, Judgement, Span, verdict_to_dict
from insight_classifier.notes import MAX_CHARACTERS, Note, read_note
from insight_classifier.record import Record
from insight_classifier.safety import SafetyRules

CHUNK = 256  # records that are judged together; they and the next bound the memory
CHUNK_CHARACTERS = 4 * 1024 * 1024  # of their texts together, but for one more record
OVERLAP = 400  # characters that neighbouring pieces of an overlong text share, so that a sentence on the cut is seen whole
_HALF_PAIR = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Failure:
    """A record that could not be judged, with what the safety rules found in it all the same."""

    id: str
    code: str
    detail: str
    flags: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """The JSON form of contracts.md; flags are left out where there was no text to scan."""
        plain: dict[str, Any] = {"id": self.id, "error": {"code": self.code, "detail": self.detail}}
        return plain | dict(self.flags)


Result = Judgement | Failure


class Judging(Protocol):
    """Whatever judges notes: a Predictor, or what stands before one."""

    @property
    def definition(self) -> Definition: ...

    @property
    def safety(self) -> SafetyRules: ...

    def screen(self, note: Note) -> Findings: ...

    def decide(self, notes: Sequence[Note], findings: Sequence[Findings]) -> list[Judgement]: ...


def score(records: Iterable[Record], predictor: Judging) -> Iterator[Result]:
    """One result a record, in order. Memory is bounded by CHUNK and CHUNK_CHARACTERS."""
    for chunk in _chunks(records):
        yield from score_chunk(chunk, predictor)


def _chunks(records: Iterable[Record]) -> Iterator[list[Record]]:
    chunk: list[Record] = []
    size = 0
    for record in records:
        chunk.append(record)
        size += sum(len(value) for value in record.content.values() if isinstance(value, str))
        if len(chunk) == CHUNK or size > CHUNK_CHARACTERS:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def score_chunk(records: Sequence[Record], predictor: Judging) -> list[Result]:
    """The results of a few records, judged together."""
    results: dict[int, Result] = {}
    notes: dict[int, Note] = {}
    for index, record in enumerate(records):
        try:
            if record.error:
                raise record.error
            notes[index] = read_note(record.content, predictor.definition, record.number)
        except NoteError as problem:
            results[index] = _failure(record, problem.code, str(problem), predictor)
    findings = [predictor.screen(note) for note in notes.values()]
    judged = _judge(list(notes.values()), findings, predictor)
    results |= zip(notes, judged, strict=True)
    return [results[index] for index in range(len(records))]


def _judge(notes: Sequence[Note], findings: Sequence[Findings], predictor: Judging) -> list[Result]:
    """All at once; where that fails one by one, so that only the guilty note fails, with its safety findings."""
    try:
        return list(predictor.decide(notes, findings))
    except InsightError:
        raise  # nothing can be judged now, which is no fault of a note
    except Exception as problem:  # noqa: BLE001 whoever waits for this line is told
        if len(notes) > 1:
            return [result for pair in zip(notes, findings, strict=True) for result in _judge([pair[0]], [pair[1]], predictor)]
        if not notes:
            return []
        flags = rule_flags(findings[0].spans, predictor.definition, single_field=len(notes[0].fields) == 1)
        return [
            Failure(
                notes[0].id, "judging_failed", f"{type(problem).__name__} while judging; the note was scanned by the safety rules", flags
            )
        ]


def _failure(record: Record, code: str, detail: str, predictor: Judging) -> Failure:
    identifier = record.content.get("id")
    name = str(identifier) if isinstance(identifier, str | int) and not isinstance(identifier, bool) else str(record.number)
    return Failure(name, code, detail, flags_of_refused(record.content, predictor.safety, predictor.definition))


def flags_of_refused(record: object, safety: SafetyRules, definition: Definition) -> dict[str, Any]:
    """What the rules find in a record that is no judgeable note: a refused text, of any length, may still report harm.

    In the shape of a judgement; empty where the record has no text.
    """
    names = [field.name for field in definition.fields]
    texts = {name: record[name] for name in names if isinstance(record.get(name), str)} if isinstance(record, Mapping) else {}
    if not any(text.strip() for text in texts.values()):
        return {}
    found: dict[str, dict[Span, None]] = {member: {} for member in safety.scanners}
    for name, text in texts.items():
        for member, span in _scan(name, text, safety):
            found[member].setdefault(span)
    return rule_flags({member: tuple(spans) for member, spans in found.items()}, definition, single_field=len(texts) == 1)


def _scan(name: str, text: str, safety: SafetyRules) -> Iterator[tuple[str, Span]]:
    """Findings in overlapping pieces; spans quote the text as it was sent, half surrogate pairs and all."""
    readable = _HALF_PAIR.sub("\ufffd", text)
    for start in range(0, max(len(text), 1), MAX_CHARACTERS - OVERLAP):
        for member, spans in safety(Note("", {name: readable[start : start + MAX_CHARACTERS]})).items():
            for span in spans:
                first, last = span.start + start, span.end + start
                yield member, replace(span, start=first, end=last, text=text[first:last])


def rule_flags(spans: Mapping[str, tuple[Span, ...]], definition: Definition, *, single_field: bool) -> dict[str, Any]:
    """What the rules found, in the shape of a judgement: {dimension: {member: check}}."""
    return {
        dimension.name: verdict_to_dict(
            {m.name: Check(bool(spans[m.name]), None, spans[m.name], "rule") for m in dimension.members if m.name in spans},
            single_field=single_field,
        )
        for dimension in definition.of_kind("checks")
        if any(name in spans for name in dimension.names)
    }
