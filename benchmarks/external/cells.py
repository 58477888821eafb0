"""A cell: one judge on one task with one seed, from all notes or from a few; each a file, so that a run can be stopped and taken up."""

import hashlib
import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.external.few import few
from benchmarks.external.figures import figures
from benchmarks.external.judges import judged
from benchmarks.external.task import Task
from insight_classifier.notes import labelled_record
from training.aligned import align
from training.bootstrap import PERCENTILES, resamples
from training.config import read_config

ROUNDS = 300  # of the resamples of the test notes


@dataclass(frozen=True)
class Cell:
    """`labels` of each class and the number of the draw; neither where all notes are learned from."""

    task: str
    judge: str
    seed: int
    labels: int | None = None
    draw: int | None = None

    @property
    def file(self) -> str:
        few = "all" if self.labels is None else f"k{self.labels}-d{self.draw}"
        return f"{self.task}.{self.judge}.{few}.s{self.seed}.json"


def done(cell: Cell, task: Task, folder: Path) -> dict[str, Any] | None:
    """What the cell's file holds, unless it was made under another definition, other notes or other settings."""
    file = folder / cell.file
    if not file.is_file():
        return None
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found if found["key"] == key(task) else None


def key(task: Task) -> str:
    """Sixteen hex digits of what a cell depends on beside its name."""
    digest = hashlib.sha256(f"{task.definition.fingerprint} {read_config().model_dump_json()}".encode())
    for side in (task.sides.train, task.sides.validation, task.sides.test):
        digest.update(json.dumps([labelled_record(note, task.definition) for note in side], sort_keys=True).encode())
    return digest.hexdigest()[:16]


def run(cell: Cell, task: Task, folder: Path) -> dict[str, Any]:
    """Learn, judge, measure, and write the cell whole or not at all."""
    sides = task.sides if cell.labels is None else few(task.sides, task.definition, cell.labels, cell.draw or 0)
    started = time.monotonic()
    said = judged(cell.judge, sides, task.definition, cell.seed, whole=cell.labels is not None)
    seconds = round(time.monotonic() - started, 1)
    aligned = align(task.definition, sides.test, said.judgements, said.parts)
    drawn = resamples(sides.test, rounds=ROUNDS).astype(np.float64)
    found = {
        **asdict(cell),
        "key": key(task),
        "notes": {"train": len(sides.train), "validation": len(sides.validation), "test": len(sides.test)},
        "seconds": seconds,
        "figures": {name: float(values[0]) for name, values in figures(aligned, np.ones((1, len(sides.test)))).items()},
        # How far other test notes would move each figure: whole dialogues or transcripts are drawn, where there are any.
        "drawn": {name: np.nanpercentile(values, PERCENTILES).tolist() for name, values in figures(aligned, drawn).items()},
    }
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f"{cell.file}.unfinished"
    unfinished.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    os.replace(unfinished, folder / cell.file)
    return found
