"""Original rows become labelled notes: sides, groups, classes, and each text once."""

from pathlib import Path

import pytest

from benchmarks.external.few import few
from benchmarks.external.source import read_source
from benchmarks.external.task import DATA, DEFINITIONS, Task, classes, read_task, task_names
from insight_classifier.definition_reader import read_definition
from insight_classifier.errors import ArgumentError, FileError
from tests.conftest import ROOT

SOURCE = """
files: {train.tsv: train, dev.tsv: validation, test.tsv: test}
delimiter: "\\t"
fields: {text: sentences}
checks: {safety: {adverse_reaction: {ADR: "1"}}}
"""
ROWS = {
    "train": ["I slept badly\t1", "It works\t0", "it  WORKS\t0", "Only here\t1", "Two minds\t1", "two minds\t0", "\t1"],
    "dev": ["Fine so far\t0"],
    "test": ["It works\t0"],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "source.yaml").write_text(SOURCE, encoding="utf-8")
    for name, rows in ROWS.items():
        (tmp_path / f"{name}.tsv").write_text("\n".join(["sentences\tADR", *rows]) + "\n", encoding="utf-8")
    return tmp_path


@pytest.fixture(scope="module", params=["conversational_uptake", "casino_strategies"])
def task(request: pytest.FixtureRequest) -> Task:
    return read_task(request.param, ROOT / DATA)


def test_a_text_is_read_once_and_the_test_side_keeps_it(folder: Path):
    sides = read_source(folder, read_definition(DEFINITIONS / "psytar_ade.yaml"))
    assert [note.note.fields["text"] for note in sides.train] == ["I slept badly", "Only here"]
    assert [note.note.fields["text"] for note in sides.test] == ["It works"]


def test_a_missing_column_is_named_with_its_row(folder: Path):
    (folder / "dev.tsv").write_text("sentence\tADR\nFine\t0\n", encoding="utf-8")
    with pytest.raises(FileError, match=r"dev.tsv, row 1: 'sentences'"):
        read_source(folder, read_definition(DEFINITIONS / "psytar_ade.yaml"))


def test_no_dialogue_stands_on_two_sides(task: Task):
    groups = [{note.note.metadata["msl"] for note in side} for side in (task.sides.train, task.sides.validation, task.sides.test)]
    assert sum(map(len, groups)) == len(set().union(*groups))


def test_a_draw_holds_so_many_labels_of_each_class_and_is_repeatable(task: Task):
    drawn = few(task.sides, task.definition, 8, 3)
    notes = [*drawn.train, *drawn.validation]
    counts = [one for note in notes for one in classes(note, task.definition)]
    assert all(counts.count(one) >= 8 for one in set(counts))
    assert drawn == few(task.sides, task.definition, 8, 3) != few(task.sides, task.definition, 8, 4)


def test_every_task_has_its_licence_and_where_it_comes_from():
    for name in task_names():
        assert {"LICENSE", "README.md", "source.yaml"} <= {file.name for file in (ROOT / DATA / name).iterdir()}


def test_an_unknown_task_is_told_with_the_known_ones():
    with pytest.raises(ArgumentError, match="there is no task 'nothing'. Use casino_strategies"):
        read_task("nothing")
