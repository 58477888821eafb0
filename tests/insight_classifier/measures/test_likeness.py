import numpy as np
import pytest

from insight_classifier.measures.likeness import counted_authors, likeness, quality
from insight_classifier.measures.rates import Sample


def written(correlation: float, stability: float, authors: int = 400, notes: int = 10) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels, authors and periods: two periods, a rate of 40%."""
    random = np.random.default_rng(3)
    stays, changes = random.normal(size=(authors, 1)), random.normal(size=(authors, 2))
    habit = np.sqrt(0.24 * correlation) * (np.sqrt(stability) * stays + np.sqrt(1 - stability) * changes)
    who, when = np.repeat(np.arange(authors), 2 * notes), np.tile(np.repeat([0, 1], notes), authors)
    return (random.random(len(who)) < 0.4 + habit[who, when]).astype(np.int64), who, when


@pytest.mark.parametrize(("correlation", "stability"), [(0.1, 0.5), (0.1, 1.0), (0.05, 0.0)])
def test_how_alike_an_authors_notes_are_is_found_again(correlation: float, stability: float):
    found = likeness(*written(correlation, stability))
    assert found.correlation == pytest.approx(correlation, abs=0.02)
    assert found.stability == pytest.approx(stability, abs=0.2)


def test_authors_who_do_not_differ_have_nothing_that_could_stay():
    labels, authors, periods = np.tile([0, 1], 40), np.repeat(np.arange(20), 4), np.tile([0, 0, 1, 1], 20)
    assert (likeness(labels, authors, periods).correlation, likeness(labels, authors, periods).stability) == (0.0, None)


def test_one_period_tells_nothing_of_what_stays():
    labels, authors, _ = written(0.1, 0.5)
    assert likeness(labels, authors, np.zeros_like(authors)).stability is None


def test_scores_that_say_nothing_explain_nothing_and_true_ones_all():
    labels = np.random.default_rng(1).integers(0, 2, 500)
    everyone = np.zeros(500, dtype=np.int64)
    assert quality(Sample(np.full(500, 0.5), labels, everyone)) == pytest.approx(0, abs=0.01)
    assert quality(Sample(np.where(labels == 1, 0.999, 0.001), labels, everyone)) > 0.95


def test_one_author_who_writes_most_of_it_counts_for_all():
    assert counted_authors(np.repeat(np.arange(10), 5)) == pytest.approx(10)
    assert counted_authors(np.array([0] * 98 + [1, 2])) == pytest.approx(1.04, abs=0.01)
