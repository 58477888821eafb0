"""Sides by the hash of a name."""

import pytest

from training.snapshots.placing import Shares, place

MANY = [f"author {number}" for number in range(2000)]


def test_the_shares_are_as_asked() -> None:
    sides = list(place(MANY, placed={}, shares=Shares(0.2, 0.1)).values())
    assert (sides.count("test") / 2000, sides.count("validation") / 2000) == pytest.approx((0.2, 0.1), abs=0.03)


def test_growing_moves_nobody() -> None:
    before = place(MANY[:50], placed={}, shares=Shares())
    assert place(MANY, placed=before, shares=Shares(0.5, 0.4)).items() >= before.items()


@pytest.mark.parametrize("first", range(20))
def test_three_authors_fill_three_sides(first: int) -> None:
    assert len(set(place(MANY[first : first + 3], placed={}, shares=Shares()).values())) == 3


def test_who_has_a_side_keeps_it_though_another_is_empty() -> None:
    assert place(["a", "b"], placed={"a": "test", "b": "test"}, shares=Shares()) == {"a": "test", "b": "test"}
