import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from insight_classifier.measures.guard import LEAST_AUTHORS, may_show, may_stand_beside


def rows(*groups: tuple[int, range]) -> tuple[np.ndarray, np.ndarray]:
    """(group, its authors) as one row a note."""
    pairs = [(group, author) for group, authors in groups for author in authors]
    return np.array([group for group, _ in pairs]), np.array([author for _, author in pairs])


def shown(groups: np.ndarray, may: np.ndarray) -> set[int]:
    return set(groups[may].tolist())


def test_a_group_of_five_authors_is_shown_and_one_of_four_is_not():
    groups, authors = rows((0, range(10)), (1, range(10, 14)), (2, range(14, 20)), (3, range(20, 24)))
    assert shown(groups, may_show([[groups]], authors)) == {0, 2}


def test_a_hidden_group_does_not_follow_from_the_total_and_the_others():
    groups, authors = rows((0, range(10)), (1, range(10, 14)), (2, range(14, 20)))
    assert shown(groups, may_show([[groups]], authors)) == {0}


def test_two_small_groups_hide_each_other_where_together_they_are_five():
    groups, authors = rows((0, range(10)), (1, range(10, 13)), (2, range(13, 16)))
    assert shown(groups, may_show([[groups]], authors)) == {0}


def test_notes_without_an_author_make_no_group_larger():
    groups, authors = rows((0, range(4)), (1, range(4, 20)), (2, range(20, 40)))
    unknown = np.where(authors == 3, -1, authors)
    assert 0 not in shown(groups, may_show([[groups]], unknown))


def test_a_filter_that_leaves_out_few_authors_is_hidden_in_the_wider_view():
    """Team 0 without country 1 would be team 0 less three authors."""
    team = np.zeros(13, dtype=int)
    country, authors = rows((0, range(10)), (1, range(10, 13)))
    assert shown(country, may_show([[team], [country]], authors)) == set()


def test_a_month_does_not_follow_from_its_year():
    month, authors = rows((1, range(8)), (2, range(8)), (3, range(2)))
    year = np.zeros_like(month)
    assert shown(month, may_show([[year, month]], authors)) == {2} or shown(month, may_show([[year, month]], authors)) == {1}


def test_what_a_wider_view_hides_no_finer_one_shows():
    team, authors = rows((0, range(20)), (1, range(20, 25)), (2, range(25, 28)))
    area = np.zeros_like(team)
    assert shown(team, may_show([[team], [area]], authors)) == {0}


def test_who_looks_sees_own_figures_and_groups_of_five_others():
    groups, authors = rows((0, range(1)), (1, range(1, 6)), (2, range(0, 5)), (3, range(6, 16)))
    may = may_show([[groups]], authors, own=0)
    assert 0 in shown(groups, may)
    assert 2 not in shown(groups, may)


def test_nobody_else_sees_them():
    groups, authors = rows((0, range(1)), (1, range(1, 6)))
    assert 0 not in shown(groups, may_show([[groups]], authors))


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 30)), min_size=1, max_size=120))
def test_no_shown_group_and_no_difference_of_a_total_and_shown_groups_is_of_few(notes: list[tuple[int, int, int]]):
    """The promise itself: whatever is added up and taken away, it is of nobody, or of five authors or more."""
    first, second, authors = (np.array(column) for column in zip(*notes, strict=True))
    views = {"one": may_show([[first]], authors), "both": may_show([[first], [second]], authors)}
    for group in np.unique(first):
        line = first == group
        if views["one"][line].any():
            assert len(np.unique(authors[line])) >= LEAST_AUTHORS
            rest = line & ~views["both"]
            assert not rest.any() or len(np.unique(authors[rest])) >= LEAST_AUTHORS
        else:
            assert not views["both"][line].any()


@pytest.mark.parametrize(("others", "safe"), [(0, True), (4, False), (5, True)])
def test_two_views_may_differ_by_nobody_or_by_five(others: int, safe: bool):
    authors = np.arange(20)
    one = authors < 10
    other = authors < 10 + others
    assert may_stand_beside(one, other, authors) is safe
    assert may_stand_beside(other, one, authors) is safe
