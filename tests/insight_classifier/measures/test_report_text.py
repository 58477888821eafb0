import pytest

from insight_classifier.measures.measure import CAVEAT
from insight_classifier.measures.report_text import HIDDEN, UNTOLD, printed
from tests.insight_classifier.measures.conftest import Year, lines
from tests.insight_classifier.measures.test_report import of


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "250")


def text(year: Year, labelled: int = 300, by: tuple[str, ...] = ()) -> str:
    return printed(of(year, labelled, by), year.definition)


def test_it_says_of_what_it_tells_and_what_limits_it(year: Year):
    first = text(year).splitlines()[0]
    assert first.startswith("300 notes of 12 authors: 300 are measured, 300 of them labelled by people.")
    assert CAVEAT in first


def test_each_dimension_has_a_table(year: Year):
    found = text(year)
    for dimension in year.definition.dimensions:
        assert dimension.title in found
        assert all(member.title in found for member in dimension.members)


def test_without_labels_no_range_is_told(year: Year):
    found = text(year, labelled=0)
    assert UNTOLD in found
    assert " to " not in "".join(line for line in found.splitlines() if "%" in line and "Scale" not in line and "mean of" not in line)


def test_too_few_labels_are_told_by_number(year: Year):
    assert "not enough labels: 10 more" in text(year, labelled=20)


def test_hidden_groups_share_a_line(year: Year):
    found = text(year, by=("country",))
    assert "DE, FR, IT" in found
    assert HIDDEN in found


def test_the_plan_the_ticks_and_the_loop_are_told_in_words(year: Year):
    lines(year.notes, [fact | {"answered": "2026-12-24"} for fact in year.metadata])
    found = text(year)
    for said in (
        "Insights beside the plan",
        "Off the plan: ",
        "Ticked in the CRM",
        "kappa",
        "Missing most: ",
        "300 of 300 notes were answered",
    ):
        assert said in found
