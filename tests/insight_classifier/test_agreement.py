"""Agreement against published examples, and what cannot be said."""

import pytest

from insight_classifier.agreement import NOTHING, Metric, alpha, kappa

# Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), C: four observers, twelve units, values missing.
OBSERVERS = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")
UNITS = [[int(value) - 1 for value in unit if value != "."] for unit in zip(*OBSERVERS, strict=True)]


def pairs(table: list[list[int]]) -> list[tuple[int, int]]:
    return [(row, column) for row, counts in enumerate(table) for column, count in enumerate(counts) for _ in range(count)]


@pytest.mark.parametrize(("metric", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_alpha_is_that_of_krippendorffs_own_example(metric: Metric, published: float):
    found = alpha(UNITS, 5, metric)
    assert (found.value, found.units) == (pytest.approx(published, abs=0.0005), 11)
    assert found.low < found.value < found.high <= 1


def test_kappa_is_that_of_the_textbook():
    # Fleiss, Levin and Paik, Statistical Methods for Rates and Proportions, table 18.1: two raters, 100 subjects.
    found = kappa(pairs([[75, 1, 4], [5, 4, 1], [0, 0, 10]]), 3)
    assert (round(found.value, 3), round((found.high - found.low) / 2 / 1.96, 3)) == (0.676, 0.088)


def test_kappa_of_fifty_yes_and_no():
    # The well-known grant example: 20 both yes, 15 both no, 5 and 10 apart.
    found = kappa(pairs([[20, 5], [10, 15]]), 2)
    assert (found.value, found.observed) == (pytest.approx(0.4), pytest.approx(0.7))


def test_a_weighted_kappa_forgives_small_steps():
    near, far = [(0, 0), (1, 1), (2, 3), (3, 2)], [(0, 0), (1, 1), (0, 3), (3, 0)]
    assert kappa(near, 4, "ordinal").value > kappa(near, 4).value
    assert kappa(far, 4, "ordinal").value < kappa(near, 4, "ordinal").value


def test_perfect_agreement_is_one():
    assert (kappa([(0, 0), (1, 1)], 2).value, alpha([[0, 0], [1, 1]], 2).value) == (1, 1)


def test_where_everybody_gave_one_answer_nothing_can_be_said():
    assert (kappa([(0, 0)] * 9, 2).value, alpha([[0, 0]] * 9, 2).value, alpha([[0, 0]] * 9, 2).observed) == (None, None, 1)


def test_without_pairs_there_is_nothing():
    assert (kappa([], 2), alpha([], 2), alpha([[1]], 2)) == (NOTHING, NOTHING, NOTHING)


def test_the_interval_is_the_same_each_time_and_narrower_with_more_notes():
    few, many = alpha(UNITS, 5), alpha(UNITS * 8, 5)
    assert few == alpha(UNITS, 5)
    assert many.high - many.low < few.high - few.low


@pytest.mark.parametrize("measure", [kappa, alpha])
def test_people_who_never_differed_on_few_notes_may_differ_on_others(measure):
    few, many = ([(0, 0), (1, 1)] * half for half in (10, 500))
    assert measure(few, 2).low == pytest.approx(1 - 2 * (1 - 0.025 ** (1 / 20)))
    assert 0.99 < measure(many, 2).low < 1 == measure(many, 2).high
