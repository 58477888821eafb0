"""Vectors as bytes and back, and how much they have in common. Pure."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from insight_classifier.judgement import Judgement

STORED = np.dtype("<f2")  # the same bytes on every machine


def stored_vector(outcome: object) -> bytes | None:
    """That of a judgement, as the database keeps it; None where the note was not judged, or its model gives no vectors."""
    vector = outcome.vector if isinstance(outcome, Judgement) else None
    return None if vector is None else to_bytes(vector)


def to_bytes(vector: NDArray[np.float16]) -> bytes:
    """As the database keeps it: two bytes a number."""
    return vector.astype(STORED).tobytes()


def from_bytes(stored: Sequence[bytes]) -> NDArray[np.float32]:
    """(vectors, size), of one model's."""
    return np.frombuffer(b"".join(stored), dtype=STORED).reshape(len(stored), -1).astype(np.float32)


def likeness(one: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """The cosine of a vector (size,) with others (vectors, size): 1 the same, 0 nothing in common; (vectors,)."""
    return np.asarray(others @ one, dtype=np.float32)
