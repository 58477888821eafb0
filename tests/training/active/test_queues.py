"""Each queue finds what it is for, in a small pool whose answers are known."""

import numpy as np
import pytest

from training.active.choosing import choose
from training.active.part import UNKNOWN, Part
from training.active.pool import Pool
from training.active.queues import QUEUES, diverse, label_errors, neighbours, rare, uncertain

CHECK = Part("criteria", "reason", ("not met", "met"))


def a_pool(chances: list[float], labels: list[int], vectors: np.ndarray | None = None, authors: list[int] | None = None) -> Pool:
    size = len(chances)
    where = np.eye(size) if vectors is None else vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    yes = np.array(chances)
    who = np.arange(size) if authors is None else np.array(authors)
    ids = tuple(f"n{row}" for row in range(size))
    return Pool(CHECK, ids, where, np.stack([1 - yes, yes], axis=1), np.array(labels), who)


def two_clouds(each: int, seed: int = 0) -> np.ndarray:
    drawn = np.random.default_rng(seed).normal(0, 0.2, (2 * each, 4))
    drawn[:each, 0] += 1
    drawn[each:, 1] += 1
    return drawn


def test_the_nearest_to_the_threshold_is_the_least_sure():
    found = [choice.row for choice in uncertain(a_pool([0.9, 0.52, 0.3], [UNKNOWN] * 3), 0)]
    assert found == [1, 2, 0]


def test_a_note_whose_neighbours_say_otherwise_is_found():
    vectors = two_clouds(12)
    labels = [1] * 11 + [UNKNOWN] + [0] * 11 + [UNKNOWN]
    pool = a_pool([0.9] * 11 + [0.1] + [0.1] * 12, labels, vectors)
    assert [choice.row for choice in neighbours(pool, 0)] == [11]


def test_notes_of_the_same_author_do_not_vote():
    pool = a_pool([0.9] * 11 + [0.1], [1] * 11 + [UNKNOWN], two_clouds(6), [0] * 12)
    assert list(neighbours(pool, 0)) == []


def test_the_most_different_note_comes_first_and_then_what_differs_from_it():
    vectors = np.array([[1.0, 0, 0], [1, 0.1, 0], [0, 1, 0], [0, 1, 0.2], [0, 0, 1]])
    found = [choice.row for choice in diverse(a_pool([0.5] * 5, [0] + [UNKNOWN] * 4, vectors), 0)]
    assert set(found[:2]) == {2, 4}
    assert found[2:] == [3, 1]


def test_likely_members_of_a_class_with_few_labels_are_found():
    pool = a_pool([0.01, 0.2, 0.7] + [0.0] * 60, [UNKNOWN] * 3 + [0] * 60)
    assert [choice.row for choice in rare(pool, 0)] == [2, 1]


def test_wrong_labels_stand_out_from_those_of_other_authors():
    vectors, labels = two_clouds(30), [1] * 30 + [0] * 30
    labels[3], labels[40] = 0, 1
    authors = [row % 6 for row in range(60)]
    assert {choice.row for choice in label_errors(a_pool([0.5] * 60, labels, vectors, authors), 0)} == {3, 40}


def test_without_labels_there_are_no_label_errors():
    assert list(label_errors(a_pool([0.5] * 9, [UNKNOWN] * 9), 0)) == []


def test_the_audit_does_not_hang_on_what_the_other_queues_take():
    pool = a_pool(np.linspace(0, 1, 40).tolist(), [UNKNOWN] * 40)
    alone = [item.id for item in choose([pool], 8, ["audit"], seed=3)]
    beside = [item.id for item in choose([pool], 16, ["uncertain", "audit"], seed=3) if item.queue == "audit"]
    assert beside == alone


def test_a_note_is_chosen_once():
    pool = a_pool(np.linspace(0, 1, 30).tolist(), [UNKNOWN] * 30)
    found = choose([pool, pool], 30, list(QUEUES), seed=1)
    assert len({item.id for item in found}) == len(found) == 30


@pytest.mark.parametrize("name", list(QUEUES))
def test_a_queue_of_an_empty_part_is_empty_or_by_chance(name: str):
    pool = a_pool([0.5, 0.5], [UNKNOWN, UNKNOWN])
    assert {choice.row for choice in QUEUES[name](pool, 0)} <= {0, 1}
