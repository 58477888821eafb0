"""`insight safety` on either database."""

from datetime import timedelta

import typer
from typer.testing import CliRunner, Result

from service.database import now
from service.safety.safety_cli import register
from service.safety.store import record_many
from tests.service.safety.conftest import Lane, hit, scan


def run(lane: Lane, *arguments: str) -> Result:
    app = typer.Typer()
    register(app)
    app.callback()(lambda: None)
    url = lane.database.url.render_as_string(hide_password=False)
    return CliRunner().invoke(app, ["safety", *arguments, "--database", url])


def fill(lane: Lane) -> list[str]:
    """One overdue since yesterday, one not, two without a find, one of which was not judged; a scan of long ago."""
    at = now()
    late, soon = scan("n1", "v", hit(), received_at=at - timedelta(days=2)), scan("n2", "v", hit(), received_at=at, record_id="a\nb")
    quiet = [scan("n3", "v"), scan("n4", "v", judged=False)]
    found = lane.database.write(lambda c: record_many(c, [late, soon, *quiet], at, emit=lane.emit))
    lane.record(scan("n5", "v"))
    return [found["n1"], found["n2"]]


def test_items_are_listed_by_urgency(lane: Lane):
    late, soon = fill(lane)
    lines = run(lane, "list").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["id", late, soon]
    assert "a?b" in lines[2]
    assert [line.split()[0] for line in run(lane, "list", "--overdue").stdout.splitlines()] == ["id", late]
    assert run(lane, "list", "--state", "handed_over").stdout == "There is no such item.\n"


def test_the_report_counts_by_day_and_names_the_oldest(lane: Lane):
    late, _ = fill(lane)
    header, today, waiting = run(lane, "report").stdout.splitlines()
    assert header.split("  ")[0] == "day"
    assert today.split()[1:] == ["4", "2", "2", "1"]
    assert waiting.startswith(f"2 open, 1 of them overdue. The oldest, {late}, was due ")
    assert len(run(lane, "report", "--days", "3660").stdout.splitlines()) == 4


def test_an_empty_database_is_said_to_be_empty(lane: Lane):
    assert run(lane, "list", "--overdue").stdout == "Nothing is overdue.\n"
    assert run(lane, "report").stdout == "Nothing was scanned in 14 days.\nNo item is open.\n"


def test_a_wrong_state_is_told(lane: Lane):
    result = run(lane, "list", "--state", "gone")
    assert (result.exit_code, "use open, acknowledged, handed_over" in result.stderr) == (2, True)
