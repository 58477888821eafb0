"""Real processes with one folder: whoever is scraped tells of all, and the dead no longer wait or serve."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from insight_classifier.errors import ConfigError
from service.metrics.processes import VARIABLE, shared_folder
from tests.conftest import ROOT

PROCESS = """
import sys
from pathlib import Path
from starlette.testclient import TestClient
from insight_classifier.predictor import load_predictor
from service.app import create_app
from service.settings import Settings
with TestClient(create_app(Settings(threads=1), load_predictor(Path(sys.argv[1]), threads=1))) as client:
    for line in sys.stdin:
        if line.strip() == "metrics":
            print(client.get("/metrics").text, end="")
        else:
            client.post("/v1/score", json={"text": line})
        print("done", flush=True)
"""


class Worker:
    """The service in a process of its own."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def ask(self, line: str) -> str:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        told = list(iter(self.process.stdout.readline, "done\n"))
        return "".join(line for line in told if "[info" not in line)

    def metrics(self) -> dict[str, float]:
        """The sums over all labels."""
        sums: dict[str, float] = {}
        for family in text_string_to_metric_families(self.ask("metrics")):
            for sample in family.samples:
                sums[sample.name] = sums.get(sample.name, 0) + sample.value
        return sums


@contextmanager
def worker(model: Path, folder: Path) -> Iterator[Worker]:
    command = [sys.executable, "-c", PROCESS, str(model)]
    environment = {**os.environ, VARIABLE: str(folder), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Worker(process)
        finally:
            process.kill()


def test_two_processes_are_summed_and_a_killed_one_leaves_only_what_it_counted(tiny_model: Path, tmp_path: Path) -> None:
    with worker(tiny_model, tmp_path / "shared") as one, worker(tiny_model, tmp_path / "shared") as other:
        for _ in range(2):
            one.ask("A note for the one.")
        for _ in range(3):
            other.ask("A note for the other.")
        both = other.metrics()
        assert (both["insight_notes_judged_total"], both["insight_batch_notes_sum"], both["insight_model_info"]) == (5, 5, 2)
        assert both["insight_stage_seconds_count"] == 5 * 5
        one.process.kill()
        one.process.wait()
        left = other.metrics()
    assert (left["insight_notes_judged_total"], left["insight_queue_notes"], left["insight_model_info"]) == (5, 0, 1)


def test_without_the_variable_a_process_counts_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert shared_folder() is None


def test_a_missing_folder_is_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "a" / "b"))
    assert shared_folder() == tmp_path / "a" / "b"
    assert (tmp_path / "a" / "b").is_dir()


@pytest.mark.parametrize(("name", "words"), [("", "names no folder"), ("{file}/below", "cannot be made")])
def test_a_folder_that_cannot_be_is_refused_in_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, words: str) -> None:
    file = tmp_path / "file"
    file.touch()
    monkeypatch.setenv(VARIABLE, name.format(file=file))
    with pytest.raises(ConfigError, match=f"{VARIABLE}.*{words}"):
        shared_folder()
