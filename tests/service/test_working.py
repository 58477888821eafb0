"""Bulk jobs of a service: a file goes in over HTTP, every note ends on record, and words go with their note."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from service.app import create_app
from service.database import Database
from service.settings import Settings
from tests.service.conftest import HARM, wait_until

HERE = {"base_url": "http://127.0.0.1:8000", "client": ("127.0.0.1", 50000)}
NOTE = '{"id": "a1", "text": "She will not start it before she has seen renal data."}'
LINES = "\n".join([NOTE, "no json", f'{{"id": "h1", "text": "{HARM}"}}'])


@pytest.fixture
def kept(settings, predictor, database: Database) -> Iterator[TestClient]:
    with TestClient(create_app(settings, predictor, database=database), **HERE) as client:
        yield client


def made(client: TestClient) -> str:
    answer = client.post("/v1/jobs", content=LINES, headers={"Content-Type": "application/x-ndjson"})
    assert answer.status_code == 202, answer.text
    return str(answer.headers["Location"])


def test_a_file_is_judged_and_every_note_is_on_record(kept: TestClient):
    job = made(kept)
    wait_until(lambda: kept.get(job).json()["state"] == "finished")
    results, errors = (kept.get(f"{job}/{kind}").text.splitlines() for kind in ("results", "errors"))
    assert (len(results), len(errors)) == (2, 1)
    assert kept.post("/v1/score", json={"id": "h1", "text": HARM}).json()["note_id"] in results[1]
    assert "h1" in [item["record_id"] for item in kept.get("/v1/safety/items").json()["items"]]


def test_an_erased_note_is_gone_from_the_files(kept: TestClient):
    job = made(kept)
    wait_until(lambda: kept.get(job).json()["state"] == "finished")
    assert "jaundice" in kept.get(f"{job}/results").text
    kept.delete(f"/v1/notes/{kept.post('/v1/score', json={'id': 'h1', 'text': HARM}).json()['note_id']}")
    assert "jaundice" not in kept.get(f"{job}/results").text


def test_a_service_without_a_worker_only_takes_jobs_in(settings: Settings, predictor, database: Database):
    with TestClient(create_app(settings.model_copy(update={"jobs_worker": False}), predictor, database=database), **HERE) as client:
        job = made(client)
        assert client.get(job).json()["state"] == "queued"
