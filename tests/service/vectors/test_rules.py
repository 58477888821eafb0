"""Vectors as bytes: the same numbers back, and the cosine between them."""

import numpy as np
import pytest

from service.vectors.rules import from_bytes, likeness, to_bytes


def test_a_vector_comes_back_to_two_bytes_a_number():
    vector = np.array([0.6, -0.8, 0.0], dtype=np.float16)
    assert len(to_bytes(vector)) == 6
    assert from_bytes([to_bytes(vector)]) == pytest.approx(vector.reshape(1, 3))


def test_likeness_is_the_cosine_of_each():
    others = np.array([[1, 0], [0, 1], [-0.6, 0.8]], dtype=np.float32)
    assert likeness(np.array([1, 0], dtype=np.float32), others) == pytest.approx([1, 0, -0.6])
