from collections.abc import Callable

import pytest

from insight_classifier.errors import ArgumentError
from insight_classifier.measures.groups import NOT_STATED, grouped
from insight_classifier.measures.observations import read_observations
from tests.insight_classifier.measures.conftest import Year, lines


def test_the_total_comes_first_then_groups_in_order(year: Year):
    found = grouped(year.read(names=["team"]), ["team"])
    assert [group.title for group in found] == ["all notes", "A", "B"]
    assert [len(group.rows) for group in found if group.rows is not None] == [300, 150, 150]


def test_several_keys_cross(year: Year):
    titles = [group.title for group in grouped(year.read(names=["team", "quarter"]), ["team", "quarter"])]
    assert titles[1:3] == ["A, 2026-Q1", "A, 2026-Q2"]
    assert len(titles) == 9


def test_groups_of_few_authors_have_no_notes(year: Year):
    """Twelve authors in three countries are four a country."""
    found = grouped(year.read(names=["country"]), ["country"])
    assert [group.rows is None for group in found] == [False, True, True, True]


def test_a_filter_keeps_its_notes(year: Year):
    total = grouped(year.read(names=["team"]), [], {"team": "A"})[0]
    assert total.rows is not None
    assert total.rows.tolist() == list(range(0, 300, 2))


def test_what_a_table_would_hide_a_filter_hides(year: Year):
    assert grouped(year.read(names=["country"]), [], {"country": "DE"})[0].rows is None


def test_notes_without_the_fact_are_a_group_of_their_own(year: Year):
    lines(year.notes, [{key: value for key, value in fact.items() if key != "team" or fact["team"] == "A"} for fact in year.metadata])
    assert [group.title for group in grouped(year.read(names=["team"]), ["team"])] == ["all notes", "A", NOT_STATED]


def test_without_authors_only_all_notes_are_shown(year: Year):
    found = read_observations(str(year.judged), year.definition)
    assert grouped(found)[0].rows is not None


def test_a_team_of_four_is_hidden_as_a_whole(make_year: Callable[..., Year]):
    assert grouped(make_year(notes=40, authors=4).read())[0].rows is None


def test_who_looks_sees_own_notes_alone(make_year: Callable[..., Year]):
    observations = make_year(notes=40, authors=1).read()
    assert grouped(observations)[0].rows is None
    assert grouped(observations, own=0)[0].rows is not None


@pytest.mark.parametrize(
    ("by", "where", "said"),
    [
        ([], {"team": "C"}, "team=C: no note has it. Use A, B"),
        (["team"], {"team": "A"}, "grouped by and filtered"),
        ([], {"team": "A", "month": "2026-02"}, "no note fits all filters"),
    ],
)
def test_what_cannot_be_grouped_is_told(year: Year, by: list[str], where: dict[str, str], said: str):
    with pytest.raises(ArgumentError, match=said):
        grouped(year.read(names=["team", "month"]), by, where)
