"""The one way in: nobody is told of another's notes, nothing is counted twice, and no hit is lost on the way."""

import asyncio
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
from service.safety.tables import Item
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
