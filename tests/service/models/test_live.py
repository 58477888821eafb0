"""A model takes over only where it is sound, and calls keep the one that they began with."""

import gc
import json
import shutil
import threading
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from insight_classifier.artifact import open_artifact, write_artifact
from insight_classifier.predictor import Predictor, load_predictor
from service.app import create_app
from service.errors import RequestError, ServiceError
from service.models.live import POINTER, Models
from service.options import Options
from service.settings import Settings

NOTE = {"text": "She won't start it in CKD 4: the trial excluded eGFR<30."}


def another(model: Path, folder: Path, definition: Path | None = None) -> Path:
    """The same model as another one: its manifest bears another name."""
    artifact = open_artifact(model)
    write_artifact(
        folder, version="2", graph=artifact.graph, tokenizer=artifact.tokenizer.read_text(), definition=definition or artifact.definition,
        layout=artifact.layout, calibration=artifact.calibration, precision=artifact.precision, training={}, card="",
    )  # fmt: skip
    return folder


@pytest.fixture
def folder(tmp_path: Path, tiny_model: Path) -> Path:
    """Two model folders side by side, `one` and `two`."""
    for name in ("one", "two"):
        another(tiny_model, tmp_path / name)
    return tmp_path


@pytest.fixture
def models(folder: Path) -> Models:
    return Models(load(folder / "one"), batch_notes=8, folder=folder, load=load)


def load(folder: Path) -> Predictor:
    return load_predictor(folder, threads=1)


@pytest.fixture
def client(folder: Path, settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings, load(folder / "one"), folder)) as client:
        yield client


def test_another_model_takes_over_and_the_one_before_is_kept(client: TestClient) -> None:
    answer = client.post("/v1/models/swap", json={"model": "two"}).json()
    assert (answer["live"]["model"]["name"], answer["previous"]["model"]["name"], answer["available"]) == ("two", "one", ["one", "two"])
    assert client.post("/v1/score", json=NOTE).json()["model"]["name"] == "two"
    assert client.get("/v1/info").json()["model"]["name"] == "two"
    assert "two" in client.get("/").text
    assert client.get("/readyz").status_code == 200


def test_at_most_two_models_stay_in_memory(models: Models) -> None:
    first = weakref.ref(models.live)
    models.swap("two")
    models.swap("one")
    gc.collect()
    assert first() is None


def test_a_rollback_goes_back_and_forth(client: TestClient) -> None:
    client.post("/v1/models/swap", json={"model": "two"})
    assert client.post("/v1/models/rollback").json()["live"]["model"]["name"] == "one"
    assert client.post("/v1/models/rollback").json()["live"]["model"]["name"] == "two"


def test_without_a_swap_there_is_nothing_to_go_back_to(client: TestClient) -> None:
    answer = client.post("/v1/models/rollback")
    assert (answer.status_code, answer.json()["code"]) == (409, "no_previous_model")


def test_the_same_model_again_changes_nothing(models: Models) -> None:
    before = models.live
    assert models.swap("one") is before
    assert models.previous is None


@pytest.mark.parametrize("name", ["../one", "/etc", "", ".", "..", "a/b", 3, None, "one\n", "x" * 200])
def test_a_name_is_never_a_path(models: Models, name: object) -> None:
    with pytest.raises(RequestError, match="name of a folder"):
        models.swap(name)


def test_an_unknown_folder_is_told_with_those_there_are(client: TestClient) -> None:
    answer = client.post("/v1/models/swap", json={"model": "three"})
    assert (answer.status_code, answer.json()["code"], answer.json()["available"]) == (404, "model_not_found", ["one", "two"])


def truncated(folder: Path) -> None:
    graph = folder / "model.onnx"
    graph.write_bytes(graph.read_bytes()[:-1000])


def altered(folder: Path) -> None:
    (folder / "calibration.json").write_text("{}")


def incomplete(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()


def foreign(folder: Path) -> None:
    (folder / "manifest.json").write_text(json.dumps({"model_type": "bert"}))


def consistently_broken(folder: Path) -> None:
    """Every checksum is right, and the graph is none."""
    artifact = open_artifact(folder)
    (graph := folder.parent / "broken.onnx").write_bytes(b"no graph")
    definition = shutil.copytree(folder, folder.parent.parent / "kept") / "definition.yaml"
    tokenizer = artifact.tokenizer.read_text()
    shutil.rmtree(folder)
    write_artifact(
        folder, version="2", graph=graph, tokenizer=tokenizer, definition=definition, layout=artifact.layout,
        calibration=artifact.calibration, precision=None, training=asdict(artifact.layout), card="",
    )  # fmt: skip


@pytest.mark.parametrize("harm", [truncated, altered, incomplete, foreign, consistently_broken])
def test_a_broken_model_leaves_the_old_one_serving(client: TestClient, folder: Path, harm) -> None:
    harm(folder / "two")
    answer = client.post("/v1/models/swap", json={"model": "two"})
    assert (answer.status_code, answer.json()["code"]) == (409, "model_refused")
    assert "goes on serving" in answer.json()["detail"]
    assert str(folder) not in answer.text
    assert client.post("/v1/score", json=NOTE).json()["model"]["name"] == "one"


def test_a_model_that_fails_its_test_is_refused(models: Models, folder: Path) -> None:
    def failing(folder: Path) -> Predictor:
        predictor = load(folder)
        predictor.judge = lambda notes: []  # type: ignore[method-assign]
        return predictor

    models._load = failing
    with pytest.raises(ServiceError, match="test at start failed"):
        models.swap("two")
    assert (models.live.model.name, models.previous) == ("one", None)


def test_a_model_whose_answers_would_have_another_shape_is_refused(models: Models, folder: Path, tiny_model: Path) -> None:
    definition = tiny_model / "definition.yaml"
    label = models.live.predictor.definition.label.met
    other = folder.parent / "other"
    shutil.copytree(tiny_model, other)
    (other / "definition.yaml").write_text(definition.read_text().replace(label, "gold_insight"))
    another(tiny_model, folder / "three", other / "definition.yaml")
    with pytest.raises(ServiceError, match="another shape"):
        models.swap("three")


def test_two_swaps_at_once_are_one(models: Models) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(folder: Path) -> Predictor:
        begun.set()
        go_on.wait(20)
        return load(folder)

    models._load = slow
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(models.swap, "two")
        begun.wait(20)
        with pytest.raises(ServiceError, match="under way"):
            models.swap("two")
        go_on.set()
        assert first.result(30).model.name == "two"


def test_calls_in_flight_finish_on_the_model_that_they_began_with(client: TestClient) -> None:
    models = client.app.state.models  # type: ignore[attr-defined]
    old = models.live.predictor
    judged, gate, decode = threading.Event(), threading.Event(), old.decode

    def waiting(windows, outputs, findings):
        judged.set()
        gate.wait(20)
        return decode(windows, outputs, findings)

    old.decode = waiting
    with ThreadPoolExecutor(1) as threads:
        call = threads.submit(client.post, "/v1/score", json=NOTE)
        judged.wait(20)
        models.swap("two")
        gate.set()
        assert call.result(20).json()["model"]["name"] == "one"
    assert client.post("/v1/score", json=NOTE).json()["model"]["name"] == "two"


def test_a_caller_may_ask_for_a_loaded_model(client: TestClient) -> None:
    fingerprint = client.post("/v1/models/swap", json={"model": "two"}).json()["previous"]["model"]["fingerprint"]
    for asked in ("one", fingerprint):
        assert client.post(f"/v1/score?model={asked}", json=NOTE).json()["model"]["name"] == "one"
    answer = client.post("/v1/score?model=three", json=NOTE)
    assert (answer.status_code, answer.json()["code"]) == (409, "model_not_available")
    assert [item["model"]["name"] for item in answer.json()["available"]] == ["two", "one"]


def test_a_caller_may_ask_for_a_loaded_definition(models: Models) -> None:
    definition = models.live.definition
    assert models.asked(Options(definition=definition.fingerprint)) is models.live
    assert models.asked(Options(model="one", definition=definition.name)) is models.live
    with pytest.raises(ServiceError, match="Nothing judges by the definition") as caught:
        models.asked(Options(definition="0" * 16))
    assert caught.value.code == "definition_not_available"


def test_the_pointer_file_is_followed(models: Models, folder: Path) -> None:
    models.follow_pointer()
    assert models.live.model.name == "one"
    (folder / POINTER).write_text("two\n")
    models.follow_pointer()
    assert models.live.model.name == "two"


@pytest.mark.parametrize("content", ["../one", "three", ""])
def test_a_wrong_pointer_changes_nothing(models: Models, folder: Path, content: str) -> None:
    (folder / POINTER).write_text(content)
    models.follow_pointer()
    assert models.live.model.name == "one"


def test_a_service_without_a_folder_of_models_says_so(client: TestClient, predictor: Predictor) -> None:
    with pytest.raises(ServiceError, match="There is none"):
        Models(predictor, batch_notes=8, folder=None, load=load).swap("two")
