"""`insight measure` as a person and a script use it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from insight_classifier.measure_cli import measure_command
from tests.insight_classifier.measures.conftest import Year, lines, make_year

__all__ = ["make_year"]


@pytest.fixture
def year(make_year: Callable[..., Year]) -> Year:
    return make_year()


def insight(*words: object, stdin: str = "") -> Result:
    app = typer.Typer()
    app.command()(measure_command)
    return CliRunner().invoke(app, [str(word) for word in words], input=stdin, env={"COLUMNS": "200"})


def test_judgements_alone_give_the_models_share(year: Year):
    result = insight(year.judged)
    assert result.exit_code == 0
    assert "Nobody's labels were given" in result.stdout
    assert "names its author" in result.stderr


def test_with_notes_and_labels_there_are_ranges_of_groups(year: Year):
    result = insight(year.judged, "--notes", year.notes, "--audit", year.labels(range(200)), "--by", "team", "--by", "year")
    assert result.exit_code == 0
    assert "A, 2026" in result.stdout
    assert " to " in result.stdout
    assert result.stderr == ""


def test_csv_and_json_are_written_beside_the_tables(year: Year, tmp_path: Path):
    result = insight(year.judged, "--csv", tmp_path / "out.csv", "--json", tmp_path / "out.json")
    assert result.stdout
    assert (tmp_path / "out.csv").read_text().startswith("measure,title")
    assert json.loads((tmp_path / "out.json").read_text())["definition"]["fingerprint"] == year.definition.fingerprint


def test_json_may_go_to_standard_output_alone(year: Year):
    assert json.loads(insight(year.judged, "--json", "-").stdout)["notes"] == 300


def test_judgements_may_come_from_standard_input(year: Year):
    assert insight("-", stdin=year.judged.read_text()).exit_code == 0


def test_one_measure_may_be_chosen(year: Year):
    found = json.loads(insight(year.judged, "--json", "-", "--measure", year.definition.label.met).stdout)
    assert {figure["measure"] for figure in found["figures"]} == {year.definition.label.met}


def test_a_plan_is_measured_against(year: Year, tmp_path: Path):
    choice = next(year.definition.of_kind("choice"))
    plan = tmp_path / "plan.yaml"
    plan.write_text(f"dimension: {choice.name}\nweights: {{{choice.names[0]}: 1}}\n")
    assert "Insights beside the plan" in insight(year.judged, "--plan", plan).stdout


def test_notes_that_could_not_be_judged_give_status_3(year: Year):
    year.judged.write_text(year.judged.read_text() + '{"id": "x", "error": {"code": "empty_text"}}\n')
    result = insight(year.judged)
    assert result.exit_code == 3
    assert "could not be judged: 1 notes" in result.stderr


def test_what_was_judged_by_several_is_told(year: Year):
    first, *others = year.judged.read_text().splitlines()
    record = json.loads(first)
    record["model"]["fingerprint"] = record["definition"]["fingerprint"] = "other"
    lines(year.judged, [record, *map(json.loads, others)])
    said = insight(year.judged).stderr
    assert "judged by 2 models" in said
    assert "under another version" in said


def test_labels_that_were_picked_are_told(year: Year):
    picked = [row for row, truth in enumerate(year.truths) if year.definition.label.rule(truth)]
    assert "were they drawn by chance?" in insight(year.judged, "--audit", year.labels(picked)).stderr


def test_one_author_is_told_nothing(year: Year):
    lines(year.notes, [fact | {"msl": "m0"} for fact in year.metadata])
    result = insight(year.judged, "--notes", year.notes, "--audit", year.labels(range(100)))
    assert "fewer than 5 authors" in result.stderr
    assert "%" not in result.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--by", "author"], "for that person alone"),
        (["--by", "msl"], "for that person alone"),
        (["--where", "author=m01"], "for that person alone"),
        (["--by", "colour"], "no note has colour"),
        (["--where", "team"], "write NAME=VALUE"),
        (["--where", "team=A", "--where", "team=B"], "names team twice"),
        (["--measure", "nothing"], "there is none. Use "),
        (["--audit", "missing.jsonl"], "no such file"),
        (["--plan", "missing.yaml"], "missing.yaml"),
        (["--csv", "/missing/out.csv"], "Choose another file"),
    ],
)
def test_what_is_wrong_is_one_line_and_status_2(year: Year, words: list[str], said: str):
    result = insight(year.judged, "--notes", year.notes, *words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
