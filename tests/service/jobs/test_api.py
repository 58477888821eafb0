"""Jobs over HTTP, behind the guard, on databases of both kinds."""

import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from insight_classifier.errors import InsightError
from service.answers import answer_error
from service.database import Database, now
from service.edge import Edge
from service.errors import LimitReached
from service.jobs.api import job_routes
from service.jobs.files import sweep
from service.jobs.rules import Limits
from service.jobs.store import erase
from service.people.addresses import Addresses
from service.people.credentials import new_key
from service.people.guard import Gate, Guard
from service.people.keyring import Keyring
from service.people.rate import Rates
from service.people.rules import checked
from service.people.store import add_key
from tests.service.jobs.made import Clock, Desk, ndjson, parsed, work

NDJSON = {"Content-Type": "application/x-ndjson"}
FILE = ndjson(7)


@dataclass
class Office:
    """The routes, as the service wires them, and two CRMs with a key each."""

    database: Database
    desk: Desk
    limits: Limits
    quota: int = 1000
    clock: Clock = field(default_factory=lambda: Clock(now()))

    def __post_init__(self) -> None:
        app = FastAPI()
        app.include_router(
            job_routes(
                self.database, self.desk.predictor.definition, self.limits, emit=self.desk.emit, charge=self.charge, clock=self.clock
            )
        )
        gate = Gate(Keyring(self.database), Rates(600), listening="127.0.0.1")
        app.add_middleware(Guard, gate=gate, addresses=Addresses({"/v1/jobs": "jobs"}))
        app.add_middleware(Edge)
        app.add_exception_handler(InsightError, answer_error)
        self.http = TestClient(app, base_url="http://127.0.0.1")
        self.mine, self.theirs, self.admin = self.key("Veeva", "jobs"), self.key("Other", "jobs"), self.key("Boss", "jobs", "admin")

    async def charge(self, request: Any, notes: int) -> None:
        if notes > self.quota:
            raise LimitReached("No notes left for today.", "quota_exceeded")

    def key(self, name: str, *scopes: str) -> dict[str, str]:
        credential, wish = new_key(), checked(name, None, scopes, at=now())
        self.database.write(lambda connection: add_key(connection, wish, credential, who="test", at=now()))
        return {"Authorization": f"Bearer {credential.text}"}

    def post(self, content: bytes, headers: dict[str, str] = NDJSON, path: str = "/v1/jobs", **more: str) -> Any:
        return self.http.post(path, content=content, headers={**self.mine, **headers, **more})

    def get(self, path: str, **headers: str) -> Any:
        return self.http.get(path, headers={**self.mine, **headers})

    def ended(self, content: bytes = FILE, **more: Any) -> str:
        """The address of a job that was worked off."""
        job_id = self.post(content, **more).json()["id"]
        work(self.database, self.desk, limits=self.limits, clock=self.clock)
        return f"/v1/jobs/{job_id}"

    def leftovers(self) -> int:
        """Files on the disk that nobody takes away."""
        assert self.limits.folder
        return len(list(self.limits.folder.iterdir()))


@pytest.fixture
def office(database: Database, desk: Desk, tmp_path: Path) -> Iterator[Office]:
    folder = tmp_path / "spool"
    folder.mkdir()
    made = Office(database, desk, Limits(largest=200_000, folder=folder, chunk_notes=3, hosts=frozenset({"files.example.com"})))
    yield made
    assert made.leftovers() == 0


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_file_becomes_a_job_and_its_results_can_be_fetched(office: Office):
    answer = office.post(FILE)
    assert (answer.status_code, answer.headers["location"]) == (202, f"/v1/jobs/{answer.json()['id']}")
    assert {key: answer.json()[key] for key in ("state", "total", "done", "failed", "source")} == {
        "state": "queued", "total": 7, "done": 0, "failed": 0, "source": "veeva",
    }  # fmt: skip
    work(office.database, office.desk)
    job = office.get(answer.headers["location"]).json()
    results = office.get(job["results"]["url"])
    assert [line["id"] for line in parsed(results.content)] == [f"n{i:05}" for i in range(7)]
    assert (job["results"]["lines"], job["results"]["bytes"]) == (7, len(results.content))
    assert job["results"]["sha256"] == hashlib.sha256(results.content).hexdigest()
    assert results.headers["etag"] == f'"{job["results"]["sha256"]}"'
    assert office.get(job["errors"]["url"]).content == b""


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (b'id,text\na,"Dosing was asked about."\nb,"Safety, too."\n', {"Content-Type": "text/csv"}),
        (
            json.dumps({"notes": [{"id": "a", "text": "Dosing."}, {"id": "b", "text": "Safety."}]}).encode(),
            {"Content-Type": "application/json"},
        ),
        (gzip.compress(ndjson(2)), {**NDJSON, "Content-Encoding": "gzip"}),
    ],
)
def test_other_formats_are_read_too(office: Office, content: bytes, headers: dict[str, str]):
    job = office.get(office.ended(content, headers=headers)).json()
    assert (job["state"], job["total"], job["done"]) == ("finished", 2, 2)


def test_another_column_may_hold_the_note(office: Office):
    address = office.ended(
        b"id,remarks\na,Dosing was asked about.\n", headers={"Content-Type": "text/csv"}, path="/v1/jobs?text_column=remarks"
    )
    assert office.get(address).json()["done"] == 1


def test_the_same_key_makes_no_second_job(office: Office):
    first, again = (office.post(FILE, **{"Idempotency-Key": "a"}) for _ in range(2))
    assert (again.status_code, again.json()["id"]) == (202, first.json()["id"])
    assert code(office.post(ndjson(1), **{"Idempotency-Key": "a"})) == (422, "idempotency_key_reused")
    others = office.http.post("/v1/jobs", content=FILE, headers={**office.theirs, **NDJSON, "Idempotency-Key": "a"})
    assert others.json()["id"] != first.json()["id"]


@pytest.mark.parametrize(
    ("content", "headers", "expected"),
    [
        (b"", NDJSON, (422, "invalid_request")),
        (b"{}", {"Content-Type": "application/xml"}, (415, "unsupported_media_type")),
        (FILE, {**NDJSON, "Content-Encoding": "br"}, (415, "unsupported_media_type")),
        (b"a,b\n1,2\n", {"Content-Type": "text/csv"}, (400, "bad_request")),
        (b'{"notes": [{"text": "a"}, ', {"Content-Type": "application/json"}, (400, "invalid_json")),
        (b'{"noted": []}', {"Content-Type": "application/json"}, (422, "missing_key")),
        (b"x" * 200_001, NDJSON, (413, "body_too_large")),
        (gzip.compress(b" " * 200_001), {**NDJSON, "Content-Encoding": "gzip"}, (413, "body_too_large")),
        (gzip.compress(FILE)[:-10], NDJSON, (400, "bad_request")),
        (b"\x1f\x8b" + b"no gzip", NDJSON, (400, "bad_request")),
        (b'{"url": "https://files.example.com/a", "format": "xls"}', {"Content-Type": "application/json"}, (422, "invalid_request")),
        (b'{"url": "https://elsewhere.com/a", "format": "csv"}', {"Content-Type": "application/json"}, (422, "job_source_refused")),
    ],
)
def test_what_cannot_be_taken_is_refused_and_leaves_nothing(
    office: Office, content: bytes, headers: dict[str, str], expected: tuple[int, str]
):
    assert code(office.post(content, headers)) == expected
    assert office.get("/v1/jobs").json() == {"jobs": []}
    assert "/tmp" not in office.post(content, headers).text


def test_a_file_beyond_the_quota_is_refused(office: Office):
    office.quota = 6
    assert code(office.post(FILE)) == (429, "quota_exceeded")
    assert office.get("/v1/jobs").json() == {"jobs": []}


def test_a_job_is_seen_by_its_own_key_and_by_administrators(office: Office):
    address = office.ended()
    for path in (address, f"{address}/results"):
        assert code(office.http.get(path, headers=office.theirs)) == (404, "job_not_found")
    assert office.http.get(address, headers=office.admin).status_code == 200
    assert office.http.get("/v1/jobs", headers=office.theirs).json() == {"jobs": []}
    assert len(office.http.get("/v1/jobs", headers=office.admin).json()["jobs"]) == 1


def test_the_list_goes_page_by_page_while_jobs_arrive(office: Office):
    made = []
    for _ in range(5):
        office.clock.move(seconds=1)
        made.append(office.post(ndjson(1)).json()["id"])
    first = office.get("/v1/jobs?limit=3").json()
    office.clock.move(seconds=1)
    office.post(ndjson(1))
    rest = office.get(f"/v1/jobs?limit=3&cursor={first['next_cursor']}").json()
    assert [job["id"] for job in first["jobs"] + rest["jobs"]] == made[::-1]
    assert "next_cursor" not in rest


def test_a_cancelled_job_keeps_what_was_judged(office: Office):
    address = f"/v1/jobs/{office.post(FILE).json()['id']}"
    work(office.database, office.desk, turns=1)
    cancelled = office.http.post(f"{address}/cancel", headers=office.mine).json()
    assert (cancelled["state"], cancelled["done"], "results" in cancelled) == ("cancelled", 3, False)
    assert code(office.get(f"{address}/results")) == (409, "job_not_ended")
    work(office.database, office.desk)
    assert len(parsed(office.get(f"{address}/results").content)) == 3
    assert office.http.post(f"{address}/cancel", headers=office.mine).json()["state"] == "cancelled"
    assert len(office.desk.events) == 1


def test_files_expire_and_are_swept_away(office: Office):
    address = office.ended()
    office.clock.move(days=8)
    assert code(office.get(f"{address}/results")) == (410, "job_expired")
    assert "results" not in office.get(address).json()
    swept = office.database.write(lambda connection: sweep(connection, office.clock()))
    again = office.database.write(lambda connection: sweep(connection, office.clock()))
    assert swept > 0
    assert again == 0
    assert office.get(address).json()["done"] == 7


def test_a_deleted_job_is_gone_at_once_and_its_contents_soon(office: Office):
    address = office.ended(**{"Idempotency-Key": "a"})
    assert office.http.delete(address, headers=office.mine).json()["state"] == "finished"
    assert code(office.get(address)) == (404, "job_not_found")
    while office.database.write(lambda connection: sweep(connection, office.clock())):
        pass
    with office.database.read() as connection:
        for table in ("jobs", "job_tasks", "job_pieces", "job_notes"):
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == 0
    assert office.post(FILE, **{"Idempotency-Key": "a"}).status_code == 202


def test_an_erased_note_leaves_the_files(office: Office):
    address = office.ended()
    before = office.get(address).json()["results"]
    assert office.database.write(lambda connection: erase(connection, ["note-n00002", "note-n00003", "unknown"])) == 2
    assert code(office.get(f"{address}/results")) == (409, "job_not_ended")
    work(office.database, office.desk)
    after = office.get(address).json()["results"]
    lines = parsed(office.get(f"{address}/results").content)
    assert lines[2] == {"line": 3, "error": {"code": "note_erased", "detail": "the note was erased after it was judged"}}
    assert (after["sha256"] != before["sha256"], len(lines), lines[4]["id"]) == (True, 7, "n00004")
    assert len(office.desk.events) == 1


@pytest.mark.parametrize(
    ("asked", "part"), [("bytes=0-9", slice(0, 10)), ("bytes=5000-", slice(5000, None)), ("bytes=-7", slice(-7, None))]
)
def test_a_part_of_a_file_can_be_asked_for(office: Office, asked: str, part: slice):
    address = f"{office.ended()}/results"
    whole = office.get(address).content
    answer = office.get(address, Range=asked)
    assert (answer.status_code, answer.content) == (206, whole[part])
    assert office.get(address, **{"If-None-Match": answer.headers["etag"]}).status_code == 304
    assert code(office.get(address, Range=f"bytes={len(whole)}-")) == (416, "range_not_satisfiable")


def test_the_end_of_a_running_job_is_estimated(office: Office):
    address = f"/v1/jobs/{office.post(FILE).json()['id']}"
    begun = office.clock()
    work(office.database, office.desk, turns=1, clock=office.clock)
    office.clock.move(seconds=30)
    job = office.get(address).json()
    assert (job["state"], job["done"]) == ("running", 3)
    assert job["estimated_end_at"][:19] == (begun + timedelta(seconds=70)).isoformat()[:19]


def test_results_come_as_plain_text_for_whoever_reads_no_other(office: Office):
    address = office.ended()
    lines, text = office.get(f"{address}/results"), office.get(f"{address}/results?media=text")
    assert (lines.headers["content-type"], text.headers["content-type"]) == ("application/x-ndjson", "text/plain; charset=utf-8")
    assert text.content == lines.content
    assert code(office.get(f"{address}/results?media=xml")) == (422, "invalid_request")
