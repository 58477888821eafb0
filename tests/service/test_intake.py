"""The one way in: nobody is told of another's notes, nothing is counted twice, and no hit is lost on the way."""

import asyncio
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from service.app import create_app
from service.database import Database
from service.errors import Overloaded, StorageUnavailable
from service.intake import Call, Intake
from service.recording import Recorder
from service.safety.tables import Item, ScanRow
from tests.service.conftest import HARM
from tests.service.test_offline import count
from tests.service.test_queued import scorer_of

NOTE = {"id": "a1", "text": "She will not start it before she has seen renal data."}
HARMFUL = {"id": "h1", "text": HARM}
HERE = {"base_url": "http://127.0.0.1:8000", "client": ("127.0.0.1", 50000)}


@pytest.fixture
def kept(settings, predictor, database: Database) -> Iterator[TestClient]:
    with TestClient(create_app(settings, predictor, database=database), **HERE) as client:
        yield client


def refuse_writes(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    shared = StorageUnavailable("The disk is full.", retry_after=5)  # as a group of writes that fails together gets it

    async def unavailable(function: object) -> None:
        raise shared

    monkeypatch.setattr(database, "write_async", unavailable)


def test_callers_whose_writes_fail_together_are_not_told_of_one_anothers_notes(kept: TestClient, database: Database, monkeypatch):
    refuse_writes(database, monkeypatch)
    assert len(kept.post("/v1/score/batch", json={"notes": [HARMFUL, NOTE]}).json()["results"]) == 2
    assert "results" not in kept.post("/v1/score", json=NOTE).json()


RECORD = {"Id": "a2", "Summary_vod__c": HARM}
NO_NOTE = {"Id": "a3", "Other__c": HARM}
VEEVA = "/v1/score/veeva_crm_insight"
KEY = {"Idempotency-Key": "k1"}


@pytest.mark.parametrize(("path", "body"), [("/v1/score", HARMFUL), (VEEVA, RECORD)])
def test_the_harm_in_a_note_is_told_though_its_idempotency_key_cannot_be_asked_for(path, body, kept: TestClient, database, monkeypatch):
    refuse_writes(database, monkeypatch)
    answer = kept.post(path, json=body, headers=KEY)
    assert (answer.status_code, answer.json()["code"], answer.json()["flags"]["adverse_event"]["met"]) == (503, "storage_unavailable", True)


@pytest.mark.parametrize(("path", "body"), [("/v1/score/batch", {"notes": [NOTE, HARMFUL]}), (VEEVA, [RECORD, NO_NOTE])])
@pytest.mark.parametrize("headers", [KEY, {}])
def test_the_harm_in_many_records_is_told_though_nothing_can_be_stored(path, body, headers, kept: TestClient, database, monkeypatch):
    refuse_writes(database, monkeypatch)
    answer = kept.post(path, json=body, headers=headers)
    assert (answer.status_code, answer.json()["code"], len(answer.json()["results"])) == (503, "storage_unavailable", 2)
    assert answer.json()["results"][1]["flags"]["adverse_event"]["met"]


def test_the_harm_in_a_note_is_told_though_the_quota_cannot_be_asked(kept: TestClient, monkeypatch):
    async def charge(*of_whom: object) -> None:
        raise StorageUnavailable("The disk is full.", retry_after=5)

    monkeypatch.setattr("service.people.quota.Quota.charge", charge)
    assert kept.post("/v1/score", json=HARMFUL).json()["flags"]["adverse_event"]["met"]


def overload(kept: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def submit(tasks: object, deadline: float) -> None:
        raise Overloaded("full", retry_after=1)

    monkeypatch.setattr(kept.app.state.scorer.batcher, "submit", submit)  # type: ignore[attr-defined]


def test_a_note_that_cannot_be_taken_now_is_counted_once(kept: TestClient, monkeypatch):
    overload(kept, monkeypatch)
    kept.post("/v1/score", json=HARMFUL)
    assert 'insight_notes_unjudged_total{code="overloaded"} 1.0' in kept.get("/metrics").text


def test_a_batch_that_can_neither_be_judged_nor_stored_is_told_of_each_note(kept: TestClient, database: Database, monkeypatch):
    overload(kept, monkeypatch)
    refuse_writes(database, monkeypatch)
    answer = kept.post("/v1/score/batch", json={"notes": [NOTE, HARMFUL]}).json()
    assert (answer["code"], [result["id"] for result in answer["results"]]) == ("overloaded", ["a1", "h1"])
    assert answer["results"][1]["flags"]["adverse_event"]["met"]


def test_the_harm_in_a_crm_record_that_can_be_neither_read_nor_stored_is_told(kept: TestClient, database: Database, monkeypatch):
    refuse_writes(database, monkeypatch)
    answer = kept.post("/v1/score/veeva_crm_insight", json={"records": [{"Summary_vod__c": HARM}]}).json()
    assert (answer["code"], answer["flags"]["adverse_event"]["met"]) == ("storage_unavailable", True)


@pytest.mark.anyio
async def test_the_desk_hears_of_harm_though_its_caller_leaves_before_it_is_judged(database: Database, predictor, settings, monkeypatch):
    scorer, waiting = scorer_of(predictor, settings), asyncio.Event()

    def submit(tasks: list[object], deadline: float) -> list[Future[object]]:
        waiting.set()
        return [Future() for _ in tasks]

    monkeypatch.setattr(scorer.batcher, "submit", submit)
    recorder = Recorder(database, predictor.definition, due_after=timedelta(hours=24), wake=lambda: None)
    task = asyncio.ensure_future(Intake(scorer, recorder).judge(HARMFUL, Call(scorer.deadline(), "r1")))
    await waiting.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await database.write_async(lambda connection: None)  # what waited before it is written
    scorer.close()
    assert count(database, Item) == 1


@pytest.fixture
def hurried(settings, predictor, database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A service whose time is up while it scans the note s1."""
    monkeypatch.setattr("service.scoring.PIECE_NOTES", 1)
    app = create_app(settings.model_copy(update={"deadline_seconds": 0.4}), predictor, database=database)
    true_scan = app.state.scorer._scanned

    def scan(record: dict[str, str], number: int, serving: object) -> object:
        time.sleep(0.6 if record["id"] == "s1" else 0)
        return true_scan(record, number, serving)

    monkeypatch.setattr(app.state.scorer, "_scanned", scan)
    with TestClient(app, **HERE) as client:
        yield client


def test_what_was_found_before_the_time_was_up_is_told_and_on_the_desk_and_the_rest_is_said_not_to_be_scanned(hurried, database: Database):
    results = hurried.post("/v1/score/batch", json={"notes": [HARMFUL, {**NOTE, "id": "s1"}, NOTE]}).json()["results"]
    assert [result["error"]["code"] for result in results] == ["deadline_exceeded", "not_scanned", "not_scanned"]
    assert results[0]["flags"]["adverse_event"]["met"]
    assert (count(database, Item), count(database, ScanRow)) == (1, 1)  # of what was not scanned nobody says that nothing was found


def test_a_note_that_there_was_no_time_to_scan_is_no_clean_note(hurried):
    answer = hurried.post("/v1/score", json={**NOTE, "id": "s1"})
    assert (answer.status_code, answer.json()["code"], "flags" in answer.json()) == (504, "not_scanned", False)


@pytest.mark.anyio
async def test_the_desk_hears_of_harm_though_its_caller_leaves_while_the_rest_is_scanned(
    database: Database, predictor, settings, monkeypatch
):
    monkeypatch.setattr("service.scoring.PIECE_NOTES", 1)
    scorer, waiting, gate = scorer_of(predictor, settings), threading.Event(), threading.Event()
    true_scan = scorer._scanned

    def scan(record: dict[str, str], number: int, serving: object) -> object:
        if record["id"] == "s1":
            waiting.set()
            gate.wait(5)
        return true_scan(record, number, serving)  # type: ignore[arg-type]

    monkeypatch.setattr(scorer, "_scanned", scan)
    recorder = Recorder(database, predictor.definition, due_after=timedelta(hours=24), wake=lambda: None)
    task = asyncio.ensure_future(Intake(scorer, recorder).judge_all([HARMFUL, {**NOTE, "id": "s1"}], Call(scorer.deadline(), "r1")))
    await asyncio.to_thread(waiting.wait, 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    gate.set()
    await database.write_async(lambda connection: None)
    scorer.close()
    assert count(database, Item) == 1
