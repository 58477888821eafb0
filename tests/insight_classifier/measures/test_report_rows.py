import csv
import io
import json

import pytest

from insight_classifier.measures.report_rows import to_csv, to_plain
from tests.insight_classifier.measures.conftest import Year, lines
from tests.insight_classifier.measures.test_report import of


def rows(year: Year, labelled: int = 300, by: tuple[str, ...] = ("team",)) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(to_csv(of(year, labelled, by), by))))


def test_csv_has_a_row_a_figure(year: Year):
    found = rows(year)
    assert [row["team"] for row in found[:3]] == ["", "A", "B"]
    assert all(float(row["low"]) <= float(row["value"]) <= float(row["high"]) for row in found if row["value"])
    assert {row["unit"] for row in found} == {"share", "level"}


def test_hidden_groups_have_no_number(year: Year):
    hidden = [row for row in rows(year, by=("country",)) if row["hidden"] == "True"]
    assert hidden
    assert {row[name] for row in hidden for name in ("value", "low", "high", "model_alone", "notes", "labels", "authors")} == {""}


def test_without_labels_the_cells_are_empty_and_why_is_told(year: Year):
    found = rows(year, labelled=0)
    assert {row["value"] for row in found} == {""}
    assert all(row["why"] and row["model_alone"] for row in found)


@pytest.mark.parametrize("team", ["=1+1", "@SUM", "-2"])
def test_a_team_that_reads_as_a_formula_is_marked_as_text(year: Year, team: str):
    lines(year.notes, [fact | {"team": team} for fact in year.metadata])
    assert rows(year)[1]["team"] == f"'{team}"


def test_metadata_that_is_called_as_a_column_is_gets_another_name(year: Year):
    lines(year.notes, [fact | {"notes": "x"} for fact in year.metadata])
    assert rows(year, by=("notes",))[1]["by_notes"] == "x"


def test_json_holds_everything_and_no_nan(year: Year):
    found = to_plain(of(year), {"by": []})
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert list(found)[0] == "by"
    assert found["alignment"]["parts"]
    assert -1 <= found["ticked"]["kappa"] <= 1
    assert found["missing_most"]
