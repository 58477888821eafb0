"""docs/retraining.md, command by command, with a tiny model: from decisions in a database to a model that is live, and back."""

import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from insight_classifier.cli import make_app
from insight_classifier.definition import Definition
from insight_classifier.notes import LabelledNote
from service.database import Database
from service.demonstration.deciding import answer_of_label
from service.migrations import migrate
from service.models.live import Models
from tests.conftest import ROOT, TINY
from tests.service.reviews.desk import Desk
from tests.training.registry.models import copy_model
from training.runs.record import read_run
from training.snapshots.folder import open_snapshot

pytestmark = pytest.mark.slow

WALK = (ROOT / "docs" / "retraining.md").read_text(encoding="utf-8")
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", WALK, re.DOTALL) for line in block.splitlines()]
# A tiny model of a few notes is poor: here the way is tested, in test_gate.py the limits.
GATE = {
    **{"least_notes": 1, "resamples": 100, "confidence": 0.95, "slice_least_notes": 30, "latency_ratio": 100, "latency_notes": 8},
    **dict.fromkeys(("dimension_margin", "label_margin", "slice_margin", "safety_recall_margin", "calibration_at_most"), 1),
    **{"calibration_margin": 1, "parity_labels": 1, "parity_auc": 1, "latency_rounds": 1},
}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, definition: Definition, labelled: list[LabelledNote], tiny_model: Path) -> Path:
    """A folder with a database of decided notes by nine authors, and the models of a service."""
    folder = tmp_path_factory.mktemp("office")
    url = f"sqlite:///{folder / 'insight.db'}"
    migrate(url)
    with Database(url) as database:
        desk = Desk(database, definition)
        for number, one in enumerate(labelled[:270]):
            fields = dict(one.note.fields)
            written = {"author": f"person-{number % 9}", "written_at": f"2026-0{number % 4 + 1}-03"}
            desk.note(one.note.id, text=fields.pop(definition.main_field), fields=fields, metadata=written)
            desk.decide(one.note.id, "change", answer=answer_of_label(one, definition))
    copy_model(tiny_model, folder / "models" / "home-office-2")
    (folder / "gate.yaml").write_text("".join(f"{name}: {value}\n" for name, value in GATE.items()))
    return folder


@pytest.fixture(scope="module")
def walked(office: Path, tiny_encoder: Path) -> Iterator[Mapping[str, Result]]:
    """What each command of the walk said, run in the office one after the other."""
    tiny = [word for key, value in {**TINY, "base_model": str(tiny_encoder)}.items() for word in ("--set", f"{key}={value}")]
    more = {
        "reviews export": ["--database", f"sqlite:///{office / 'insight.db'}"],
        "train": tiny,
        "models gate": ["--gate", "gate.yaml", "--models", "models"],
        "models": ["--models", "models"],
    }
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(office)
        yield {command: run(command, more) for command in COMMANDS}


def run(command: str, more: Mapping[str, list[str]]) -> Result:
    words = shlex.split(command)[1:]
    added = next((extra for start, extra in more.items() if " ".join(words).startswith(start)), [])
    return CliRunner().invoke(make_app(), [*words, *added])


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_walk_works(walked: Mapping[str, Result], command: str) -> None:
    assert walked[command].exit_code == 0, f"{walked[command].output}\n{walked[command].exception}"


def said(walked: Mapping[str, Result], start: str) -> str:
    return next(result.output for command, result in walked.items() if command.startswith(start))


def test_the_snapshot_is_sound(walked: Mapping[str, Result], office: Path) -> None:
    facts = open_snapshot(office / "data" / "snapshots" / "may").facts
    assert sum(side["notes"] for side in facts["sides"].values()) + facts["left_out"] == 270
    assert facts["settled_by"] == {"change": 270 - facts["left_out"]}


def test_the_run_is_recorded_with_its_snapshot(walked: Mapping[str, Result], office: Path) -> None:
    run = read_run(office / "models" / "runs" / "may")
    assert run["data"]["snapshot"] == open_snapshot(office / "data" / "snapshots" / "may").content


def test_the_gate_asks_for_each_dimension(walked: Mapping[str, Result], definition: Definition) -> None:
    words = said(walked, "insight models gate")
    assert {f"passed   {dimension.name}:" in words for dimension in definition.dimensions} == {True}


def test_it_goes_live_and_back(walked: Mapping[str, Result], office: Path) -> None:
    assert "may is live" in said(walked, "insight models promote")
    assert "home-office-2: retired" in said(walked, "insight models list")
    assert "home-office-2 is live again" in said(walked, "insight models rollback")
    assert (office / "models" / "live").read_text() == "home-office-2\n"


def test_the_history_tells_all(walked: Mapping[str, Result]) -> None:
    events = [line.split()[1] for line in said(walked, "insight models history").splitlines()]
    assert events == ["adopted", "proposed", "gated", "approved", "approved", "promoted", "rolled_back"]


def test_a_service_takes_up_what_was_promoted(walked: Mapping[str, Result], office: Path) -> None:
    from insight_classifier.predictor import load_predictor
    from service.models.following import PointerWatch

    def load(folder: Path) -> Any:
        return load_predictor(folder, threads=1)

    models = Models(load(office / "models" / "home-office-2"), batch_notes=8, folder=office / "models", load=load)
    watch = PointerWatch(models)
    run("insight models rollback --why again --to may", {"models": ["--models", str(office / "models")]})
    watch.look()
    assert models.live.model.name == "may"
