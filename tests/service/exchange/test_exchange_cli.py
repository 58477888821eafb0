"""The commands, from the outside."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from insight_classifier.cli import make_app
from insight_classifier.definition import Definition
from service.database import Database
from tests.service.exchange.test_taking_in import decide, fill
from tests.service.reviews.desk import Desk


@pytest.fixture
def asked(sqlite_url: str, definition: Definition) -> list[str]:
    """What every call says, of a database with decisions."""
    with Database(sqlite_url) as database:
        desk = Desk(database, definition)
        fill(desk)
        decide(desk)
    return ["--database", sqlite_url, "--definition", str(definition.source)]


def run(*words: str):
    return CliRunner().invoke(make_app(), ["reviews", *words])


def test_export_and_import_in_words(asked: list[str], tmp_path: Path):
    out = tmp_path / "out.jsonl"
    done = run("export", "--output", str(out), "--why", "a test", *asked)
    assert done.exit_code == 0, done.stderr
    assert "3 records" in done.stderr
    assert "1 left out, disputed" in done.stderr
    assert len(out.read_text().splitlines()) == 3
    assert out.stat().st_mode & 0o077 == 0
    done = run("import", str(out), *asked)
    assert "0 decisions stored, 3 were there already" in done.stderr


def test_a_tool_gets_its_setup_beside(asked: list[str], tmp_path: Path):
    run("export", "--format", "label-studio", "--output", str(tmp_path / "tasks.json"), "--why", "a test", *asked)
    assert sorted(path.name for path in tmp_path.glob("*.json")) + [path.name for path in tmp_path.glob("*.xml")] == [
        "tasks.json",
        "label-studio.xml",
    ]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--format", "excel", "--why", "x"], "use jsonl"),
        (["--why", " "], "what the decisions are for"),
        (["--why", "x", "--view", "nobody=1"], "no filter"),
    ],
)
def test_what_is_wrong_is_said_and_no_file_is_left(asked: list[str], tmp_path: Path, words: list[str], told: str):
    done = run("export", "--output", str(tmp_path / "out.jsonl"), *words, *asked)
    assert done.exit_code == 2
    assert told in done.stderr
    assert not list(tmp_path.glob("*out.jsonl*"))


def test_a_wrong_file_stores_nothing(asked: list[str], tmp_path: Path):
    path = tmp_path / "in.jsonl"
    path.write_text('{"id": "a"}\n')
    done = run("import", str(path), *asked)
    assert done.exit_code == 2
    assert "line 1" in done.stderr
    assert "Nothing was stored" in done.stderr
