import numpy as np
import pytest

from insight_classifier.measures.linkage import groups


def alike(random: np.random.Generator, things: int = 40) -> np.ndarray:
    points = random.normal(size=(things, 3))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    return (points @ points.T).astype(np.float32)


def merged_one_by_one(similarity: np.ndarray, least: float) -> set[frozenset[int]]:
    """The textbook's way: the closest two groups again and again."""
    found = [frozenset([number]) for number in range(len(similarity))]
    while True:
        pairs = [(similarity[np.ix_(list(a), list(b))].mean(), a, b) for n, a in enumerate(found) for b in found[:n]]
        mean, a, b = max(pairs, key=lambda pair: pair[0])
        if mean < least:
            return set(found)
        found = [one for one in found if one not in (a, b)] + [a | b]


@pytest.mark.parametrize("least", [0.9, 0.5, 0.2])
@pytest.mark.parametrize("seed", range(5))
def test_groups_are_those_of_merging_the_closest_again_and_again(seed: int, least: float):
    table = alike(np.random.default_rng(seed))
    first = groups(table, least)
    assert {frozenset(np.flatnonzero(first == one).tolist()) for one in set(first.tolist())} == merged_one_by_one(table, least)


def test_each_group_goes_by_its_first_and_the_table_is_left_as_it_was():
    table = np.array([[1, 0.1, 0.8], [0.1, 1, 0], [0.8, 0, 1]], dtype=np.float32)
    before = table.copy()
    assert groups(table, 0.5).tolist() == [0, 1, 0]
    assert (table == before).all()


def test_nothing_makes_no_groups():
    assert groups(np.zeros((0, 0), dtype=np.float32), 0.5).tolist() == []
