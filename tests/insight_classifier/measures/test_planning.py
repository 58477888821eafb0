from dataclasses import replace

import numpy as np
import pytest

from insight_classifier.errors import ArgumentError
from insight_classifier.measures.comparisons import Pair, Verdict, compare
from insight_classifier.measures.likeness import quality
from insight_classifier.measures.planning import Setting, needed, power_of
from insight_classifier.measures.rates import Sample, rates

SETTING = Setting(0.2, 20, 40)


def drawn(random: np.random.Generator, setting: Setting, change: float, labels: int, sight: float) -> Sample:
    """Two periods of a setting; `sight`: how far apart the model holds notes."""
    authors, each = setting.authors, setting.notes
    stays, changes = random.normal(size=(authors, 1)), random.normal(size=(authors, 2))
    rate = np.array([setting.rate, setting.rate + change])
    habit = np.sqrt(setting.correlation * rate * (1 - rate))
    habits = rate + habit * (np.sqrt(setting.stability) * stays + np.sqrt(1 - setting.stability) * changes)
    who, when = np.tile(np.repeat(np.arange(authors), each), 2), np.repeat([0, 1], authors * each)
    truth = random.random(len(who)) < np.clip(habits[who, when], 0, 1)
    scores = 1 / (1 + np.exp(-random.normal(sight * np.where(truth, 1, -1), 1.0)))
    said = np.full(len(who), -1)
    for period in (0, 1):
        chosen = random.choice(np.flatnonzero(when == period), labels, replace=False)
        said[chosen] = truth[chosen]
    return Sample(scores, said, who)


def seen(sample: Sample) -> bool:
    half = len(sample.scores) // 2
    before, after = rates(sample, [np.arange(half), np.arange(half, 2 * half)])
    return compare([Pair("It", before, after)])[0].verdict is Verdict.UP


@pytest.mark.slow
@pytest.mark.parametrize(
    ("setting", "change", "sight"),
    [
        (Setting(0.16, 20, 60, correlation=0.05, stability=0.5), 0.10, 0.0),
        (Setting(0.16, 30, 50, correlation=0.05, stability=0.5), 0.10, 1.2),
        (Setting(0.4, 12, 100, correlation=0.03, stability=0.8), 0.10, 0.8),
        (Setting(0.3, 60, 30, correlation=0.10, stability=0.3), 0.10, 1.0),
    ],
)
def test_at_the_planned_size_four_changes_of_five_are_seen(setting: Setting, change: float, sight: float):
    random = np.random.default_rng(8)
    many = drawn(random, replace(setting, rate=setting.rate + change / 2, authors=400, correlation=0.0), 0.0, 8000, sight)
    setting = replace(setting, quality=quality(many))
    labels = needed(setting, change).labels
    assert labels
    found = [seen(drawn(random, setting, change, labels, sight)) for _ in range(1000)]
    assert 0.75 <= np.mean(found) <= 0.85


def test_a_better_model_needs_fewer_labels_and_a_smaller_change_more():
    plain, better, smaller = needed(SETTING, 0.1), needed(replace(SETTING, quality=0.6), 0.1), needed(SETTING, 0.09)
    assert plain.labels
    assert better.labels
    assert smaller.labels
    assert better.labels < 0.7 * plain.labels
    assert smaller.labels > 1.2 * plain.labels


def test_the_least_number_is_the_least():
    found = needed(SETTING, 0.1)
    assert found.labels
    assert power_of(SETTING, 0.1, found.labels) >= 0.8 > power_of(SETTING, 0.1, found.labels - 1)


def test_where_all_notes_are_too_few_it_is_said_how_many_would_do():
    found = needed(replace(SETTING, notes=5), 0.1)
    assert found.labels is None
    assert found.notes
    assert found.authors
    assert found.notes > 5
    assert found.authors > 20


def test_authors_who_all_change_their_own_way_are_not_made_up_for_by_notes():
    found = needed(Setting(0.2, 6, 20, correlation=0.3, stability=0.0), 0.05)
    assert (found.labels, found.notes) == (None, None)
    assert found.authors


@pytest.mark.parametrize(
    ("setting", "change", "said"),
    [
        (SETTING, 0.9, "cannot change by 90 points"),
        (SETTING, 0.0, "cannot change by 0 points"),
        (replace(SETTING, authors=1), 0.1, "two authors"),
        (replace(SETTING, correlation=1.5), 0.1, "correlation is 1.5: give a number from 0 to 1"),
        (replace(SETTING, quality=float("nan")), 0.1, "quality is nan"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(setting: Setting, change: float, said: str):
    with pytest.raises(ArgumentError, match=said):
        needed(setting, change)
