import numpy as np
import pytest

from insight_classifier.measures.estimates import range_of
from insight_classifier.measures.kinds import Kinds, shares

TRUE = np.array([0.5, 0.3, 0.2])


def draw(*, labels: int = 300, sees: float = 2.0, leaning: float = 1.5, authors: int = 20, seed: int = 1) -> Kinds:
    """Notes of a model that leans to the last kind."""
    random = np.random.default_rng(seed)
    truth = random.choice(3, 2000, p=TRUE)
    seen = random.normal(0, 1, (2000, 3)) + sees * np.eye(3)[truth] + np.array([0, 0, leaning])
    chances = np.exp(seen) / np.exp(seen).sum(axis=1, keepdims=True)
    said = np.full(2000, -1)
    chosen = random.choice(2000, labels, replace=False)
    said[chosen] = truth[chosen]
    return Kinds(chances, said, random.integers(0, authors, 2000))


def test_a_model_that_leans_is_put_right_and_shares_add_up():
    found = shares(draw())
    assert found is not None
    assert found.model[2] > 0.35
    assert found.rows[0] == pytest.approx(TRUE, abs=0.06)
    assert found.rows.sum(axis=1) == pytest.approx(1)


def test_a_model_that_sees_narrows_the_range_and_one_that_does_not_costs_nothing():
    reach = {}
    for sees in (0.0, 5.0):
        found = shares(draw(sees=sees))
        assert found is not None
        reach[sees] = range_of(found.estimate(lambda each: each[:, 0])).reach
    assert reach[5.0] < 0.8 * reach[0.0]


def test_a_kind_without_a_label_has_a_share_all_the_same():
    kinds = draw()
    found = shares(Kinds(kinds.chances, np.where(kinds.labels == 2, -1, kinds.labels), kinds.authors))
    assert found is not None
    assert 0 <= found.rows[0, 2] < 0.3


@pytest.mark.parametrize("kinds", [draw(labels=29), draw(authors=1), draw(labels=0)])
def test_too_few_labels_or_one_author_say_nothing(kinds: Kinds):
    assert shares(kinds) is None


def test_parts_of_the_notes_keep_their_authors():
    kinds = draw()
    part = kinds.of(np.arange(0, 2000, 2))
    assert len(part.labels) == 1000
    assert part.authors.tolist() == kinds.authors[::2].tolist()
