"""One model measured for the gate: on the same notes and the same resamples as the model beside it."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insight_classifier.definition import Definition
from insight_classifier.notes import LabelledNote, Note
from insight_classifier.outputs import Floats
from insight_classifier.predictor import Predictor
from training.aligned import LABEL, Aligned, align
from training.bootstrap import drawn
from training.evaluate import Judge
from training.metrics import measures
from training.parity import Parity
from training.slices import groupings

STATISTIC = {"checks": "f1", "scale": "quadratic_kappa", "choice": "accuracy"}


@dataclass(frozen=True)
class Part:
    """The label's AUC on a slice."""

    notes: int
    value: float


@dataclass(frozen=True)
class Measured:
    """`label` (AUC) and `dimensions` (the mean of their statistic) have a value for the notes as they are, then one a resample."""

    notes: int
    label: Floats
    dimensions: Mapping[str, Floats]
    recall: Mapping[str, float]  # of each check of a safety lane
    slices: Mapping[str, Part]
    calibration: float  # expected calibration error of the label
    parity: Parity
    seconds: float  # for `latency_notes`


def measured(judge: Judge, labelled: Sequence[LabelledNote], counts: NDArray[np.int16], parity: Parity, seconds: float) -> Measured:
    """Judge the notes once and take every figure from that. `counts`: of `bootstrap.resamples`."""
    definition = judge.definition
    aligned = align(definition, labelled, judge.judge([item.note for item in labelled]))
    once = np.ones((1, len(labelled)), dtype=np.int16)
    values = drawn(aligned, np.concatenate([once, counts]))
    return Measured(
        notes=len(labelled),
        label=values[f"{LABEL}.auc"],
        dimensions={d.name: _mean(d.name, STATISTIC[d.kind], values) for d in definition.dimensions},
        recall={
            name.rpartition(".")[2]: float(values[f"{name}.recall"][0]) for name in sorted(aligned.safety) if _learned(name, definition)
        },
        slices=_slices(aligned),
        calibration=float(values[f"{LABEL}.ece"][0]),
        parity=parity,
        seconds=seconds,
    )


def _mean(dimension: str, statistic: str, values: Mapping[str, Floats]) -> Floats:
    """Over the members that have the statistic in that resample; for a scale or a choice its own."""
    of = [value for name, value in values.items() if name.partition(".")[0] == dimension and name.rpartition(".")[2] == statistic]
    there = np.array(of) if of else np.full((1, len(next(iter(values.values())))), np.nan)
    count = (~np.isnan(there)).sum(axis=0)
    return np.asarray(np.divide(np.nansum(there, axis=0), count, out=np.full(there.shape[1], np.nan), where=count > 0))


def _learned(name: str, definition: Definition) -> bool:
    """Whether the model has a say: what rules alone judge is the same under every model."""
    dimension, _, member = name.partition(".")
    return any(member == learned.name for learned in definition.dimension(dimension).learned)


def _slices(aligned: Aligned) -> dict[str, Part]:
    found = {}
    for by, group in groupings(aligned.notes).items():
        names = [group(labelled) for labelled in aligned.notes]
        for name in sorted({name for name in names if name is not None}):
            rows = np.array([row for row, other in enumerate(names) if other == name], dtype=np.int64)
            part = aligned.rows(rows)
            label = Aligned(part.notes, {LABEL: part.binary[LABEL]}, {}, frozenset(), (), part.characters)
            found[f"{by} {name}"] = Part(len(rows), float(measures(label, np.ones((1, len(rows))))[f"{LABEL}.auc"][0]))
    return found


def seconds(judges: Sequence[Predictor], notes: Sequence[Note], rounds: int) -> list[float]:
    """The shortest time of each to judge the notes, taken in turns so that whatever slows the machine slows all."""
    best = [float("inf")] * len(judges)
    for number in range(rounds + 1):
        for place, judge in enumerate(judges):
            began = time.perf_counter()
            judge.judge(notes)
            if number:  # the first round warms up
                best[place] = min(best[place], time.perf_counter() - began)
    return best
