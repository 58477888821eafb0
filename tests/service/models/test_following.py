"""The pointer file, watched."""

import time
from pathlib import Path

import pytest

from service.models.following import PointerWatch
from service.models.live import POINTER, Models
from tests.service.models.test_live import another, load


@pytest.fixture
def models(tmp_path: Path, tiny_model: Path) -> Models:
    for name in ("one", "two"):
        another(tiny_model, tmp_path / name)
    return Models(load(tmp_path / "one"), batch_notes=8, folder=tmp_path, load=load)


def point(models: Models, name: str) -> None:
    assert models.folder is not None
    (models.folder / "part").write_text(f"{name}\n")
    (models.folder / "part").replace(models.folder / POINTER)


def test_a_moved_pointer_is_followed(models: Models) -> None:
    watch = PointerWatch(models, every=0.05).start()
    point(models, "two")
    ends = time.monotonic() + 60
    while models.live.model.name != "two" and time.monotonic() < ends:
        time.sleep(0.05)
    watch.stop()
    assert models.live.model.name == "two"


def test_what_was_there_at_the_start_is_no_change(models: Models) -> None:
    point(models, "two")
    PointerWatch(models).look()
    assert models.live.model.name == "one"


def test_a_pointer_to_nothing_leaves_the_live_model_and_is_told_once(models: Models, capsys: pytest.CaptureFixture[str]) -> None:
    watch = PointerWatch(models)
    point(models, "three")
    watch.look()
    watch.look()
    assert models.live.model.name == "one"
    assert capsys.readouterr().out.count("swap refused") <= 1


def test_while_another_swap_is_under_way_it_is_looked_at_again(models: Models) -> None:
    watch = PointerWatch(models)
    point(models, "two")
    with models._alone():
        watch.look()
    assert models.live.model.name == "one"
    watch.look()
    assert models.live.model.name == "two"
