import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from insight_classifier.cli import make_app
from tests.insight_classifier.measures.conftest import Year, lines, make_year, year

__all__ = ["make_year", "year"]  # fixtures


def contrast(*words: object) -> Result:
    return CliRunner().invoke(make_app(), ["contrast", *map(str, words)])


@pytest.fixture
def told(year: Year) -> tuple[object, ...]:
    """Judgements with facts and labels; each author writes in every quarter."""
    facts = [{**one, "date": f"2026-{number // 25 + 1:02d}-05"} for number, one in enumerate(year.metadata)]
    return year.judged, "--notes", lines(year.folder / "dated.jsonl", facts), "--audit", year.labels(range(300))


def test_time_groups_and_gaps_are_told_in_tables(told: Sequence[object]):
    result = contrast(*told, "--over", "quarter", "--between", "team")
    assert result.exit_code == 0, result.output
    for title in ("Over time: from 2026-Q1 to 2026-Q4", "Lines over time", "Between groups: from A to B", "Do the gaps close?"):
        assert f"\n{title}" in result.stdout
    assert "no verdict" in result.stdout


def test_published_figures_of_another_method_stand_beside_with_their_caveat(told: Sequence[object]):
    result = contrast(*told, "--area", "oncology", "--measure", "checked")
    assert "a percentile takes 5" in result.stdout
    assert result.stdout.count("Not comparable: there people listened to calls") == 2


def test_a_machine_gets_json(told: Sequence[object]):
    found = json.loads(contrast(*told, "--over", "quarter", "--json").stdout)
    assert {len(one["line"]) for one in found["trends"]} <= {0, 4}
    assert {one["verdict"] for one in found["changes"]} <= {"up", "down", "no verdict"}


def test_where_all_groups_are_hidden_it_is_said_what_to_do(year: Year):
    result = contrast(year.judged, "--notes", year.notes, "--over", "month")
    assert "Nobody's labels were given" in result.stdout
    assert "Nothing to compare: there are not two groups of 5 authors or more." in result.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "there is nothing to compare"),
        (("--over", "week"), "--over week: use month, quarter, year"),
        (("--between", "msl"), "figures of one author are for that person alone"),
        (("--over", "year", "--peers", "x.csv"), "--peers takes --area too"),
    ],
)
def test_what_cannot_be_compared_is_refused(year: Year, words: Sequence[str], said: str):
    result = contrast(year.judged, "--notes", year.notes, *words)
    assert (result.exit_code, said in result.stderr) == (2, True)


def test_a_wrong_file_of_peers_is_named_with_its_line(year: Year, tmp_path: Path):
    path = tmp_path / "peers.csv"
    path.write_text("area,measure,value,n,source,method,year\nOncology,checked,16,20,,notes,2025\n")
    result = contrast(year.judged, "--notes", year.notes, "--area", "Oncology", "--peers", path)
    assert (result.exit_code, "peers.csv, line 2: " in result.stderr) == (2, True)
