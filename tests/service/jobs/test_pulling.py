"""Files that are pulled: only from hosts that are allowed, never by a detour into a private network."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from service.database import Database
from service.errors import RequestError
from service.jobs.files import sizes
from service.jobs.pulling import PullFailed, Source, checked_source, pull
from service.jobs.rules import INPUT, Limits, new_id
from service.jobs.store import Wish, add_job
from service.people.credentials import new_key
from service.people.quota import charge_key
from service.people.rules import checked
from service.people.store import add_key
from service.people.usage import notes_on
from tests.service.jobs.made import AT, OWNER, Desk, ndjson, row, said, work

FILE = ndjson(7)


@dataclass
class Host:
    """A real host of files, and what it answers."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = FILE
    port: int = 0
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/notes.ndjson?signature=secret"

    @property
    def limits(self) -> Limits:
        return Limits(hosts=frozenset({f"127.0.0.1:{self.port}"}), largest=50_000, chunk_notes=3)

    @contextmanager
    def serving(self) -> Iterator[None]:
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host.asked.append(self.path)
                self.send_response(host.status)
                for name, value in {"Content-Length": str(len(host.body)), **host.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(host.body)

            def log_message(self, *words: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()
        server.server_close()


@pytest.fixture
def host() -> Iterator[Host]:
    made = Host()
    with made.serving():
        yield made


def pulled(host: Host) -> bytes:
    got: list[bytes] = []
    pull(checked_source(host.url, host.limits), host.limits, got.append)
    return b"".join(got)


def make_pull(database: Database, url: str, key_id: str = OWNER) -> str:
    wish = Wish(new_id(AT), OWNER, key_id, "veeva", "ndjson", "0" * 64, url=url)
    return str(database.write(lambda connection: add_job(connection, wish, AT)).id)


def test_a_file_is_pulled_and_judged_and_its_address_forgotten(database: Database, desk: Desk, host: Host, tmp_path: Path):
    job_id = make_pull(database, host.url)
    work(database, desk, limits=host.limits)
    ended = row(database, job_id)
    assert (ended.state, ended.total, ended.done, ended.url) == ("finished", 7, 7, None)
    assert (len(said(database)), len(host.asked)) == (7, 1)


def test_a_pull_that_was_broken_off_begins_anew(database: Database, desk: Desk, host: Host, monkeypatch):
    job_id = make_pull(database, host.url)
    true_write, cut_short = database.write, []

    def die_before_the_chunks_may_be_judged(function):
        if isinstance(function, partial) and function.func.__name__ == "_received" and not cut_short:
            cut_short.append(function)
            raise RuntimeError("killed here")
        return true_write(function)

    monkeypatch.setattr(database, "write", die_before_the_chunks_may_be_judged)
    work(database, desk, limits=host.limits)
    with database.read() as connection:
        connection.exec_driver_sql("SELECT 1")
    true_write(lambda c: c.exec_driver_sql("UPDATE job_tasks SET lease_until = NULL") and None)
    work(database, desk, limits=host.limits)
    assert (row(database, job_id).done, len(cut_short), len(said(database))) == (7, 1, 7)


@pytest.mark.parametrize(
    ("status", "headers", "body", "told"),
    [
        (302, {"Location": "http://169.254.169.254/latest/meta-data"}, b"", "redirects are not followed"),
        (403, {}, b"denied", "answered 403"),
        (200, {"Content-Length": "60000"}, b"", "larger than 50,000 bytes"),
        (200, {"Transfer-Encoding": "identity", "Content-Length": "9000"}, b"short", "broke off"),
    ],
)
def test_what_a_host_does_wrong_is_told(host: Host, status: int, headers: dict[str, str], body: bytes, told: str):
    host.status, host.headers, host.body = status, headers, body
    with pytest.raises(PullFailed, match=told):
        pulled(host)
    assert len(host.asked) == 1


def test_a_job_whose_file_cannot_be_had_fails_and_says_why(database: Database, desk: Desk, host: Host):
    host.status = 404
    job_id = make_pull(database, host.url)
    work(database, desk, limits=host.limits)
    ended = row(database, job_id)
    assert (ended.state, ended.error_code, ended.error_detail) == ("failed", "job_source_failed", "The host answered 404")
    assert [(event["state"], event["error_code"]) for event in desk.events] == [("failed", "job_source_failed")]
    assert ended.url is None


def test_a_file_that_unpacks_to_too_much_fails_the_job(database: Database, desk: Desk, host: Host):
    import gzip

    host.body = gzip.compress(b" " * 10_000_000)
    job_id = make_pull(database, host.url)
    work(database, desk, limits=host.limits)
    assert (row(database, job_id).state, row(database, job_id).error_code) == ("failed", "body_too_large")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://elsewhere.com/a", "none of those"),
        ("https://127.0.0.1/a", "none of those"),
        ("http://files.example.com/a", "https://"),
        ("https://user:word@files.example.com/a", "without a user"),
        ("https://files.example.com:99999/a", "cannot be read"),
        ("file:///etc/passwd", "none of those"),
    ],
)
def test_an_address_that_is_not_allowed_is_refused(url: str, told: str):
    with pytest.raises(RequestError, match=told) as refused:
        checked_source(url, Limits(hosts=frozenset({"files.example.com"})))
    assert refused.value.code == "job_source_refused"


def test_without_allowed_hosts_nothing_is_pulled():
    with pytest.raises(RequestError, match="from nowhere"):
        checked_source("https://files.example.com/a", Limits())


def test_an_allowed_name_that_leads_into_the_private_network_is_refused():
    source = Source("https://files.example.com/a", "files.example.com", literal=False)
    with pytest.raises(PullFailed, match="private network"):
        pull(source, Limits(), lambda data: None, resolve=lambda name, port: ["127.0.0.1"])


def test_a_pulled_file_counts_for_the_day_of_the_key_that_asked_for_it_once(database: Database, desk: Desk, host: Host):
    made = make_key(database, quota=20)
    for _ in range(2):
        make_pull(database, host.url, made.id)
    work(database, desk, limits=host.limits, charge=partial(charge_key, default=None, now=lambda: AT))
    with database.read() as connection:
        assert notes_on(connection, made.lineage, AT.date()) == 14


def test_a_pulled_file_that_is_too_much_for_the_day_fails_and_neither_counts_nor_stays(database: Database, desk: Desk, host: Host):
    made = make_key(database, quota=6)
    job_id = make_pull(database, host.url, made.id)
    work(database, desk, limits=host.limits, charge=partial(charge_key, default=None, now=lambda: AT))
    ended = row(database, job_id)
    assert (ended.state, ended.error_code, said(database)) == ("failed", "quota_exceeded", [])
    assert "may send 6 notes a day, 6 are left and this request brings 7" in ended.error_detail
    with database.read() as connection:
        assert notes_on(connection, made.lineage, AT.date()) == 0
        assert sizes(connection, job_id, INPUT) == []


def make_key(database: Database, quota: int) -> Any:
    wish = checked("Veeva", "veeva", ["jobs"], at=AT, quota=quota)
    return database.write(lambda connection: add_key(connection, wish, new_key(), who="me", at=AT))
