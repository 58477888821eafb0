"""A service with a database: what callers send is on record before they are answered, once, and the safety desk hears of harm."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from insight_classifier.predictor import load_predictor
from service.app import create_app
from service.database import Base, Database
from service.errors import StorageUnavailable
from service.keeping import Keeping
from service.models.live import Models
from service.once import REPLAYED
from service.scoring import Scorer
from service.watch import unseen
from tests.service.conftest import HARM, deciding, wait_until
from tests.service.people.test_door import make_key

NOTE = {"id": "a1", "text": "She will not start it before she has seen renal data.", "metadata": {"author": "msl-7", "hcp": "h-1"}}
HERE = {"base_url": "http://127.0.0.1:8000", "client": ("127.0.0.1", 50000)}
TABLES = Base.metadata.tables


@pytest.fixture
def kept(settings, predictor, database: Database) -> Iterator[TestClient]:
    with serving(settings, predictor, database) as client:
        yield client


@contextmanager
def serving(settings, predictor, database: Database) -> Iterator[TestClient]:
    with TestClient(create_app(settings, predictor, database=database), **HERE) as client:
        yield client


def count(database: Database, table: str) -> int:
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(TABLES[table])) or 0


def failing(*_: object) -> list:
    raise RuntimeError("the model fails")


def test_an_answer_names_the_note_under_which_it_is_on_record(kept: TestClient):
    answer = kept.post("/v1/score", json=NOTE).json()
    history = kept.get(f"/v1/notes/{answer['note_id']}").json()
    assert history["versions"][0]["fields"] == {"text": NOTE["text"]}
    said = history["versions"][0]["judgements"][0]["judgement"]
    assert said == {key: value for key, value in answer.items() if key != "note_id"}


@pytest.mark.parametrize("path", ["/v1/score", "/v1/score/batch"])
def test_a_record_that_comes_twice_is_judged_once(kept: TestClient, database: Database, path: str):
    body = NOTE if path == "/v1/score" else {"notes": [NOTE]}
    first, second = (kept.post(path, json=body).json() for _ in range(2))
    assert first == second
    assert (count(database, "notes"), count(database, "judgements")) == (1, 1)


def test_another_wording_is_another_version_with_its_own_judgement(kept: TestClient, database: Database):
    notes = [kept.post("/v1/score", json={**NOTE, "text": text}).json()["note_id"] for text in ("Asked for the slides.", NOTE["text"])]
    assert notes[0] == notes[1]
    assert (count(database, "notes"), count(database, "note_versions"), count(database, "judgements")) == (1, 2, 2)


def test_a_batch_is_kept_whole_and_its_bad_note_is_not(kept: TestClient, database: Database):
    results = kept.post("/v1/score/batch", json={"notes": [NOTE, {"id": "a2"}, {"text": "No id of its own."}]}).json()["results"]
    assert ["note_id" in result for result in results] == [True, False, True]
    assert count(database, "notes") == 2


def test_harm_becomes_an_item_of_the_safety_desk(kept: TestClient):
    note_id = kept.post("/v1/score", json={"id": "h1", "text": HARM}).json()["note_id"]
    (item,) = kept.get("/v1/safety/items").json()["items"]
    assert (item["note_id"], item["record_id"], item["state"]) == (note_id, "h1", "open")
    assert HARM[:20] not in str(item)


def test_harm_is_on_the_desk_though_the_model_fails(settings, predictor, database: Database):
    with serving(settings, deciding(predictor, failing), database) as client:
        answer = client.post("/v1/score", json={"id": "h1", "text": HARM})
        items = client.get("/v1/safety/items").json()["items"]
    assert (answer.status_code, len(items)) == (500, 1)
    assert (count(database, "notes"), count(database, "judgements")) == (1, 0)


def test_a_failed_note_without_an_id_is_left_to_its_caller(settings, predictor, database: Database):
    with serving(settings, deciding(predictor, failing), database) as client:
        client.post("/v1/score", json={"text": NOTE["text"]})
    assert (count(database, "notes"), count(database, "safety_scans")) == (0, 1)


@pytest.mark.parametrize("times", [1, 2])
def test_a_refused_note_with_harm_is_one_item_however_often_it_comes(kept: TestClient, times: int):
    for _ in range(times):
        assert kept.post("/v1/score", json={"id": "x9", "text": HARM, "colour": 1}).status_code == 422
    assert len(kept.get("/v1/safety/items").json()["items"]) == 1


def test_a_crm_record_that_holds_no_note_is_scanned_onto_the_desk(kept: TestClient):
    kept.post("/v1/score/veeva_crm_insight", json={"records": [{"Summary_vod__c": HARM}]})
    assert len(kept.get("/v1/safety/items").json()["items"]) == 1


@pytest.mark.parametrize("path", ["/v1/score", "/v1/score/batch"])
def test_a_request_under_a_key_is_answered_once(kept: TestClient, database: Database, path: str):
    note = {"text": NOTE["text"]}
    body = note if path == "/v1/score" else {"notes": [note]}
    first, second = (kept.post(path, json=body, headers={"Idempotency-Key": "k1"}) for _ in range(2))
    assert first.content == second.content
    assert (REPLAYED in first.headers, second.headers[REPLAYED]) == (False, "true")
    assert count(database, "notes") == 1


def test_the_key_may_stand_in_the_body(kept: TestClient, database: Database):
    for _ in range(2):
        assert kept.post("/v1/score", json={"text": NOTE["text"], "client_request_id": "k1"}).status_code == 200
    assert count(database, "notes") == 1


@pytest.mark.parametrize(
    ("headers", "member", "code"),
    [
        ({"Idempotency-Key": "k1"}, None, "idempotency_key_reused"),
        ({"Idempotency-Key": "k1"}, "k2", "invalid_idempotency_key"),
        ({}, 7, "invalid_idempotency_key"),
        ({"Idempotency-Key": ""}, None, "invalid_idempotency_key"),
    ],
)
def test_a_wrong_key_is_refused(kept: TestClient, headers: dict[str, str], member: object, code: str):
    kept.post("/v1/score", json={"text": "Another note."}, headers={"Idempotency-Key": "k1"})
    body = {"text": NOTE["text"], **({} if member is None else {"client_request_id": member})}
    answer = kept.post("/v1/score", json=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_after_a_failure_the_key_is_free_again(settings, predictor, database: Database):
    calls: list[int] = []

    def failing_once(notes, findings):
        calls.append(1)
        return failing() if len(calls) == 1 else predictor.judge(notes)

    with serving(settings, deciding(predictor, failing_once), database) as client:
        answers = [client.post("/v1/score", json=NOTE, headers={"Idempotency-Key": "k1"}).status_code for _ in range(2)]
    assert answers == [500, 200]


def test_an_erased_note_is_gone_and_stays_gone(kept: TestClient, database: Database):
    note_id = kept.post("/v1/score", json=NOTE, headers={"Idempotency-Key": "k1"}).json()["note_id"]
    assert kept.delete(f"/v1/notes/{note_id}").json()["erased"] == 1
    again = kept.post("/v1/score", json=NOTE)
    replayed = kept.post("/v1/score", json=NOTE, headers={"Idempotency-Key": "k1"})
    assert [(answer.status_code, answer.json()["code"]) for answer in (again, replayed)] == [(410, "note_erased")] * 2
    assert count(database, "judgements") == 0


def test_what_cannot_be_stored_is_not_answered_and_its_harm_is_told(kept: TestClient, database: Database, monkeypatch):
    async def unavailable(function):
        raise StorageUnavailable("The database is locked.", retry_after=5)

    monkeypatch.setattr(database, "write_async", unavailable)
    answer = kept.post("/v1/score", json={"id": "h1", "text": HARM}).json()
    assert (answer["code"], answer["retry_after_seconds"]) == ("storage_unavailable", 5)
    assert answer["flags"]["adverse_event"]["met"]
    batch = kept.post("/v1/score/batch", json={"notes": [NOTE, {"id": "h1", "text": HARM}]}).json()
    assert [result["error"]["code"] for result in batch["results"]] == ["storage_unavailable"] * 2
    assert batch["results"][1]["flags"]["adverse_event"]["met"]


def test_subscribers_are_told_of_judgements_and_of_harm_without_words(kept: TestClient, database: Database):
    kept.post("/v1/webhooks", json={"url": "https://example.com/hook", "events": ["judgement.created", "safety.flagged"]})
    kept.post("/v1/score", json={"id": "h1", "text": HARM})
    with database.read() as connection:
        told = connection.execute(select(TABLES["webhook_messages"].c.event, TABLES["webhook_messages"].c.data)).all()
    assert sorted(row.event for row in told) == ["judgement.created", "safety.flagged"]
    assert HARM[:15] not in str(told)


def test_a_keys_caller_cannot_write_the_records_of_another_source(settings, predictor, database: Database):
    headers = make_key(database, "score", "read")
    with serving(settings, predictor, database) as client:
        note_id = client.post("/v1/score", json={**NOTE, "metadata": {"source": "other"}}, headers=headers).json()["note_id"]
        assert client.get(f"/v1/notes/{note_id}", headers=headers).json()["source"] == "crm"


def test_the_page_keeps_nothing(kept: TestClient, database: Database):
    assert kept.post("/", data={"text": NOTE["text"]}).status_code == 200
    assert count(database, "notes") == 0


@pytest.mark.anyio
async def test_one_part_that_fails_to_end_does_not_keep_the_others(settings, predictor, database: Database):
    scorer = Scorer(Models(predictor, batch_notes=8, folder=None, load=load_predictor), settings, unseen())
    keeping = Keeping(database, settings, scorer)
    await keeping.start()
    keeping._ends.push_async_callback(_raise)
    with pytest.raises(RuntimeError):
        await keeping.stop()
    assert keeping.deliverer._closing


async def _raise() -> None:
    raise RuntimeError("a bug of ours")


def test_as_many_notes_as_are_set_want_two_people(settings, predictor, database: Database):
    with serving(settings.model_copy(update={"review_double_share": 1.0}), predictor, database) as client:
        client.post("/v1/score", json=NOTE)
        wait_until(lambda: count(database, "review_cards"))
    with database.read() as connection:
        assert connection.scalar(select(TABLES["review_cards"].c.wanted)) == 2
