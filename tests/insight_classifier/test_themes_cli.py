import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from insight_classifier.cli import make_app
from insight_classifier.definition_reader import default_definition

DEFINITION = default_definition()
SUBJECTS = ("hyperkalaemia binder renal", "prior authorisation payer formulary", "autoinjector needle grip")


def judged(name: str) -> dict[str, Any]:
    checks = {d.name: {check: {"met": True} for check in d.names} for d in DEFINITION.of_kind("checks")}
    return {"id": name, "label": DEFINITION.label.met, **checks}


def note(number: int) -> dict[str, Any]:
    return {
        "id": str(number),
        "text": f"{SUBJECTS[number % 3]} alone{number}",
        "msl": f"m{number % 4}",
        "date": f"2026-03-{number + 1:02d}",
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, records in (("judged", [judged(str(n)) for n in range(24)]), ("notes", [note(n) for n in range(24)])):
        (tmp_path / f"{name}.jsonl").write_text("".join(f"{json.dumps(record)}\n" for record in records), encoding="utf-8")
    return tmp_path


def run(folder: Path, *words: str) -> Any:
    return CliRunner().invoke(make_app(), ["themes", str(folder / "judged.jsonl"), "--notes", str(folder / "notes.jsonl"), *words])


def test_themes_are_printed_with_their_voices(folder: Path):
    result = run(folder)
    assert result.exit_code == 0
    assert "24 insights and near misses: 24 in 3 themes" in " ".join(result.stdout.split())


def test_themes_of_the_last_time_are_the_same_again(folder: Path):
    first, again = folder / "first.json", folder / "again.json"
    assert run(folder, "--json", str(first)).exit_code == 0
    assert run(folder, "--earlier", str(first), "--json", str(again)).exit_code == 0
    assert json.loads(first.read_text()) == json.loads(again.read_text())


def test_notes_without_author_and_date_are_told_to_lack_them(folder: Path):
    bare = [{"id": str(n), "text": note(n)["text"]} for n in range(24)]
    (folder / "notes.jsonl").write_text("".join(f"{json.dumps(record)}\n" for record in bare), encoding="utf-8")
    result = run(folder)
    assert "no note names its author" in result.stderr
    assert "no note has a date" in result.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [(["--today", "soon"], "--today soon: write a day as 2026-03-31"), (["--earlier", "none.json"], "none.json: No such file")],
)
def test_wrong_arguments_are_one_line_with_the_mend(words: list[str], said: str, folder: Path):
    result = run(folder, *words)
    assert (result.exit_code, said in result.stderr) == (2, True)


def test_what_is_no_result_of_themes_is_refused_as_earlier(folder: Path):
    result = run(folder, "--earlier", str(folder / "judged.jsonl"))
    assert result.exit_code == 2
    assert "Give what insight themes --json wrote" in result.stderr
