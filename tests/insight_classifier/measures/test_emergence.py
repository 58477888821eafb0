import numpy as np
import pytest

from insight_classifier.measures.emergence import alarms, emergence, upper_tail


def test_the_tail_is_the_exact_binomial_one():
    assert upper_tail(2, 3, 0.5) == pytest.approx(0.5)
    assert upper_tail(4, 4, 0.1) == pytest.approx(1e-4)
    assert upper_tail(0, 4, 0.1) == 1.0


@pytest.mark.parametrize(("share", "chance"), [(0.0, 0.0), (1.0, 1.0)])
def test_where_all_or_none_are_recent_nothing_is_left_to_chance(share: float, chance: float):
    assert upper_tail(1, 3, share) == chance


def test_what_is_to_be_expected_is_told_beside_what_came():
    found = emergence(6, 2, 0.25)
    assert (found.expected, found.chance) == (2.0, pytest.approx(0.0042, abs=1e-4))


def test_one_in_twenty_is_no_alarm_among_many():
    assert alarms([0.04] + [0.5] * 30, looks=1) == [False] * 31


def test_many_small_chances_hold_each_other_up():
    assert alarms([0.01, 0.02, 0.03, 0.04, 0.9], looks=1) == [True, True, True, True, False]


def test_each_look_spends_only_its_part():
    assert (alarms([0.01], looks=1), alarms([0.01], looks=52), alarms([], looks=52)) == ([True], [False], [])


def test_a_year_of_weekly_looks_without_a_change_rarely_raises_an_alarm():
    """60 themes, four weeks of each look against the year before it."""
    random, raised = np.random.default_rng(7), 0
    for _ in range(100):
        times = random.poisson(random.gamma(1, 0.4, size=(60, 1)), size=(60, 104))
        raised += any(any(alarms(chances_at(times, week))) for week in range(52, 104))
    assert raised <= 12  # of 100; at most 5 are to be expected


def chances_at(times: np.ndarray, week: int) -> list[float]:
    recent, before = times[:, week - 3 : week + 1].sum(axis=1), times[:, week - 51 : week - 3].sum(axis=1)
    return [emergence(int(one), int(other), 4 / 52).chance for one, other in zip(recent, before, strict=True)]
