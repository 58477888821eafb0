"""Which things belong together, by their similarity: average linkage down to a least mean similarity. Pure.

The nearest neighbours are followed in a chain (Benzécri, 1982), which finds what merging the closest pair again and again would find.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Singles = NDArray[np.float32]
Whole = NDArray[np.int64]

_GONE = -np.inf


def groups(similarity: Singles, least: float, sizes: Sequence[int] = ()) -> Whole:
    """Of each thing the number of the first of its group, (things,), from similarities (things, things), which must be symmetric.

    Two groups are one where the mean similarity of their pairs is at least `least`. Of equal neighbours the first counts, so the same
    things in the same order give the same groups. `sizes`: of how many each thing itself is made, one where not given.
    Takes memory for one more table.
    """
    table = similarity.astype(np.float32, copy=True)
    np.fill_diagonal(table, _GONE)
    counts, first = np.array(sizes or [1] * len(table), dtype=np.float64), np.arange(len(table))
    for start in range(len(table)):
        chain = [start] if counts[start] else []
        while chain:
            _step(chain, table, counts, first, least)
    return first


def _step(chain: list[int], table: Singles, sizes: NDArray[np.float64], first: Whole, least: float) -> None:
    """Follow the last of the chain to its nearest; merge the last two where they are each other's."""
    last = chain[-1]
    nearest = int(table[last].argmax())
    if len(chain) > 1 and table[last, chain[-2]] >= table[last, nearest]:
        nearest = chain[-2]
    if table[last, nearest] < least:  # nor will it be nearer to anything that others become
        _close(chain.pop(), table, sizes)
    elif len(chain) > 1 and nearest == chain[-2]:
        kept = _merge(chain.pop(), chain.pop(), table, sizes, first)
        chain += [] if chain else [kept]
    else:
        chain.append(nearest)


def _close(one: int, table: Singles, sizes: NDArray[np.float64]) -> None:
    table[one, :] = table[:, one] = _GONE
    sizes[one] = 0


def _merge(one: int, other: int, table: Singles, sizes: NDArray[np.float64], first: Whole) -> int:
    """The earlier of two stands for both from now on."""
    kept, lost = min(one, other), max(one, other)
    mean = (sizes[kept] * table[kept] + sizes[lost] * table[lost]) / (sizes[kept] + sizes[lost])
    size = sizes[kept] + sizes[lost]
    first[first == lost] = kept
    _close(lost, table, sizes)
    table[kept, :] = table[:, kept] = mean
    table[kept, kept] = table[kept, lost] = table[lost, kept] = _GONE
    sizes[kept] = size
    return kept
