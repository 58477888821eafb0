"""The command from a file of notes to a list of what to label, on a tiny model."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from insight_classifier.cli import make_app

NOTES = "writer_a.jsonl"


def label_next(*words: object) -> Result:
    return CliRunner().invoke(make_app(), ["label-next", *map(str, words)])


def test_the_list_names_notes_and_reasons(tiny_model: Path, tiny_corpus: Path, tmp_path: Path):
    asked = [tiny_corpus / NOTES, "--dimension", "criteria", "--count", 12, "--model", tiny_model]
    result = label_next(*asked, "--labelled", tiny_corpus / "writer_b.jsonl", "--output", tmp_path / "next.jsonl")
    assert result.exit_code == 0, result.output
    rows = [json.loads(line) for line in (tmp_path / "next.jsonl").read_text().splitlines()]
    assert len({row["id"] for row in rows}) == 12
    assert rows[0]["queue"] == "audit"
    assert all(row["reason"] for row in rows)


@pytest.mark.parametrize(("words", "says"), [(["--dimension", "mood"], "no dimension 'mood'"), (["--queue", "best"], "no queue 'best'")])
def test_what_there_is_not_is_named(tiny_model: Path, tiny_corpus: Path, words: list[str], says: str):
    given = words if "--dimension" in words else [*words, "--dimension", "criteria"]
    result = label_next(tiny_corpus / NOTES, "--model", tiny_model, *given)
    assert result.exit_code == 2
    assert says in result.output
