"""The report says what was measured, on what, and how sure it is; the JSON holds the same."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from insight_classifier.definition import Definition
from insight_classifier.notes import LabelledNote
from tests.training.noisy_judge import NoisyJudge
from training.evaluate import Evaluation, Judged, compare, evaluate
from training.report import comparison_json, comparison_markdown, evaluation_json, evaluation_markdown, title


@pytest.fixture(scope="module")
def evaluation(definition: Definition, labelled: list[LabelledNote]) -> Evaluation:
    some = labelled[:80]
    other = NoisyJudge(definition, some, noise=0.9)
    judged = Judged("guess", other.judge([item.note for item in some]), frozenset({"label"}))
    return evaluate(NoisyJudge(definition, some), some, definition, baselines=[judged], data="two writers", rounds=30)


@pytest.fixture(scope="module")
def written(evaluation: Evaluation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return evaluation_markdown(evaluation, tmp_path_factory.mktemp("report"))


def test_every_picture_stands_beside_the_text(written: Path) -> None:
    pictures = re.findall(r"\]\((.+?\.png)\)", written.read_text())
    assert len(pictures) == 4
    assert all((written.parent / name).read_bytes().startswith(b"\x89PNG") for name in pictures)


def test_the_report_names_data_notes_and_resampling(written: Path) -> None:
    head = written.read_text()[:800]
    assert all(words in head for words in ("two writers", "80 notes", "30 resamples", "MSLs"))


def test_baselines_stand_beside_the_model(written: Path, evaluation: Evaluation) -> None:
    rows = [line for line in written.read_text().splitlines() if line.startswith(("| metric", "| Label: AUC"))]
    assert rows[0] == f"| metric | {evaluation.columns[0].name} | guess |"
    assert re.fullmatch(r"\| Label: AUC \| 0\.\d{3} \[.+\] \| 0\.\d{3} \[.+\] \|", rows[1])


def test_what_a_baseline_does_not_judge_is_a_dash(written: Path, definition: Definition) -> None:
    scale = title(f"{next(definition.of_kind('scale')).name}.accuracy", definition)
    assert f"| {scale} |" in written.read_text()
    assert re.search(rf"\| {re.escape(scale)} \| .+ \| – \|", written.read_text())


def test_the_wrong_labels_are_listed_with_their_notes(written: Path, evaluation: Evaluation) -> None:
    text = written.read_text()
    assert evaluation.wrong_labels
    assert all(wrong.id in text for wrong in evaluation.wrong_labels)


def test_small_slices_are_marked(written: Path, evaluation: Evaluation) -> None:
    part = next(part for part in evaluation.slices if 10 <= part.notes < 30)
    assert f"| *{part.name}* † | *{part.notes}* |" in written.read_text()


def test_a_definition_of_checks_alone_is_reported(definition: Definition, labelled: list[LabelledNote], tmp_path: Path) -> None:
    checks, some = replace(definition, dimensions=tuple(definition.of_kind("checks"))), labelled[:40]
    written = evaluation_markdown(evaluate(NoisyJudge(checks, some), some, checks, rounds=10), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["evaluation.md", "intervals.png", "reliability.png"]
    assert f"Evidence, {checks.checks[checks.tags[0]].title}" in written.read_text()


def test_the_json_is_json_without_nan(evaluation: Evaluation) -> None:
    plain = json.loads(json.dumps(evaluation_json(evaluation), allow_nan=False))
    assert set(plain["metrics"]["label.auc"]) == {"value", "low", "high", "undefined"}
    assert plain["metrics"]["evidence.mean.f1"]["value"] == 0.0
    assert list(plain["baselines"]) == ["guess"]


def test_a_comparison_is_printed_and_plain(definition: Definition, labelled: list[LabelledNote]) -> None:
    a, b = NoisyJudge(definition, labelled), NoisyJudge(definition, labelled, noise=0.9)
    found = compare(a, b, labelled, rounds=20)
    assert f"| Label: F1 | {found.differences['label.f1'].a:.3f} |" in comparison_markdown(found, definition)
    assert json.loads(json.dumps(comparison_json(found), allow_nan=False))["a"]["name"] == a.model.name
