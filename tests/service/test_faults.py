"""Callers that are clumsy or hostile, and databases that fail in mid-run: a clear answer each, and no note lost that was answered for."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import func, select

from insight_classifier.predictor import Predictor
from service.app import create_app
from service.database import Base, Database
from service.engines import sqlite_file
from service.settings import Settings
from tests.postgres import PostgresServer
from tests.service.conftest import HARM, running, wait_until

TABLES = Base.metadata.tables
CLIENTS = 6


@contextmanager
def serving(settings: Settings, predictor: Predictor, url: str) -> Iterator[str]:
    with Database(url) as database, running(create_app(settings, predictor, database=database)) as address:
        yield address


@pytest.fixture
def address(settings: Settings, predictor: Predictor, database_url: str) -> Iterator[str]:
    """A real server on a database of either kind."""
    with serving(settings, predictor, database_url) as address:
        yield address


def note(number: int) -> dict[str, Any]:
    return {"id": f"n{number}", "text": f"Clinic {number}: she will not start it before she has seen renal data."}


def send(address: str, body: dict[str, Any], path: str = "/v1/score", **headers: str) -> httpx2.Response:
    return httpx2.post(f"{address}{path}", json=body, headers=headers, timeout=60)


def counts(url: str, *tables: str) -> tuple[int, ...]:
    with Database(url) as database, database.read() as connection:
        return tuple(connection.scalar(select(func.count()).select_from(TABLES[table])) or 0 for table in tables)


def stored(url: str) -> Counter[str]:
    """How many judgements there are of each record."""
    notes, judgements = TABLES["notes"], TABLES["judgements"]
    wanted = select(notes.c.record_id, func.count()).join_from(notes, judgements, judgements.c.note_id == notes.c.id).group_by(notes.c.id)
    with Database(url) as database, database.read() as connection:
        return Counter({record_id: number for record_id, number in connection.execute(wanted)})


@dataclass
class Run:
    """Callers who send one note after the other, each again until it is answered for. Use it in a `with` block."""

    address: Callable[[], str]
    answered: dict[str, str] = field(default_factory=dict)  # record id: note id
    refused: list[dict[str, Any]] = field(default_factory=list)
    unexpected: list[object] = field(default_factory=list)

    def __enter__(self) -> "Run":
        self._stop, self._numbers = threading.Event(), iter(range(1_000_000))
        self._threads = [threading.Thread(target=self._call, daemon=True) for _ in range(CLIENTS)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

    def more(self, count: int = 12, seconds: float = 60) -> None:
        """Wait until so many further notes are answered for."""
        wanted = len(self.answered) + count
        wait_until(lambda: len(self.answered) >= wanted or self.unexpected, seconds)

    def _call(self) -> None:
        while not self._stop.is_set():
            body = note(next(self._numbers))
            while not self._stop.is_set() and not self._sent(body):
                time.sleep(0.05)

    def _sent(self, body: dict[str, Any]) -> bool:
        try:
            answer = send(self.address(), body)
        except httpx2.TransportError:
            return False  # nobody said that the note is stored
        if answer.status_code == 200:
            self.answered[body["id"]] = answer.json()["note_id"]
            return True
        told = answer.json()
        known = answer.status_code == 503 and told["code"] in ("storage_unavailable", "closing") and told["retry_after_seconds"] >= 1
        (self.refused if known else self.unexpected).append(told)
        return False


def check(run: Run, url: str) -> None:
    """Whatever was answered for is there, once; what was refused was refused in words."""
    assert not run.unexpected
    found = stored(url)
    assert run.answered.keys() <= found.keys()
    assert set(found.values()) <= {1}


# Callers


def test_metadata_that_is_hardly_text_is_kept_and_read_back(address: str) -> None:
    odd = {"\ud800": "\udfff", "\0": "\0", "author": "\ud800x", "hcp": "\0", "source": "\0\ud800", "written_at": "\0", "deep": [[[]]] * 99}
    content = json.dumps({**note(1), "metadata": odd}).encode()
    answer = httpx2.post(f"{address}/v1/score", content=content, headers={"Content-Type": "application/json"}, timeout=30)
    assert answer.status_code == 200
    assert httpx2.get(f"{address}/v1/notes/{answer.json()['note_id']}").status_code == 200


def test_one_request_sent_by_many_at_once_is_one_note(address: str, database_url: str) -> None:
    body = {"text": note(1)["text"]}  # without an id nothing else tells that it is the same
    with ThreadPoolExecutor(12) as threads:
        answers = list(threads.map(lambda _: send(address, body, **{"Idempotency-Key": "once"}), range(24)))
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"idempotency_in_progress"}
    assert len({answer.content for answer in answers if answer.status_code == 200}) == 1
    assert counts(database_url, "notes", "note_versions", "judgements") == (1, 1, 1)


@pytest.mark.parametrize("path", ["/v1/score", "/v1/score/batch"])
def test_one_record_sent_by_many_at_once_is_one_note(address: str, database_url: str, path: str) -> None:
    body = note(1) if path == "/v1/score" else {"notes": [note(1), note(2), note(1)]}
    with ThreadPoolExecutor(5) as threads:  # more notes would not be taken at once
        answers = list(threads.map(lambda _: send(address, body, path), range(15)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert set(stored(database_url).values()) == {1}


def test_versions_that_come_at_once_and_out_of_order_leave_the_newest(address: str, database_url: str) -> None:
    days = [7, 3, 9, 1, 8, 2, 6, 4, 5]
    versions = [{"id": "r", "text": f"Version of day {day}.", "metadata": {"modified_at": f"2026-03-0{day}T12:00:00Z"}} for day in days]
    with ThreadPoolExecutor(len(days)) as threads:
        answers = list(threads.map(lambda version: send(address, version), [*versions, *versions]))
    assert {answer.status_code for answer in answers} == {200}
    (note_id,) = {answer.json()["note_id"] for answer in answers}
    history = httpx2.get(f"{address}/v1/notes/{note_id}").json()
    current = next(version for version in history["versions"] if version["id"] == history["current_version_id"])
    assert current["fields"]["text"] == "Version of day 9."
    assert [len(version["judgements"]) for version in history["versions"]] == [1] * 9


def test_an_erased_note_stays_away_however_often_it_is_delivered_meanwhile(address: str, database_url: str) -> None:
    body = {"id": "h", "text": HARM, "client_request_id": "erased"}
    note_id = send(address, body).json()["note_id"]
    with ThreadPoolExecutor(8) as threads:
        deliveries = [
            threads.submit(send, address, {**body, "client_request_id": f"c{n // 2}", "text": f"{HARM} {n // 4}"}) for n in range(24)
        ]
        erased = threads.submit(httpx2.delete, f"{address}/v1/notes/{note_id}", timeout=60).result()
    assert erased.json()["erased"] == 1
    assert {delivery.result().status_code for delivery in deliveries} <= {200, 409, 410}
    assert send(address, {**body, "client_request_id": "later"}).status_code == 410
    assert counts(database_url, "note_versions", "judgements") == (0, 0)
    with Database(database_url) as database, database.read() as connection:
        answers = connection.execute(select(TABLES["idempotency_keys"].c.answer)).scalars().all()
        spans = connection.execute(select(TABLES["safety_items"].c.spans)).scalars().all()
    assert not [answer for answer in answers if answer and b"clarivumab" in answer]
    assert "clarivumab" not in str(spans)


# Databases


def test_a_lock_held_for_long_is_told_and_survived(settings: Settings, predictor: Predictor, sqlite_url: str) -> None:
    with serving(settings, predictor, sqlite_url) as address, Run(lambda: address) as run:
        run.more()
        with closing(sqlite3.connect(sqlite_file(Database(sqlite_url).url), isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            wait_until(lambda: run.refused, 30)
            other.execute("ROLLBACK")
        run.more()
    check(run, sqlite_url)
    assert "locked by another program" in run.refused[0]["detail"]


def test_a_file_that_is_moved_away_and_comes_back_is_survived(settings: Settings, predictor: Predictor, sqlite_url: str) -> None:
    file = sqlite_file(Database(sqlite_url).url)
    with serving(settings, predictor, sqlite_url) as address, Run(lambda: address) as run:
        run.more()
        away = file.rename(file.with_name("away.db"))
        wait_until(lambda: run.refused, 30)
        away.rename(file)
        run.more()
    check(run, sqlite_url)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 4 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)], capture_output=True)
    if made.returncode:
        pytest.skip("NOT TESTED ON A FULL DISK: this user may not mount one")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_is_told_and_survived(settings: Settings, predictor: Predictor, sqlite_template: Path, small_disk: Path) -> None:
    url = f"sqlite:///{small_disk / 'insight.db'}"
    (small_disk / "insight.db").write_bytes(sqlite_template.read_bytes())
    with serving(settings, predictor, url) as address, Run(lambda: address) as run:
        run.more()
        filling = small_disk / "filling"
        with suppress(OSError), filling.open("wb", buffering=0) as file:
            while True:
                file.write(b"0" * 4096)
        wait_until(lambda: run.refused or run.unexpected, 30)
        filling.unlink()
        run.more()
    check(run, url)


def test_a_postgresql_that_restarts_is_survived(
    settings: Settings, predictor: Predictor, postgres: PostgresServer, postgres_url: str
) -> None:
    with serving(settings, predictor, postgres_url) as address, Run(lambda: address) as run:
        run.more()
        postgres.stop("fast")
        wait_until(lambda: run.refused or run.unexpected, 30)
        postgres.start()
        run.more()
    check(run, postgres_url)


# The process


@dataclass
class Process:
    """The service in a process of its own, which may be started again at the same database."""

    model: Path
    url: str
    address: str = ""

    def start(self) -> None:
        own = {"INSIGHT_DATABASE": self.url, "INSIGHT_THREADS": "1", "INSIGHT_LOG_LEVEL": "error", "INSIGHT_DRAIN_SECONDS": "0"}
        command = [sys.executable, "-m", "insight_classifier", "serve", "--model", str(self.model), "--port", "0"]
        self.process = subprocess.Popen(command, env={**os.environ, **own}, stderr=subprocess.PIPE, text=True)
        assert self.process.stderr
        self.address = self.process.stderr.readline().split(" at ")[1].split()[0]

    def end(self, number: int) -> None:
        self.process.send_signal(number)
        self.process.wait(60)
        assert self.process.stderr
        self.process.stderr.close()


@pytest.mark.slow
def test_a_process_that_is_killed_in_mid_run_has_stored_what_it_answered_for(tiny_model: Path, database_url: str) -> None:
    _end_in_mid_run(tiny_model, database_url, signal.SIGKILL)


@pytest.mark.slow
def test_a_process_that_is_told_to_end_in_mid_run_has_stored_what_it_answered_for(tiny_model: Path, sqlite_url: str) -> None:
    _end_in_mid_run(tiny_model, sqlite_url, signal.SIGTERM)


def _end_in_mid_run(model: Path, url: str, number: int) -> None:
    service = Process(model, url)
    service.start()
    with Run(lambda: service.address) as run:
        run.more(seconds=120)
        service.end(number)
        assert run.answered.keys() <= stored(url).keys()
        service.start()
        run.more(seconds=120)
    service.end(signal.SIGTERM)
    check(run, url)
