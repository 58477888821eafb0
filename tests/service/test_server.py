"""Behind a real server: bodies that stream, callers that leave, signals, ports that are taken."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest
import typer

from insight_classifier.errors import ConfigError
from insight_classifier.predictor import Predictor
from service.app import create_app
from service.cli import bind, register
from service.settings import Settings
from tests.service.conftest import HARM, deciding, running, wait_until
from tests.service.models.test_live import another

JSON = {"Content-Type": "application/json"}
MIB = 1024 * 1024


def chunks(size: int) -> Iterator[bytes]:
    """A body that does not say how long it is."""
    yield b'{"text": "'
    for _ in range(size // MIB):
        yield b"a" * MIB
    yield b'"}'


def test_a_body_of_unknown_length_is_read(server: str) -> None:
    answer = httpx2.post(f"{server}/v1/score", content=iter([b'{"te', b'xt": "One note."}']), headers=JSON)
    assert answer.status_code == 200


@pytest.mark.parametrize("content", [chunks(10 * MIB), b"".join(chunks(10 * MIB))], ids=["chunked", "declared"])
def test_ten_megabytes_are_refused_in_words(server: str, content: object) -> None:
    answer = httpx2.post(f"{server}/v1/score", content=content, headers=JSON, timeout=30)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def test_many_callers_at_once_all_get_an_answer(server: str) -> None:
    with ThreadPoolExecutor(12) as threads:
        answers = list(
            threads.map(lambda n: httpx2.post(f"{server}/v1/score", json={"id": n, "text": f"Note {n}."}, timeout=30), range(48))
        )
    assert {answer.status_code for answer in answers} <= {200, 429}
    assert all(answer.json()["id"] == str(n) for n, answer in enumerate(answers) if answer.status_code == 200)
    assert all(answer.headers["retry-after"] for answer in answers if answer.status_code == 429)


def test_a_caller_who_leaves_frees_the_place(predictor: Predictor, settings: Settings) -> None:
    gate, judged = threading.Event(), []

    def decide(notes, findings):
        judged.extend(note.id for note in notes)
        gate.wait(20)
        return predictor.decide(notes, findings)

    app = create_app(settings, deciding(predictor, decide))
    with running(app) as address, ThreadPoolExecutor(1) as threads:
        first = threads.submit(httpx2.post, f"{address}/v1/score", json={"id": "first", "text": "a"}, timeout=30)
        wait_until(lambda: judged)
        with pytest.raises(httpx2.TimeoutException):
            httpx2.post(f"{address}/v1/score", json={"id": "left", "text": "b"}, timeout=0.3)
        time.sleep(0.2)
        gate.set()
        assert first.result(20).status_code == 200
        assert httpx2.post(f"{address}/v1/score", json={"id": "next", "text": "c"}, timeout=20).status_code == 200
    assert judged == ["first", "next"]


def test_a_body_that_never_ends_is_given_up(predictor: Predictor, settings: Settings) -> None:
    with running(create_app(settings.model_copy(update={"deadline_seconds": 0.3}), predictor)) as address:
        host, port = address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as slow:
            slow.sendall(b"POST /v1/score HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
            answer = slow.recv(65_536).decode()
    assert answer.startswith("HTTP/1.1 408")
    assert "request_timeout" in answer or "problem+json" in answer


def test_the_event_loop_stays_free_while_a_large_batch_is_read(server: str) -> None:
    with ThreadPoolExecutor(1) as threads:
        notes = [{"text": (HARM + " ") * 200} for _ in range(8)]
        batch = threads.submit(httpx2.post, f"{server}/v1/score/batch", json={"notes": notes}, timeout=60)
        slowest = 0.0
        while not batch.done():
            started = time.monotonic()
            httpx2.get(f"{server}/livez", timeout=10)
            slowest = max(slowest, time.monotonic() - started)
    assert batch.result().status_code == 200
    assert slowest < 2.0


def test_a_taken_port_is_said_in_words() -> None:
    with bind("127.0.0.1", 0) as taken:
        taken.listen()
        with pytest.raises(ConfigError, match="Choose another --host or --port"):
            bind("127.0.0.1", taken.getsockname()[1])


def test_answers_are_sent_at_once() -> None:
    with bind("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP


def test_an_unknown_host_is_said_in_words() -> None:
    with pytest.raises(ConfigError, match="cannot listen"):
        bind("no.such.host.invalid", 1)


def test_the_command_registers_itself() -> None:
    app = typer.Typer()
    register(app)
    assert {"serve", "worker", "backup", "restore", "erase"} <= {command.name for command in app.registered_commands}
    assert {"keys", "accounts", "audit", "database", "safety"} <= {group.name for group in app.registered_groups}


@pytest.fixture(autouse=True)
def own_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSIGHT_DATABASE", f"sqlite:///{tmp_path / 'insight.db'}")


COMMAND = "import typer; from service.cli import register; app = typer.Typer(); app.callback()(lambda: None); register(app); app()"


def command(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    """`insight serve` in a process of its own."""
    root = Path(__file__).resolve().parents[2]
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, "serve", *arguments],
        cwd=root, env={**os.environ, "PYTHONPATH": str(root), **environment}, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_ctrl_c_stops_it_cleanly(tiny_model: Path) -> None:
    process = command("--model", str(tiny_model), "--port", "0", INSIGHT_THREADS="1")
    assert process.stderr
    greeting = process.stderr.readline()
    address = greeting.split(" at ")[1].split()[0]
    wait_until(lambda: _status(f"{address}/readyz") == 200, 60)
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
    assert process.stderr.read().splitlines()[-1] == "insight: stopped"


def test_sigterm_is_not_ready_first_then_drains_and_exits(tiny_model: Path) -> None:
    process = command(
        "--model", str(tiny_model), "--port", "0", INSIGHT_THREADS="1", INSIGHT_DRAIN_SECONDS="1.5", INSIGHT_DEADLINE_SECONDS="5"
    )
    assert process.stderr
    address = process.stderr.readline().split(" at ")[1].split()[0]
    wait_until(lambda: _status(f"{address}/readyz") == 200, 60)
    with ThreadPoolExecutor(1) as threads:
        notes = [{"text": "One note. " * 2000} for _ in range(20)]
        work = threads.submit(httpx2.post, f"{address}/v1/score/batch", json={"notes": notes}, timeout=30)
        process.send_signal(signal.SIGTERM)
        started = time.monotonic()
        wait_until(lambda: _status(f"{address}/readyz") == 503)
        assert httpx2.post(f"{address}/v1/score", json={"text": "Late."}, timeout=20).status_code == 200
        assert work.result(30).status_code == 200
    assert process.wait(30) == 0
    assert time.monotonic() - started < 1.5 + 5 + 3
    assert process.stderr.read().splitlines()[-1] == "insight: stopped"


def test_sighup_follows_the_pointer_file(tiny_model: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny_model, tmp_path / "one")
    process = command("--model", str(tmp_path / "one"), "--port", "0", INSIGHT_THREADS="1")
    assert process.stderr
    address = process.stderr.readline().split(" at ")[1].split()[0]
    wait_until(lambda: _status(f"{address}/readyz") == 200, 60)
    another(tiny_model, tmp_path / "two")
    (tmp_path / "live").write_text("two\n")
    process.send_signal(signal.SIGHUP)
    wait_until(lambda: httpx2.get(f"{address}/v1/models").json()["live"]["model"]["name"] == "two", 60)
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0


def _status(address: str) -> int:
    try:
        return httpx2.get(address).status_code
    except httpx2.TransportError:
        return 0


@pytest.mark.parametrize(
    ("arguments", "environment", "words"),
    [(["--model", "/nowhere"], {}, "/nowhere"), ([], {"INSIGHT_PROT": "1"}, "INSIGHT_PORT"), (["--port", "99999"], {}, "INSIGHT_PORT")],
)
def test_a_mistake_is_one_line_and_status_2(arguments: list[str], environment: dict[str, str], words: str) -> None:
    process = command(*arguments, **environment)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert words in errors
    assert len(errors.strip().splitlines()) == 1
