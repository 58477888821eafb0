"""The data scientist's commands on a tiny model and a tiny corpus."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from insight_classifier.artifact import open_artifact
from tests.conftest import ROOT


def insight(*words: object) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "insight_classifier", *map(str, words)], capture_output=True, text=True, cwd=ROOT, timeout=200
    )


@pytest.fixture(scope="module")
def evaluated(tiny_model: Path, tiny_corpus: Path, tmp_path_factory) -> Path:
    """A copy of the tiny model, evaluated with everything that can be written."""
    folder = tmp_path_factory.mktemp("evaluated")
    model = Path(shutil.copytree(tiny_model, folder / "model"))
    asked = ["--json", folder / "figures.json", "--report", folder / "report", "--card", "--baselines", "none"]
    result = insight("evaluate", "--model", model, "--data", tiny_corpus, *asked)
    assert result.returncode == 0, result.stderr
    return folder


def test_the_figures_are_written_for_a_machine(evaluated: Path):
    figures = json.loads((evaluated / "figures.json").read_text())
    assert figures["notes"] == 60
    assert set(figures["metrics"]) >= {"label.auc", "label.f1", "label.kappa", "evidence.mean.f1"}


def test_the_report_stands_with_its_plots(evaluated: Path):
    assert (evaluated / "report" / "evaluation.md").is_file()
    assert list((evaluated / "report").glob("*.png"))


def test_the_card_tells_the_figures_and_the_model_stays_whole(evaluated: Path):
    assert "| Label: AUC |" in (evaluated / "model" / "README.md").read_text()
    open_artifact(evaluated / "model")


def test_a_model_is_no_better_than_itself(tiny_model: Path, tiny_corpus: Path):
    result = insight("compare", tiny_model, tiny_model, "--data", tiny_corpus)
    assert "+0.000" in result.stdout
    assert result.returncode == 0


NOTES = ROOT / "data" / "notes" / "writer_a.jsonl"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["evaluate", "--data", NOTES, "--side", "test"], "--side does not go with --data"),
        (["compare", "a", "b", "--data", NOTES, "--side", "test"], "--side does not go with --data"),
        (["evaluate", "--data", NOTES, "--baselines", "kept"], "--baselines does not go with --data"),
        (["evaluate", "--data", ROOT / "data", "--side", "tests"], "Use train, validation, test"),
        (["train", "--data", "nowhere", "--output", "/dev/null/x"], "Choose another path"),
        (["train", "--data", ROOT / "data", "--output", "x", "--base-model", "a", "--set", "base_model=b"], "Keep one"),
    ],
)
def test_what_would_be_ignored_or_fail_late_is_refused_in_one_line(words: list[object], says: str):
    result = insight(*words)
    assert (result.returncode, len(result.stderr.splitlines()), result.stdout) == (2, 1, "")
    assert says in result.stderr


def test_a_run_that_fails_before_its_first_step_shows_no_bar(tmp_path: Path):
    result = insight("train", "--data", "nowhere.jsonl", "--output", tmp_path / "model")
    assert (result.returncode, result.stdout) == (2, "")
    assert "steps" not in result.stderr
