"""The command from dated notes to alarms, on a tiny model."""

import json
from datetime import date, timedelta
from pathlib import Path

from typer.testing import CliRunner, Result

from insight_classifier.cli import make_app
from tests.conftest import DATA

EACH, WEEKS = 10, 12


def drift(*words: object) -> Result:
    return CliRunner().invoke(make_app(), ["drift", *map(str, words)])


def dated(path: Path, repeat: int) -> Path:
    """Real notes, ten a week; in the last weeks each says everything `repeat` times."""
    rows = [json.loads(line) for line in (DATA / "notes" / "writer_a.jsonl").read_text(encoding="utf-8").splitlines()]
    lines = []
    for number in range(EACH * WEEKS):
        row, week = rows[number % len(rows)], number // EACH
        text = " ".join([row["text"]] * (repeat if week >= 9 else 1))
        day = date(2026, 1, 5) + timedelta(weeks=week)
        lines.append(json.dumps({"id": f"n{number}", "text": text, "date": day.isoformat()}))
    path.write_text("\n".join(lines) + "\n")
    return path


def test_longer_notes_are_told_with_their_ids(tiny_model: Path, tmp_path: Path):
    result = drift(dated(tmp_path / "notes.jsonl", 12), "--reference", 9, "--model", tiny_model, "--json", tmp_path / "alarms.json")
    assert result.exit_code == 3, result.output
    alarms = {item["signal"]: item for item in json.loads((tmp_path / "alarms.json").read_text())}
    assert alarms["length"]["value"] > alarms["length"]["expected"]
    assert all(int(name[1:]) >= 90 for name in alarms["length"]["notes"])


def test_notes_without_dates_are_refused(tiny_model: Path, tmp_path: Path):
    (tmp_path / "notes.jsonl").write_text('{"id": "a", "text": "Won\'t start it."}\n')
    result = drift(tmp_path / "notes.jsonl", "--model", tiny_model)
    assert result.exit_code == 2
    assert "no note has a date" in result.output
