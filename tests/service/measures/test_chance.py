"""A sample by chance from decisions of any queue."""

import numpy as np
from numpy.typing import NDArray

from service.measures.chance import decisions_for, drawn

ROWS = np.arange(100)


def decided(*rows: int) -> NDArray[np.bool_]:
    found = np.zeros(100, dtype=bool)
    found[list(rows)] = True
    return found


def test_what_was_decided_from_another_queue_is_no_sample() -> None:
    found = drawn(ROWS, decided(*range(40, 100)), ROWS)
    assert (found.notes, len(found.rows), found.decided_elsewhere) == (0, 0, 60)


def test_the_sample_goes_as_far_as_nearly_all_are_decided() -> None:
    found = drawn(ROWS, decided(*range(30), *range(31, 60), 80), ROWS)
    assert (found.notes, len(found.rows), found.missing, found.decided_elsewhere) == (60, 59, 1, 1)


def test_the_order_is_that_of_the_draws_not_of_the_notes() -> None:
    found = drawn(ROWS[::-1].copy(), decided(*range(90, 100)), ROWS)
    assert list(found.rows) == list(range(90, 100))


def test_a_part_of_the_notes_has_a_sample_of_its_own() -> None:
    assert drawn(ROWS, decided(*range(1, 100, 2)), ROWS).notes == 0
    assert len(drawn(ROWS, decided(*range(1, 100, 2)), ROWS[1::2]).rows) == 50


def test_a_sample_by_chance_tells_the_share_though_the_other_decisions_are_chosen() -> None:
    """People decided on the first 600 by chance, and on every note that says yes besides."""
    chance = np.random.default_rng(3)
    says = chance.random(5000) < 0.3
    draws = chance.permutation(5000)
    found = drawn(draws, (draws < 600) | says, np.arange(5000))
    assert 600 <= found.notes <= 605
    assert abs(says[found.rows].mean() - says[draws < 600].mean()) < 0.01


def test_how_many_more_decisions_a_sample_takes() -> None:
    assert decisions_for(ROWS, decided(*range(30), 40), ROWS, 50) == 19
    assert decisions_for(ROWS, decided(), ROWS, 101) is None
