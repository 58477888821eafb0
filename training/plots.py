"""Pictures of an evaluation as PNG files: intervals beside the baselines, reliability, confusion matrices."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from insight_classifier.outputs import Floats
from training.bootstrap import Interval
from training.metrics import Point

MODEL, OTHER, GUIDE = "#0b4f8a", "#767676", "#c8c8c8"  # readable in grey too
DPI = 130  # dots an inch


def plot_intervals(path: Path, titles: Sequence[str], judges: Mapping[str, Sequence[Interval | None]]) -> Path:
    """One panel a metric, one row a judge (the first is the model); None where a judge does not judge it."""
    figure = Figure(figsize=(1.2 + 2.5 * len(titles), 0.9 + 0.34 * len(judges)), layout="constrained")
    panels = np.atleast_1d(figure.subplots(1, len(titles), sharey=True))
    for column, (panel, title) in enumerate(zip(panels, titles, strict=True)):
        for row, intervals in enumerate(judges.values()):
            _interval(panel, row, intervals[column], MODEL if row == 0 else OTHER)
        panel.set_title(title, fontsize=9)
        panel.grid(axis="x", color=GUIDE, linewidth=0.5)
        panel.tick_params(labelsize=8)
    panels[0].set_yticks(range(len(judges)), list(judges))
    panels[0].set_ylim(len(judges) - 0.5, -0.5)
    return _saved(figure, path)


def plot_reliability(path: Path, titles: Sequence[str], points: Sequence[Sequence[Point]]) -> Path:
    """One panel a probability: what was predicted against what was observed; a dot's area is its number of notes."""
    columns = min(3, len(titles))
    rows = -(-len(titles) // columns)
    figure = Figure(figsize=(2.9 * columns, 2.9 * rows), layout="constrained")
    panels = np.atleast_1d(figure.subplots(rows, columns, sharex=True, sharey=True)).ravel()
    for panel in panels[len(titles) :]:
        panel.set_axis_off()
    for panel, title, bins in zip(panels, titles, points, strict=False):
        panel.plot([0, 1], [0, 1], color=GUIDE, linewidth=1)
        panel.plot([b.predicted for b in bins], [b.observed for b in bins], color=MODEL, linewidth=0.8)
        panel.scatter([b.predicted for b in bins], [b.observed for b in bins], s=[8 + 1.5 * b.notes for b in bins], color=MODEL, alpha=0.75)
        panel.set_title(title, fontsize=9)
        panel.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03), aspect="equal")
        panel.tick_params(labelsize=8)
    figure.supxlabel("mean probability", fontsize=9)
    figure.supylabel("observed share", fontsize=9)
    return _saved(figure, path)


def plot_confusion(path: Path, names: Sequence[str], table: Floats) -> Path:
    """Counts, a row what the person says; the shade is the share of the row."""
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    side = 1.6 + 0.62 * len(names)
    figure = Figure(figsize=(side, side), layout="constrained")
    panel = figure.subplots()
    panel.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for row, column in np.ndindex(*table.shape):
        shade = "white" if shares[row, column] > 0.5 else "black"
        panel.text(column, row, f"{table[row, column]:.0f}", ha="center", va="center", color=shade, fontsize=9)
    panel.set_xticks(range(len(names)), list(names), rotation=40, ha="right", fontsize=8)
    panel.set_yticks(range(len(names)), list(names), fontsize=8)
    panel.set_xlabel("model", fontsize=9)
    panel.set_ylabel("person", fontsize=9)
    return _saved(figure, path)


def _interval(panel: Axes, row: int, interval: Interval | None, colour: str) -> None:
    if interval is None or np.isnan(interval.value):
        return
    if not np.isnan(interval.low):
        panel.plot([interval.low, interval.high], [row, row], color=colour, linewidth=1.6)
    panel.plot([interval.value], [row], marker="o", markersize=5, color=colour)


def _saved(figure: Figure, path: Path) -> Path:
    figure.savefig(path, format="png", dpi=DPI, metadata={"Software": None})
    return path
