import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from insight_classifier.definition import Definition
from insight_classifier.definition_reader import default_definition
from insight_classifier.errors import FileError
from insight_classifier.measures.themes_file import read_theme_notes

DEFINITION = default_definition()
MET, UNMET = DEFINITION.label.met, DEFINITION.label.unmet
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def lines(name: str, *records: dict[str, Any]) -> Path:
        path = tmp_path / name
        path.write_text("".join(f"{json.dumps(record)}\n" for record in records), encoding="utf-8")
        return path

    return lines


def judged(name: str, label: str = MET, lacking: int = 0, definition: Definition = DEFINITION) -> dict[str, Any]:
    missing = definition.label.rule.names[::-1][:lacking]
    parts = {d.name: {check: {"met": check not in missing} for check in d.names} for d in definition.of_kind("checks")}
    return {"id": name, "label": label, **parts}


def test_insights_and_near_misses_are_read_with_their_facts_and_others_are_not(write: Write):
    judgements = write("judged.jsonl", judged("1"), judged("2", UNMET, 1), judged("3", UNMET, 2))
    told = {"msl": "ann", "hcp_id": "p1", "metadata": {"country": "DE"}, "written_at": "2026-03-01T10:00:00"}
    notes = write("notes.jsonl", *({"id": name, "text": "renal", **told} for name in "321"))
    found = read_theme_notes(str(judgements), notes, DEFINITION)
    assert [(note.id, note.insight) for note in found.notes] == [("2", False), ("1", True)]
    one = found.notes[0]
    assert (one.author, one.physician, one.country, one.day) == ("ann", "p1", "DE", date(2026, 3, 1))
    assert (found.judged, found.missing) == (3, 0)


def test_all_fields_of_a_note_are_its_words_and_facts_may_be_unknown(write: Write):
    notes = write("notes.jsonl", {"id": 1, "text": "renal", "next_steps": "cohort"})
    (note,) = read_theme_notes(str(write("judged.jsonl", judged("1"))), notes, DEFINITION).notes
    assert (set(note.text.split()), note.author, note.day) == ({"renal", "cohort"}, None, None)


def test_insights_without_their_note_are_counted(write: Write):
    notes = write("notes.jsonl", {"id": "1", "text": "renal"})
    assert read_theme_notes(str(write("judged.jsonl", judged("1"), judged("2"))), notes, DEFINITION).missing == 1


@pytest.mark.parametrize(
    ("judgements", "notes", "said"),
    [
        ([judged("1")], [{"id": "2", "text": "renal"}], "none of its ids is among the judgements"),
        ([judged("1"), judged("1")], [{"id": "1", "text": "renal"}], "line 2: the id '1' came before"),
        ([judged("1")], [{"id": "1", "text": "renal"}] * 2, "line 2: the id '1' came before"),
        ([{"id": "1", "label": MET}], [{"id": "1", "text": "renal"}], "line 1: is no judgement under home_office"),
        ([{"id": "1", "error": {"code": "empty_text"}}], [{"id": "1", "text": "renal"}], "holds no judgement"),
        ([judged("1")], [{"id": "1", "text": " "}], "line 1: text is empty"),
    ],
)
def test_wrong_files_are_refused(judgements: list[dict[str, Any]], notes: list[dict[str, Any]], said: str, write: Write):
    with pytest.raises(FileError, match=said):
        read_theme_notes(str(write("judged.jsonl", *judgements)), write("notes.jsonl", *notes), DEFINITION)


def test_parquet_is_refused_with_the_mend(write: Write):
    with pytest.raises(FileError, match="JSON Lines"):
        read_theme_notes("judged.parquet", write("notes.jsonl"), DEFINITION)
