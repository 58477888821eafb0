import numpy as np
import pytest

from insight_classifier.errors import ArgumentError
from insight_classifier.measures.comparisons import Verdict
from insight_classifier.measures.estimates import Estimate, rate_range
from insight_classifier.measures.rates import Rate, Sample, rates
from insight_classifier.measures.trends import gap, place_of, trend

QUARTERS = ("2025-Q3", "2025-Q4", "2026-Q1", "2026-Q2")


def rate(value: float, moves: np.ndarray | None = None, labels: int = 200) -> Rate:
    estimate = Estimate(value, np.full(20, 1e-4) if moves is None else moves, 19.0)
    return Rate(1000, labels, 20, value, estimate, rate_range(estimate))


def drawn(random: np.random.Generator, slope: float, authors: int = 24) -> dict[str, Rate]:
    """Four quarters of the same authors, of whom some always write more of it than others."""
    habit = random.normal(0, 0.08, authors)
    who, when = np.tile(np.repeat(np.arange(authors), 20), 4), np.repeat(np.arange(4), authors * 20)
    truth = random.random(len(who)) < np.clip(0.3 + habit[who] + slope * when, 0, 1)
    scores = 1 / (1 + np.exp(-random.normal(np.where(truth, 1.5, -1.5), 1.2)))
    labels = np.where(random.random(len(who)) < 0.25, truth, -1)
    found = rates(Sample(scores, labels, who), [when == quarter for quarter in range(4)])
    return dict(zip(QUARTERS, found, strict=True))


def test_the_slope_of_a_straight_line_is_its_own():
    found = trend("Checked", {name: rate(0.2 + 0.03 * place) for place, name in enumerate(QUARTERS)})
    assert found.slope
    assert found.slope.value == pytest.approx(0.03)
    assert found.line == pytest.approx((0.2, 0.23, 0.26, 0.29))
    assert found.sentence.startswith("Checked: up by 3.0 points a quarter (95% range ")


def test_a_period_counts_by_its_labels_and_one_that_is_missing_leaves_its_place():
    series = {"2025-Q1": rate(0.2), "2025-Q2": rate(0.9, labels=1), "2025-Q4": rate(0.5)}
    found = trend("Checked", series)
    assert found.slope
    assert found.slope.value == pytest.approx(0.1, abs=0.01)


def test_two_periods_are_no_line():
    unknown = Rate(1000, 3, 20, 0.2, why="Too few.")
    found = trend("Checked", {"2026": rate(0.2), "2027": rate(0.3), "2028": unknown})
    assert found.slope is None
    assert found.sentence == "Checked: no verdict. Of 2 years there are labels enough; a line takes 3."


@pytest.mark.parametrize("names", [("spring", "2026-Q2"), ("2026", "2026-Q2"), ("2026-13", "2026-12")])
def test_what_is_no_line_of_periods_is_refused(names: tuple[str, str]):
    with pytest.raises(ArgumentError, match="period"):
        trend("Checked", {name: rate(0.2) for name in names})


def test_periods_follow_each_other_over_the_year():
    assert [place_of("2026-01")[1] - place_of("2025-12")[1], place_of("2026-Q1")[1] - place_of("2025-Q4")[1]] == [1, 1]


def test_a_gap_that_closes_is_seen_to_close():
    steady, rising = ({name: rate(at + step * place) for place, name in enumerate(QUARTERS)} for at, step in ((0.4, 0.0), (0.1, 0.08)))
    found = gap("Checked", steady, rising, ("5 years and more", "under 1 year"))
    assert [one.verdict for one in found.by_period.values()] == [Verdict.DOWN] * 4
    assert found.trend.slope
    assert found.trend.slope.value == pytest.approx(0.08)
    assert found.trend.title == "Checked, under 1 year less 5 years and more"


@pytest.mark.slow
@pytest.mark.parametrize("slope", [0.0, 0.05])
def test_ranges_of_slopes_hold_the_truth(slope: float):
    random = np.random.default_rng(5)
    found = [trend("Checked", drawn(random, slope)) for _ in range(500)]
    assert 0.93 <= np.mean([one.range is not None and one.range.holds(slope) for one in found]) <= 0.975
