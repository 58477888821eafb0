"""Which groups may be shown, so that no figure is one of fewer than five people. Pure.

1. A group of fewer than `LEAST_AUTHORS` authors is hidden.
2. Nor may it follow by subtraction: where what is hidden of a total has fewer authors than that, the smallest other group is hidden too.
3. A filter is a slice of the table by its keys, so a filtered view shows nothing that the table would hide; and a group is hidden where one
   that contains it (a condition left out, the year of a month) is hidden.
So any two views that differ by one condition differ by nothing, or by five authors or more. Of any other two, `may_stand_beside` tells.

Those who see figures of their own do not count as authors for themselves: a group must have five others.
"""

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

LEAST_AUTHORS = 5


def may_show(keys: Sequence[Sequence[Ints]], authors: Ints, own: int | None = None, least: int = LEAST_AUTHORS) -> Bools:
    """Of each note, whether its group may be shown: (notes,). A group is what has the same value of every key.

    `keys`: each as columns of numbers from -1, from the coarsest (the year) to the finest (the month); mostly of one column.
    `authors`: numbers from 0, -1 where unknown, who count for nobody. `own`: who looks, and may see a group that is theirs alone.
    """
    rows, back = _distinct([column for key in keys for column in key], authors)
    steps = iter(range(sum(map(len, keys))))
    small = [[rows[:, next(steps)] for _ in key] for key in keys]
    return _shown(small, rows[:, -1], own, least)[back]


def of_few(authors: Ints, own: int | None = None, least: int = LEAST_AUTHORS) -> bool:
    """Whether notes of these authors are too few people's to be shown; -1 is nobody."""
    return len(_counted(authors, own)) < least


def may_stand_beside(one: Bools, other: Bools, authors: Ints, own: int | None = None, least: int = LEAST_AUTHORS) -> bool:
    """Whether two sets of notes may both be shown: what is in one and not in the other is nothing, or of `least` authors or more."""
    return all(not part.any() or len(_counted(authors[part], own)) >= least for part in (one & ~other, other & ~one))


def _distinct(columns: Sequence[Ints], authors: Ints) -> tuple[Ints, Ints]:
    """The distinct rows of columns and author, and of each note its row: a table of thousands stands for a million notes."""
    code = np.zeros(len(authors), dtype=np.int64)
    for column in (*columns, authors):
        _, code = np.unique(code * (int(column.max(initial=0)) + 2) + column + 1, return_inverse=True)
    _, first = np.unique(code, return_index=True)
    return np.stack([*(column[first] for column in columns), authors[first]], axis=1), code


def _shown(keys: Sequence[Sequence[Ints]], authors: Ints, own: int | None, least: int) -> Bools:
    """Table by table, from the total to the finest: a table by fewer keys, or by coarser ones, is decided first."""
    shown: dict[tuple[int, ...], Bools] = {}
    groups: dict[tuple[int, ...], Ints] = {}
    for levels in sorted(product(*(range(len(key) + 1) for key in keys)), key=sum):
        columns = [key[level - 1] for key, level in zip(keys, levels, strict=True) if level]
        groups[levels] = _distinct(columns, np.zeros_like(authors))[1] if columns else np.zeros_like(authors)
        coarser = list(_coarser(levels))
        may = _enough(groups[levels], authors, own, least)
        for above in coarser:
            may &= shown[above]
        for above in coarser:
            _hide_what_follows(may, groups[levels], groups[above], shown[above], authors, own, least)
        shown[levels] = may
    return shown[tuple(map(len, keys))]


def _coarser(levels: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    return ((*levels[:place], level - 1, *levels[place + 1 :]) for place, level in enumerate(levels) if level)


def _enough(groups: Ints, authors: Ints, own: int | None, least: int) -> Bools:
    """Of each row, whether its group has enough authors, or is of nobody but who looks."""
    found = np.zeros(len(groups), dtype=bool)
    for group in np.unique(groups):
        rows = groups == group
        found[rows] = len(_counted(authors[rows], own)) >= least or (own is not None and bool((authors[rows] == own).all()))
    return found


def _hide_what_follows(
    may: Bools, groups: Ints, totals: Ints, total_shown: Bools, authors: Ints, own: int | None, least: int
) -> None:  # fmt: skip
    """Where a total is shown and its hidden groups together have too few authors, its smallest other group is hidden too, in place."""
    for total in np.unique(totals[total_shown & ~may]):
        line = totals == total
        if not 0 < len(_counted(authors[line & ~may], own)) < least:
            continue
        sizes = {group: len(_counted(authors[groups == group], own)) for group in np.unique(groups[line & may])}
        if others := [group for group, size in sizes.items() if size]:  # their own figures hide nothing from those who look
            may[groups == min(others, key=sizes.__getitem__)] = False


def _counted(authors: Ints, own: int | None) -> Ints:
    found = np.unique(authors)
    return np.asarray(found[(found >= 0) & (found != (-1 if own is None else own))])
