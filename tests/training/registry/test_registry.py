"""What may be done with models, and that nothing is ever half-promoted."""

import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from insight_classifier.artifact import open_artifact
from insight_classifier.errors import ArgumentError, FileError, ModelError
from tests.conftest import ROOT
from tests.training.registry.models import copy_model, ready
from training.registry.registry import Registry
from training.registry.states import live_on


@pytest.fixture
def registry(tmp_path: Path, tiny_model: Path) -> Registry:
    """The model `old` serves, `new` and `newer` are trained."""
    for name in ("old", "new", "newer"):
        copy_model(tiny_model, tmp_path / name)
    return Registry(tmp_path, shipped="old")


def live(registry: Registry) -> tuple[str | None, str]:
    """By the history, and by the pointer."""
    now = registry.states().live
    return now.name if now else None, (registry.models / "live").read_text().strip()


def test_from_candidate_to_live(registry: Registry) -> None:
    ready(registry, "new", "ana", "ben")
    registry.promote("new", "ana")
    assert live(registry) == ("new", "new")
    assert {name: registry.states().of(name) for name in ("old", "new", "newer")} == {"old": "retired", "new": "live", "newer": "trained"}


def test_what_serves_already_is_in_the_history_from_the_first_proposal_on(registry: Registry) -> None:
    registry.propose("new", "ana")
    assert [(event.event, event.model) for event in registry.history.events()] == [("adopted", "old"), ("proposed", "new")]


def test_a_candidate_must_pass_the_gate(registry: Registry) -> None:
    registry.propose("new", "ana")
    with pytest.raises(ArgumentError, match="insight models gate new"):
        registry.approve("new", "ana")
    registry.gated("new", "ana", False, {}, registry.states().live)
    with pytest.raises(ArgumentError, match="refused by the gate"):
        registry.approve("new", "ana")


def test_two_different_people_must_approve(registry: Registry) -> None:
    ready(registry, "new", "ana")
    with pytest.raises(ArgumentError, match="Ask somebody else"):
        registry.approve("new", "ana")
    with pytest.raises(ArgumentError, match="approved by ana: 2 different people"):
        registry.promote("new", "ana")


def test_a_new_gate_ends_old_approvals(registry: Registry) -> None:
    ready(registry, "new", "ana", "ben")
    registry.gated("new", "ana", True, {}, registry.states().live)
    with pytest.raises(ArgumentError, match="approved by nobody"):
        registry.promote("new", "ana")


def test_who_was_compared_with_a_model_that_is_no_longer_live_goes_through_the_gate_again(registry: Registry) -> None:
    ready(registry, "newer", "ana", "ben")
    ready(registry, "new", "ana", "ben")
    registry.promote("new", "ana")
    with pytest.raises(ArgumentError, match="no longer live"):
        registry.promote("newer", "ana")


def test_a_folder_that_changed_since_is_refused(registry: Registry, tiny_model: Path) -> None:
    ready(registry, "new", "ana", "ben")
    shutil.rmtree(registry.models / "new")
    shutil.copytree(tiny_model, registry.models / "new")
    with pytest.raises(ArgumentError, match="another model than the one that was proposed"):
        registry.promote("new", "ana")
    (registry.models / "new" / "model.onnx").write_bytes(b"")
    with pytest.raises(ModelError, match="altered"):
        registry.promote("new", "ana")
    assert registry.serving() == "old"


def test_rollback_needs_one_word_and_nobody(registry: Registry) -> None:
    ready(registry, "new", "ana", "ben")
    registry.promote("new", "ana")
    assert registry.rollback("ana", "worse on short notes").name == "old"
    assert live(registry) == ("old", "old")
    assert registry.rollback("ana", "better after all", to="new").name == "new"


def test_there_may_be_nothing_to_go_back_to(registry: Registry) -> None:
    with pytest.raises(ArgumentError, match="nothing to go back to"):
        registry.rollback("ana", "why not")


def test_what_was_live_on_a_day_has_an_answer(registry: Registry) -> None:
    ready(registry, "new", "ana", "ben")
    registry.promote("new", "ana")
    lives = registry.states().lives
    assert [then.name for then in live_on(lives, datetime.now(UTC).date())] == ["old", "new"]
    assert live_on(lives, datetime(2020, 5, 3, tzinfo=UTC).date()) == []


def test_a_changed_line_of_the_history_is_found(registry: Registry) -> None:
    ready(registry, "new", "ana", "ben")
    path = registry.history.path
    path.write_text(path.read_text().replace('"by": "ben"', '"by": "eva"'))
    with pytest.raises(FileError, match=r"registry.jsonl, line 5: changed since"):
        registry.promote("new", "ana")


def test_what_a_kill_left_of_a_line_is_no_line(registry: Registry) -> None:
    registry.propose("new", "ana")
    with registry.history.path.open("a") as file:
        file.write('{"number": 3, "at"')
    registry.propose("newer", "ana")
    assert [event.model for event in registry.history.events()] == ["old", "new", "newer"]


def test_the_service_reads_the_pointer_that_the_registry_moves() -> None:
    from service.models.live import POINTER as READ
    from training.registry.registry import POINTER

    assert READ == POINTER


KILLED = """
import os, signal, sys
from pathlib import Path
from training.registry.registry import Registry

left = int(sys.argv[1])

def deadly(name, real):
    def call(*given, **named):
        global left
        left -= 1
        if left == 0:
            if name == "write":
                real(given[0], given[1][:7])
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*given, **named)
    return call

for name in ("open", "write", "fsync", "replace", "ftruncate", "close"):
    setattr(os, name, deadly(name, getattr(os, name)))
Registry(Path(sys.argv[2]), shipped="old").promote("new", "ana")
"""


@pytest.mark.slow
def test_killed_at_any_step_the_live_model_is_whole_and_the_next_call_ends_what_was_begun(registry: Registry) -> None:
    ready(registry, "new", "ana", "ben")
    before = registry.history.path.read_bytes()
    for step in range(1, 60):
        registry.history.path.write_bytes(before)
        (registry.models / "live").unlink(missing_ok=True)
        done = subprocess.run([sys.executable, "-c", KILLED, str(step), str(registry.models)], cwd=ROOT, capture_output=True, timeout=120)
        serving = registry.serving()
        assert serving in ("old", "new")
        open_artifact(registry.models / str(serving))
        registry.promote("new", "ana")
        assert live(registry) == ("new", "new")
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
    assert step > 8
