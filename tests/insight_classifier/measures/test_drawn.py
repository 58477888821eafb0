from collections.abc import Callable

import numpy as np

from insight_classifier.measures.drawn import unlike
from insight_classifier.measures.observations import read_observations
from tests.insight_classifier.measures.conftest import Year


def found(year: Year, rows: list[int]) -> list[str]:
    return unlike(read_observations(str(year.judged), year.definition, audit=year.labels(rows)))


def test_a_draw_by_chance_is_like_the_rest(make_year: Callable[..., Year]):
    year = make_year(notes=600)
    for seed in range(5):
        assert found(year, np.random.default_rng(seed).choice(600, 60, replace=False).tolist()) == []


def test_notes_that_were_picked_are_not(make_year: Callable[..., Year]):
    """As where reviewers open what the model calls an insight."""
    year = make_year(notes=600)
    chosen = [row for row, truth in enumerate(year.truths) if year.definition.label.rule(truth)]
    assert year.definition.label.met in found(year, chosen)


def test_where_all_are_labelled_nothing_is_unlike(year: Year):
    assert found(year, list(range(300))) == []
