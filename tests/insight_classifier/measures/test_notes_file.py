from collections.abc import Callable
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from insight_classifier.errors import FileError
from insight_classifier.measures.facts import Facts
from insight_classifier.measures.notes_file import read_facts

ROWS = {"a": 0, "7": 1}


def jsonl(folder: Path) -> Path:
    path = folder / "notes.jsonl"
    path.write_text('{"id": "a", "text": "A note.", "team": "A"}\n\n{"id": 7, "team": "B"}\n{"id": "else", "team": "C"}\n')
    return path


def csv(folder: Path) -> Path:
    path = folder / "notes.csv"
    path.write_text("team;id\nA;a\nB;7\nC;else\n")
    return path


def parquet(folder: Path) -> Path:
    path = folder / "notes.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"id": ["a", "7", "else"], "team": ["A", "B", "C"], "text": ["x", "y", "z"]}), path)
    return path


@pytest.mark.parametrize("write", [jsonl, csv, parquet])
def test_facts_are_found_by_id_in_any_kind_of_file(tmp_path: Path, write: Callable[[Path], Path]):
    facts = Facts(frozenset({"team"}))
    assert read_facts(write(tmp_path), ROWS, facts) == 2
    assert facts.column("team", 2).names == ("A", "B")
    assert "team" in facts.seen


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("notes.jsonl", '{"id": "a"}\n{"id": "a"}\n', "line 2: the id 'a' came before"),
        ("notes.jsonl", '{"id": "b"}\n', "none of its ids"),
        ("notes.jsonl", "{broken\n", "line 1"),
        ("notes.csv", "name\nx\n", "no column 'id'"),
        ("notes.xml", "", "unknown kind of file"),
    ],
)
def test_a_file_that_is_wrong_is_refused(tmp_path: Path, name: str, content: str, said: str):
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(FileError, match=said):
        read_facts(path, ROWS, Facts(frozenset({"team"})))
