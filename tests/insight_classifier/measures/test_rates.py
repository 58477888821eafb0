import numpy as np
import pytest

from benchmarks.coverage import MODELS, Cell, measured
from insight_classifier.measures.estimates import MOST_BLOCKS
from insight_classifier.measures.rates import LEAST_LABELS, Rate, Sample, blocks_of, rates


def draw(*, notes: int = 2000, labels: int = 400, authors: int = 20, rate: float = 0.3, seed: int = 1) -> Sample:
    """Notes of a model that sees well, but says yes twice too often."""
    random = np.random.default_rng(seed)
    truth = random.random(notes) < rate
    scores = 1 / (1 + np.exp(-(random.normal(np.where(truth, 1.5, -1.5), 1.2) + 1.5)))
    shown = np.full(notes, -1)
    chosen = random.choice(notes, labels, replace=False)
    shown[chosen] = truth[chosen]
    return Sample(scores, shown, random.integers(0, authors, notes))


def rate_of(sample: Sample) -> Rate:
    return rates(sample, [np.ones(len(sample.scores), dtype=bool)])[0]


def test_a_model_that_says_yes_too_often_is_put_right():
    found = rate_of(draw())
    assert found.model > 0.45
    assert found.estimate
    assert found.estimate.value == pytest.approx(0.3, abs=0.04)


def test_a_model_that_sees_well_narrows_the_range():
    found = rate_of(draw())
    assert found.range
    assert found.from_labels
    assert found.range.reach < 0.8 * found.from_labels.reach


def test_a_models_scores_that_say_nothing_cost_nothing():
    sample = draw()
    blind = rate_of(Sample(np.full(len(sample.scores), 0.5), sample.labels, sample.authors))
    assert blind.range
    assert blind.from_labels
    assert (blind.range.low, blind.range.high) == pytest.approx((blind.from_labels.low, blind.from_labels.high), abs=0.01)


def test_each_group_stands_on_its_own_labels():
    often, seldom = draw(rate=0.6, seed=1), draw(rate=0.1, seed=2)
    both = Sample(*(np.concatenate([getattr(often, name), getattr(seldom, name)]) for name in ("scores", "labels", "authors")))
    first = np.arange(4000) < 2000
    values = [found.estimate.value for found in rates(both, [first, ~first]) if found.estimate]
    assert values == pytest.approx([0.6, 0.1], abs=0.05)


@pytest.mark.parametrize(
    ("sample", "said"),
    [
        (draw(labels=LEAST_LABELS - 1), "it takes 30"),
        (draw(authors=1), "one author"),
        (draw(rate=0.0, labels=100), "agree"),
        (Sample(np.zeros(0), np.zeros(0, dtype=int), np.zeros(0, dtype=int)), "no notes"),
    ],
)
def test_where_nothing_can_be_said_it_is_said_why(sample: Sample, said: str):
    found = rate_of(sample)
    assert found.estimate is None
    assert found.range is None
    assert found.why
    assert said in found.why


def test_labels_that_all_say_no_leave_an_upper_bound():
    assert rate_of(draw(rate=0.0, labels=100)).at_most == pytest.approx(0.036, abs=0.001)


def test_a_group_in_which_one_author_has_every_yes_has_a_range():
    sample = draw(rate=0.0, labels=200)
    labels = np.where((sample.labels == 0) & (sample.authors == 3), 1, sample.labels)
    found = rate_of(Sample(sample.scores, labels, sample.authors))
    assert found.range
    assert 0 < found.range.low < found.range.high < 1


@pytest.mark.slow
@pytest.mark.parametrize(
    "cell", [Cell(5, 0.3, MODELS[2]), Cell(10, 0.7, MODELS[1]), Cell(20, 0.1, MODELS[0]), Cell(60, 0.5, MODELS[2])], ids=str
)  # fmt: skip
def test_ranges_hold_the_truth_as_often_as_they_say(cell: Cell):
    """Of a thousand draws; the whole table stands in docs/measures.md."""
    found = measured(cell, 1000, np.random.default_rng(7))
    assert 0.93 <= found.coverage <= 0.97
    assert found.width < found.width_alone
    assert abs(found.off) < 0.01


def test_numbers_of_notes_are_as_good_as_a_mask():
    sample = draw()
    mask = sample.authors < 10
    assert rates(sample, [mask]) == rates(sample, [np.flatnonzero(mask)])


def test_very_many_authors_are_left_out_in_groups():
    blocks = blocks_of(np.arange(5000))
    assert np.bincount(blocks).tolist() == [5000 // MOST_BLOCKS] * MOST_BLOCKS
