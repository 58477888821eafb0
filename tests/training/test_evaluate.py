"""Evaluation of a real tiny model beside baselines, and the comparison of two judges."""

from dataclasses import replace
from pathlib import Path

import pytest

from insight_classifier.definition import Definition
from insight_classifier.errors import DefinitionError, FileError
from insight_classifier.notes import LabelledNote
from insight_classifier.predictor import Predictor
from tests.training.noisy_judge import NoisyJudge
from training.aligned import align
from training.baselines import Majority
from training.evaluate import Judged, compare, evaluate, load_side, wrong_labels


@pytest.fixture
def some(labelled: list[LabelledNote]) -> list[LabelledNote]:
    return labelled[:60]


def test_a_predictor_is_measured_with_intervals(predictor: Predictor, definition: Definition, some: list[LabelledNote]) -> None:
    column = evaluate(predictor, some, definition, rounds=20).columns[0]
    assert column.name == predictor.model.name
    assert column.values["label.auc"].low <= column.values["label.auc"].value <= column.values["label.auc"].high
    assert "evidence.mean.f1" in column.values


def test_a_baseline_has_a_column_of_what_it_judges(definition: Definition, some: list[LabelledNote]) -> None:
    judge, majority = NoisyJudge(definition, some), Majority()
    majority.fit(some, some, definition)
    judged = Judged("majority", majority.judge([item.note for item in some]), frozenset({"label"}))
    found = evaluate(judge, some, definition, baselines=[judged], rounds=20)
    assert [column.name for column in found.columns] == [judge.model.name, "majority"]
    assert {name.partition(".")[0] for name in found.columns[1].values} == {"label"}
    assert found.columns[1].values["label.auc"].value == 0.5


def test_a_wrong_label_names_the_checks_behind_it(definition: Definition, some: list[LabelledNote]) -> None:
    judge = NoisyJudge(definition, some, noise=0.0)
    first = definition.label.rule.names[0]
    item = next(n for n in some if n.label_met(definition))
    wrong = replace(item, checks={**item.checks, first: False})
    found = wrong_labels(align(definition, [wrong], judge.judge([item.note])), definition)
    assert [(w.id, w.said, w.wrongly_met, w.wrongly_missing) for w in found] == [(item.note.id, definition.label.met, (first,), ())]


def test_comparing_names_the_notes_that_only_one_has_right(definition: Definition, some: list[LabelledNote]) -> None:
    found = compare(NoisyJudge(definition, some, noise=0.0), NoisyJudge(definition, some, noise=1.0), some, rounds=20)
    assert found.only_a
    assert not found.only_b
    assert found.differences["label.f1"].a_better == 1.0


def test_judges_under_different_definitions_are_not_compared(definition: Definition, some: list[LabelledNote]) -> None:
    other = NoisyJudge(replace(definition, version="2"), some)
    with pytest.raises(DefinitionError, match="--definition"):
        compare(NoisyJudge(definition, some), other, some)


def test_a_judge_under_another_definition_is_not_evaluated(definition: Definition, some: list[LabelledNote]) -> None:
    with pytest.raises(DefinitionError, match="--definition"):
        evaluate(NoisyJudge(definition, some), some, replace(definition, version="2"))


def test_no_notes_are_refused(definition: Definition, some: list[LabelledNote]) -> None:
    with pytest.raises(FileError, match="no labelled notes"):
        evaluate(NoisyJudge(definition, some), [], definition)


def test_a_corpus_gives_its_side_and_what_baselines_learn_from(tiny_corpus: Path, definition: Definition) -> None:
    notes = load_side(tiny_corpus, definition, "validation")
    assert notes.judged == notes.validation
    assert {item.note.metadata["writer"] for item in notes.train}.isdisjoint(item.note.metadata["writer"] for item in notes.judged)


def test_a_file_gives_notes_and_nothing_to_learn_from(tiny_corpus: Path, definition: Definition) -> None:
    notes = load_side(tiny_corpus / "writer_a.jsonl", definition)
    assert (len(notes.judged), notes.train) == (60, ())


@pytest.mark.parametrize(("side", "words"), [("tset", "Use train"), ("test", "split.yaml")])
def test_a_side_that_is_not_there_is_named(tiny_corpus: Path, definition: Definition, side: str, words: str) -> None:
    with pytest.raises(FileError, match=words):
        load_side(tiny_corpus, definition, side)
