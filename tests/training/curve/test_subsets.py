"""A curve from parts of labelled notes rises where there is something to learn."""

import numpy as np

from training.active.part import Part
from training.active.pool import Pool
from training.curve.subsets import curve

PART = Part("criteria", "reason", ("not met", "met"))


def a_pool(notes: int, seed: int, *, alike: bool = False) -> Pool:
    """Notes whose label hangs weakly on many numbers of their vectors."""
    random = np.random.default_rng(seed)
    vectors = random.normal(size=(notes, 30))
    labels = (vectors.sum(axis=1) + random.normal(0, 2, notes) > 0).astype(np.int64) * (not alike)
    return Pool(PART, tuple(map(str, range(notes))), vectors, None, labels, np.arange(notes) % 8)


def test_more_notes_teach_more():
    found = curve(a_pool(400, 1), a_pool(200, 2))
    assert found is not None
    assert found.sizes.tolist() == [40, 72, 128, 224, 400]
    assert found.draws[0, -1] > found.draws[0, 0] + 0.02


def test_where_all_labels_are_alike_there_is_no_curve():
    assert curve(a_pool(100, 1, alike=True), a_pool(100, 2, alike=True)) is None
