import json
from collections.abc import Callable, Sequence

import pytest
from typer.testing import CliRunner, Result

from insight_classifier.cli import make_app
from insight_classifier.definition import Definition
from tests.insight_classifier.measures.conftest import Year, make_year, year

__all__ = ["make_year", "year"]  # fixtures

NUMBERS = ("--rate", "16", "--authors", "20", "--notes-per-author", "60")


def plan(*words: object) -> Result:
    return CliRunner().invoke(make_app(), ["plan", *map(str, words)])


def test_from_numbers_alone_it_is_said_how_many_labels_it_takes():
    result = plan("--change", 10, *NUMBERS)
    assert result.exit_code == 0
    assert "label 422 of its 1,200 notes in each period" in result.stdout
    assert "correlation of an author's notes 0.05 (assumed)" in result.stdout
    assert "\n    +3.0   too few notes: " in result.stdout


def test_a_machine_gets_json():
    found = json.loads(plan("--change", 10, *NUMBERS, "--quality", 0.6, "--json").stdout)
    assert found["setting"]["quality"] == 0.6
    assert found["need"]["labels"] < 422


def test_from_judgements_and_labels_the_rest_is_estimated(make_year: Callable[..., Year], definition: Definition):
    year = make_year(900)
    result = plan("--change", -15, year.judged, "--notes", year.notes, "--audit", year.labels(range(200)), "--period", "quarter", "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["measure"] == definition.label.met
    assert (found["setting"]["authors"], found["setting"]["notes"]) == (12, 19)
    assert found["setting"]["quality"] > 0.2


def test_what_is_given_goes_before_what_is_estimated(year: Year, definition: Definition):
    check = next(iter(definition.checks))
    words = (year.judged, "--notes", year.notes, "--audit", year.labels(range(100)), "--measure", check, "--authors", 60)
    assert "authors 60 (given), notes of each in a period 25" in plan("--change", 20, *words).stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--rate", "16"), "give --authors, --notes-per-author, or a FILE of judgements"),
        ((*NUMBERS, "--measure", "nothing"), "--measure nothing: no share of all notes is called so"),
        (("--rate", "95", "--authors", "20", "--notes-per-author", "60"), "a rate of 95% cannot change by 10 points"),
    ],
)
def test_numbers_that_are_missing_or_wrong_are_named(words: Sequence[str], said: str):
    result = plan("--change", 10, *words)
    assert (result.exit_code, said in result.stderr) == (2, True)


def test_without_labels_nothing_is_planned_from_a_file(year: Year):
    result = plan("--change", 10, year.judged, "--notes", year.notes)
    assert (result.exit_code, "--audit is missing" in result.stderr) == (2, True)


def test_without_authors_nothing_is_planned_from_a_file(year: Year):
    result = plan("--change", 10, year.judged, "--audit", year.labels(range(100)))
    assert (result.exit_code, "no note names its author" in result.stderr) == (2, True)


def test_figures_of_fewer_than_five_authors_are_not_told(make_year: Callable[..., Year]):
    few = make_year(300, authors=4)
    result = plan("--change", 10, few.judged, "--notes", few.notes, "--audit", few.labels(range(100)))
    assert (result.exit_code, "fewer than 5 authors" in result.stderr) == (2, True)
