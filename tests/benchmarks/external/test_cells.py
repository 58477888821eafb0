"""A cell is run once, kept whole, and stands in the table."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.external.__main__ import main
from benchmarks.external.cells import Cell, done, run
from benchmarks.external.table import table
from benchmarks.external.task import DATA, Task, read_task
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def task() -> Task:
    return read_task("conversational_uptake", ROOT / DATA)


def test_a_cell_is_kept_and_found_again(task: Task, tmp_path: Path):
    cell = Cell(task.name, "tfidf", 1, labels=8, draw=1)
    found = run(cell, task, tmp_path)
    assert found["figures"].keys() == found["drawn"].keys()
    assert done(cell, task, tmp_path) == json.loads((tmp_path / cell.file).read_text(encoding="utf-8"))


def test_a_cell_of_other_notes_is_run_again(task: Task, tmp_path: Path):
    cell = Cell(task.name, "majority", 1)
    run(cell, task, tmp_path)
    fewer = replace(task, sides=replace(task.sides, train=task.sides.train[1:]))
    assert done(cell, fewer, tmp_path) is None


def test_the_command_goes_on_where_it_stopped(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    given = ["--tasks", "psytar_ade", "--judges", "majority,length", "--data", str(ROOT / DATA), "--cells", str(tmp_path)]
    main([*given, "--seeds", "1"])
    first = capsys.readouterr().out
    main([*given, "--seeds", "1,2"])
    again = capsys.readouterr().out
    assert "psytar_ade.length.all.s1.json: " in first
    assert "psytar_ade.length.all.s1.json: " not in again
    assert "psytar_ade.length.all.s2.json: " in again


def test_the_interval_is_over_runs_where_they_differ_and_else_over_notes():
    cell = {"task": "t", "judge": "a", "labels": None, "notes": {"train": 9, "validation": 9, "test": 9}, "seconds": 1.0}
    cells = [cell | {"figures": {"f1": value, "auc": 0.5}, "drawn": {"f1": [0, 1], "auc": [0.4, 0.6]}} for value in (0.6, 0.7, 0.8)]
    assert "| a | 0.700 [0.452, 0.948] | 0.500 [0.400, 0.600]* | 3 | 1 |" in table(cells)
