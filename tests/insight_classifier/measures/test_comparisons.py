import numpy as np
import pytest

from insight_classifier.measures.comparisons import LEVELS, Comparison, Pair, Verdict, compare
from insight_classifier.measures.estimates import Estimate, rate_range
from insight_classifier.measures.rates import Rate


def rate(value: float, moves: np.ndarray) -> Rate:
    estimate = Estimate(value, moves, len(moves) - 1.0)
    return Rate(1000, 200, len(moves), value, estimate, rate_range(estimate))


def compared(by: float, error: float = 0.01) -> Comparison:
    """Of two rates that differ by so much, with an error of so much each, by twenty authors of their own."""
    spread, nobody = np.full(20, error / np.sqrt(20)), np.zeros(20)
    before, after = rate(0.3, np.concatenate([spread, nobody])), rate(0.3 + by, np.concatenate([nobody, spread]))
    return compare([Pair("Checked", before, after, ("Q1", "Q2"))])[0]


@pytest.mark.parametrize(("by", "verdict"), [(0.1, Verdict.UP), (-0.1, Verdict.DOWN), (0.01, Verdict.NONE)])
def test_a_verdict_only_where_the_range_leaves_zero_out(by: float, verdict: Verdict):
    found = compared(by)
    assert found.range
    assert (found.verdict, found.range.holds(0)) == (verdict, verdict is Verdict.NONE)


def test_a_plain_sentence_says_how_much_and_how_sure():
    assert compared(0.1).sentence == "Checked: up by 10.0 points from Q1 to Q2 (95% range 7.1 to 12.9)."
    assert compared(-0.01).sentence == (
        "Checked: no verdict from Q1 to Q2: the difference is -1.0 points, and its range holds zero (95% range -3.9 to 1.9)."
    )


def test_authors_in_both_are_compared_with_themselves():
    moves = np.full(10, 0.05)
    found = compare([Pair("Checked", rate(0.3, moves), rate(0.31, moves * 1.01))])[0]
    assert found.verdict is Verdict.UP


def test_among_many_one_by_chance_is_no_verdict():
    spread = np.full(20, 0.01 / np.sqrt(20))
    same, more = rate(0.3, spread), rate(0.3 + 2.3 * 0.02, spread * -1)
    pairs = [Pair("One", same, more), *(Pair(f"{n}", same, rate(0.3, spread * -1)) for n in range(9))]
    found = compare(pairs)[0]
    assert found.range
    assert not found.range.holds(0)
    assert found.verdict is Verdict.NONE
    assert "among 10 comparisons" in found.sentence


def test_nothing_is_said_where_either_is_unknown():
    unknown = Rate(50, 3, 2, 0.4, why="3 of the notes were drawn by chance.")
    found = compare([Pair("Checked", unknown, rate(0.3, np.full(5, 0.01)), ("Q1", "Q2"))])[0]
    assert (found.difference, found.model) == (None, pytest.approx(-0.1))
    assert found.sentence == "Checked: no verdict. Q1: 3 of the notes were drawn by chance."


def test_a_mean_level_is_told_in_levels():
    before, after = rate(1.2, np.full(20, 0.001)), rate(1.5, np.full(20, -0.001))
    assert "up by 0.30 levels" in compare([Pair("Depth", before, after, unit=LEVELS)])[0].sentence
