import numpy as np

from insight_classifier.measures.comparisons import Pair, compare
from insight_classifier.measures.contrast_text import comparisons_table, printed, trends_table
from insight_classifier.measures.estimates import Estimate, rate_range
from insight_classifier.measures.rates import Rate
from insight_classifier.measures.trends import trend

UNKNOWN = Rate(50, 3, 2, 0.4, why="3 labels.")


def rate(value: float) -> Rate:
    estimate = Estimate(value, np.full(20, 0.0005), 19.0)
    return Rate(1000, 200, 20, value, estimate, rate_range(estimate))


def rows(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines() if line.strip()]


def test_what_has_a_verdict_comes_first_and_the_rest_says_why_not():
    pairs = [Pair("Asked", UNKNOWN, rate(0.3)), Pair("Same", rate(0.3), rate(0.3)), Pair("Checked", rate(0.2), rate(0.3))]
    title, _, checked, same, asked = rows(printed([comparisons_table("Over time", compare(pairs))]))
    assert " ".join(title) == "Over time: from before to after"
    assert checked == ["Checked", "20.0%", "30.0%", "+10.0", "10.0", "to", "10.0", "up"]
    assert same[-2:] == ["no", "verdict"]
    assert " ".join(asked) == "Asked 30.0% no verdict: before: 3 labels."


def test_what_is_not_the_same_for_all_stands_in_each_row():
    pairs = [Pair("Checked", rate(0.2), rate(0.3), names) for names in (("A", "B"), ("A", "C"))]
    _, heads, first, second = rows(printed([comparisons_table("Between", compare(pairs))]))
    assert heads[:2] == ["from", "to"]
    assert (first[1:3], second[1:3]) == (["A", "B"], ["A", "C"])


def test_lines_are_told_by_the_period():
    line = trend("Checked", {f"2026-Q{number}": rate(0.2 + number / 10) for number in (1, 2, 3)})
    _, heads, first = rows(printed([trends_table("Lines", [line])]))
    assert " ".join(heads) == "change a quarter 95% range"
    assert first == ["Checked", "+10.0", "10.0", "to", "10.0", "up"]
