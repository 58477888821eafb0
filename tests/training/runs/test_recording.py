"""Every run leaves its record, also one that failed."""

import json
from pathlib import Path

import pytest

from insight_classifier.definition import Definition
from insight_classifier.errors import FileError, LabelError
from tests.conftest import TINY
from training.config import read_config
from training.runs.mlflow_sink import mlflow_sink
from training.runs.record import FAILED, FINISHED, RunRecord, read_run
from training.runs.recording import train_recorded


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory, definition: Definition, tiny_encoder: Path, tiny_corpus: Path) -> Path:
    """The folder of models in which one tiny run was recorded, in MLflow too."""
    models = tmp_path_factory.mktemp("recorded")
    config = read_config({**TINY, "base_model": str(tiny_encoder)})
    sink = mlflow_sink(f"sqlite:///{models}/runs.db")
    train_recorded(data=tiny_corpus, output=models / "one", definition=definition, config=config, sinks=[sink])
    return models


def test_a_record_says_what_the_run_was_made_of(recorded: Path, definition: Definition) -> None:
    run = read_run(recorded / "runs" / "one")
    assert (run["status"], run["seed"], run["definition"]["fingerprint"]) == (FINISHED, 1, definition.fingerprint)
    assert len(run["git"]["commit"]) == 40
    assert len(run["lock"]["constraints"]) == len(run["lock"]["installed"]) == 64
    assert run["hardware"]["cores"] >= 1
    assert run["data"]["train"]["notes"] > 100


def test_a_record_says_what_came_of_it(recorded: Path) -> None:
    run = read_run(recorded / "runs" / "one")
    assert 0 <= run["metrics"]["label.auc"] <= 1
    assert run["artefacts"]["model"]["files"].keys() >= {"model.onnx", "manifest.json"}
    assert run["peak_memory_mib"] > 50


def test_mlflow_gets_a_copy(recorded: Path) -> None:
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=f"sqlite:///{recorded}/runs.db")
    (run,) = client.search_runs([client.get_experiment_by_name("insight").experiment_id])
    record = read_run(recorded / "runs" / "one")
    assert run.data.params["seed"] == "1"
    assert run.data.metrics["label.auc"] == pytest.approx(record["metrics"]["label.auc"])
    assert run.data.tags["git.commit"] == record["git"]["commit"]


def test_a_run_that_fails_says_so_without_its_words(tmp_path: Path, definition: Definition, tiny_encoder: Path, tiny_corpus: Path) -> None:
    config = read_config({**TINY, "base_model": str(tiny_encoder)})
    (tmp_path / "one").mkdir()
    with pytest.raises(FileError, match="never overwritten"):
        train_recorded(data=tiny_corpus, output=tmp_path / "one", definition=definition, config=config)
    run = read_run(tmp_path / "runs" / "one")
    assert (run["status"], run["error"]) == (FAILED, "invalid_file")


def test_a_disk_that_fills_says_what_to_do_and_leaves_no_model(
    tmp_path: Path, definition: Definition, tiny_encoder: Path, tiny_corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: object) -> None:
        raise RuntimeError("PytorchStreamWriter failed writing file data/0: file write failed")

    monkeypatch.setattr("torch.save", full)
    config = read_config({**TINY, "base_model": str(tiny_encoder)})
    with pytest.raises(FileError, match="Free space, then call again"):
        train_recorded(data=tiny_corpus, output=tmp_path / "one", definition=definition, config=config)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["runs"]


def test_too_few_notes_are_refused_before_anything_is_trained(tmp_path: Path, definition: Definition, tiny_corpus: Path) -> None:
    lines = (tiny_corpus / "writer_a.jsonl").read_text().splitlines()[:10]
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.jsonl").write_text("\n".join(lines) + "\n")
    with pytest.raises(LabelError, match="10 notes to train on .* Label more notes"):
        train_recorded(data=tmp_path / "data", output=tmp_path / "m", definition=definition, config=read_config(TINY))


def test_what_is_undefined_is_null(tmp_path: Path) -> None:
    RunRecord.begin(tmp_path / "one", {"metrics": {"auc": float("nan")}})
    assert json.loads((tmp_path / "one" / "run.json").read_text())["metrics"] == {"auc": None}


def test_a_record_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="Name the folder of a run"):
        read_run(tmp_path)
