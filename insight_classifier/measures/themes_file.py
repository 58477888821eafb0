"""Insights and near misses from files: judgements, and the notes that they are of, by id."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from pathlib import Path

from insight_classifier.definition import Definition
from insight_classifier.errors import FileError, NoteError
from insight_classifier.measures.facts import AUTHOR, DATE, Facts, day_of
from insight_classifier.measures.near_misses import is_near_miss
from insight_classifier.measures.theme import ThemeNote
from insight_classifier.note_files import read_records
from insight_classifier.notes import read_note
from insight_classifier.record import Record

PHYSICIAN, COUNTRY = "hcp", "country"
PARQUET = ".parquet"


@dataclass(frozen=True)
class ThemeNotes:
    """`notes`: insights and near misses. `judged`: how many notes were. `missing`: insights and near misses that the notes lack."""

    notes: tuple[ThemeNote, ...]
    judged: int
    missing: int


def read_theme_notes(source: str, notes: Path, definition: Definition) -> ThemeNotes:
    """From judgements as insight score writes them (JSON Lines, or "-"), and a file of notes. Raises FileError, which names the line."""
    kinds = _kinds(source, definition)
    wanted = {name: insight for name, insight in kinds.items() if insight is not None}
    texts, facts = _read(notes, wanted, definition)
    if wanted and not texts:
        raise FileError(f"{notes}: none of its ids is among the judgements. Give the notes that were judged, with the same ids.")
    told = {name: _values(facts, name, len(texts)) for name in facts.wanted}
    found = [
        _note(name, text, wanted[name], {fact: values[row] for fact, values in told.items()})
        for row, (name, text) in enumerate(texts.items())
    ]
    return ThemeNotes(tuple(found), len(kinds), len(wanted) - len(texts))


def _read(notes: Path, wanted: Container[str], definition: Definition) -> tuple[dict[str, str], Facts]:
    """The words of the notes with these ids, in the order of the file, and their facts in the same."""
    texts: dict[str, str] = {}
    facts = Facts(frozenset({AUTHOR, PHYSICIAN, COUNTRY, DATE}))
    for record in read_records(str(notes), definition):
        name = str(record.content.get("id", record.number))
        if name in texts:
            raise FileError(f"{notes}, line {record.number}: the id {name[:60]!r} came before. Leave one line a note.")
        if name in wanted:
            facts.add(len(texts), record.content)
            texts[name] = _text(record, notes, definition)
    return texts, facts


def _kinds(source: str, definition: Definition) -> dict[str, bool | None]:
    """By note id: an insight, a near miss (False), or neither."""
    if Path(source).suffix.lower() == PARQUET:
        raise FileError(f"{source}: themes are read from JSON Lines. Judge with insight score --output NAME.jsonl.")
    found: dict[str, bool | None] = {}
    for record in read_records(source, definition):
        if record.error:
            raise FileError(f"{source}, {record.error}.")
        if record.content.get("error") is None:
            name, kind = _kind(record, source, definition)
            if name in found:
                raise FileError(f"{source}, line {record.number}: the id {name[:60]!r} came before. Leave one judgement a note.")
            found[name] = kind
    if not found:
        raise FileError(f"{source}: holds no judgement. Judge notes first: insight score NOTES --output {source}.")
    return found


def _kind(record: Record, source: str, definition: Definition) -> tuple[str, bool | None]:
    line = record.content
    try:
        met = {name: bool(line[d.name][name]["met"]) for d in definition.of_kind("checks") for name in d.names}
        if line["label"] == definition.label.met:
            return str(line["id"]), True
        return str(line["id"]), False if is_near_miss(definition, met) else None
    except (KeyError, TypeError) as problem:
        said = f"{source}, line {record.number}: is no judgement under {definition.name} ({problem})."
        raise FileError(f"{said} Judge the notes under it: insight score.") from problem


def _text(record: Record, notes: Path, definition: Definition) -> str:
    if record.error:
        raise FileError(f"{notes}, {record.error}.")
    try:
        return "\n".join(read_note(record.content, definition).fields.values())
    except NoteError as problem:
        raise FileError(f"{notes}, line {record.number}: {problem}.") from problem


def _values(facts: Facts, name: str, notes: int) -> list[str | None]:
    column = facts.column(name, notes)
    return [column.names[code] if code >= 0 else None for code in column.codes]


def _note(name: str, text: str, insight: bool, told: Mapping[str, str | None]) -> ThemeNote:
    day = told[DATE]
    return ThemeNote(name, text, insight, told[AUTHOR], told[PHYSICIAN], told[COUNTRY], day_of(day) if day else None)
