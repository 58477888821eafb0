"""Cells as a table in Markdown: a row a judge, a column a figure, each with its interval."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy import stats

Found = Mapping[str, Any]


def table(cells: Sequence[Found]) -> str:
    """A part for each task and number of labels; judges in the order of their first cell."""
    parts: dict[tuple[str, int | None], list[Found]] = {}
    for cell in cells:
        parts.setdefault((cell["task"], cell["labels"]), []).append(cell)
    return "\n\n".join(_part(task, labels, of) for (task, labels), of in parts.items())


def _part(task: str, labels: int | None, cells: Sequence[Found]) -> str:
    names = list(dict.fromkeys(name for cell in cells for name in cell["figures"]))
    judges: dict[str, list[Found]] = {}
    for cell in cells:
        judges.setdefault(cell["judge"], []).append(cell)
    notes = cells[0]["notes"]
    learned = f"{notes['train']:,} to train on, {notes['validation']:,} validate" if labels is None else f"{labels} labels of each class"
    rows = [f"| {judge} | {' | '.join(_figure(of, name) for name in names)} | {len(of)} | {_seconds(of)} |" for judge, of in judges.items()]
    head = f"| | {' | '.join(names)} | runs | seconds each |"
    return "\n".join([f"**{task}**, {learned}, {notes['test']:,} test notes", "", head, "|---" * (len(names) + 3) + "|", *rows])


def _figure(cells: Sequence[Found], name: str) -> str:
    """The mean with its interval: over runs where they differ, else over resamples of the test notes, which is marked by a star."""
    values = [cell["figures"][name] for cell in cells if name in cell["figures"]]
    if not values or np.isnan(values).any():
        return "-"
    mean = float(np.mean(values))
    if len(values) > 1 and np.ptp(values) > 0:
        half = float(stats.t.ppf(0.975, len(values) - 1) * stats.sem(values))
        return f"{mean:.3f} [{mean - half:.3f}, {mean + half:.3f}]"
    low, high = cells[0]["drawn"][name]
    return f"{mean:.3f} [{low:.3f}, {high:.3f}]*"


def _seconds(cells: Sequence[Found]) -> str:
    return f"{np.median([cell['seconds'] for cell in cells]):.0f}"
