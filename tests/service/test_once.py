"""A request under a key is answered and on record once, and its answer keeps no words that erasure cannot find."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from sqlalchemy import Connection, func, select
from starlette.testclient import TestClient

from insight_classifier.predictor import Predictor
from service.app import create_app
from service.database import Base, Database, now
from service.errors import RequestError, StorageUnavailable
from service.notes.store import keep
from service.once import LEASE_OVER_DEADLINE, Asked, Once
from service.recording import Result, Then
from service.settings import Settings
from tests.service.conftest import HARM
from tests.service.notes.made import delivery

ASKED = Asked("key1", "k1", "h1")


def form(results: Sequence[Result]) -> bytes:
    return b"{}"


async def untaken(problem: StorageUnavailable) -> Exception:
    return problem


async def stored(database: Database, then: Then | None) -> bytes:
    def write(connection: Connection) -> None:
        keep(connection, delivery("one", None), now())
        assert then
        then(connection, [{"id": "1"}])

    await database.write_async(write)
    return b"{}"


@pytest.mark.anyio
async def test_of_a_request_and_its_repeat_that_took_over_one_is_on_record(database: Database):
    once = Once(database, -LEASE_OVER_DEADLINE.total_seconds())  # a lease that has ended when it begins

    async def slow(then: Then | None) -> bytes:
        await once(ASKED, form, lambda later: stored(database, later), untaken)
        return await stored(database, then)

    with pytest.raises(RequestError) as refused:
        await once(ASKED, form, slow, untaken)
    assert refused.value.code == "idempotency_in_progress"
    with database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(Base.metadata.tables["notes"])) == 1


HERE = {"base_url": "http://127.0.0.1:8000", "client": ("127.0.0.1", 50000)}
KEY = {"Idempotency-Key": "k1"}
JUDGED, NO_NOTE = {"Id": "a1", "Summary_vod__c": HARM}, {"Id": "a2", "Other__c": HARM}
VEEVA = "/v1/score/veeva_crm_insight"


@pytest.fixture
def kept(settings: Settings, predictor: Predictor, database: Database) -> Iterator[TestClient]:
    with TestClient(create_app(settings, predictor, database=database), **HERE) as client:  # type: ignore[arg-type]
        yield client


def rows_of(database: Database, table: str) -> int:
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(Base.metadata.tables[table])) or 0


@pytest.mark.parametrize("named", [{"headers": KEY, "json": JUDGED}, {"json": {"records": [JUDGED], "client_request_id": "k1"}}])
def test_records_of_a_crm_are_answered_once_to_the_byte(named: dict[str, Any], kept: TestClient, database: Database) -> None:
    first, second = kept.post(VEEVA, **named), kept.post(VEEVA, **named)
    assert (second.content, second.headers["Idempotency-Replayed"]) == (first.content, "true")
    assert kept.post(f"{VEEVA}?rows=text", **named).json()["code"] == "idempotency_key_reused"
    assert rows_of(database, "judgements") == 1


def test_csv_without_ids_is_on_record_once(kept: TestClient, database: Database) -> None:
    for _ in range(2):
        kept.post(
            "/v1/score/csv", content=b"text\nShe asked for renal data.\n", headers={"Content-Type": "text/csv", **KEY}
        ).raise_for_status()
    assert rows_of(database, "notes") == 1


HALF_REFUSED = {"notes": [{"id": "a1", "text": HARM}, {"id": "a2", "text": HARM, "odd": 1}]}


@pytest.mark.parametrize(("path", "body", "part"), [("/v1/score/batch", HALF_REFUSED, "results"), (VEEVA, [JUDGED, NO_NOTE], "failures")])
def test_the_words_of_a_record_that_is_no_note_are_not_kept_with_the_answer(path: str, body: object, part: str, kept: TestClient) -> None:
    first, second = (kept.post(path, json=body, headers=KEY).json()[part][-1] for _ in range(2))
    quoted = [span for check in first["flags"].values() for span in check["evidence"]]
    again = [span for check in second["flags"].values() for span in check["evidence"]]
    assert len([span for span in quoted if span["text"]]) > 0
    assert again == [{**span, "text": ""} for span in quoted]


def test_nothing_of_a_refused_record_is_left_once_its_author_is_erased(kept: TestClient, database: Database) -> None:
    notes = [
        {"id": "a1", "text": "Fine.", "metadata": {"author": "m1"}},
        {"id": "a2", "text": HARM, "odd": 1, "metadata": {"author": "m1"}},
    ]
    kept.post("/v1/score/batch", json={"notes": notes}, headers=KEY).raise_for_status()
    assert kept.delete("/v1/notes?author=m1").json()["erased"] == 1
    with database.read() as connection:
        answers = connection.scalars(select(Base.metadata.tables["idempotency_keys"].c.answer)).all()
    assert not [answer for answer in answers if answer and b"jaundice" in answer]


def test_two_keys_are_refused(kept: TestClient) -> None:
    answer = kept.post("/v1/score", json={"text": "Fine."}, headers=[("Idempotency-Key", "a"), ("Idempotency-Key", "b")])  # type: ignore[arg-type]
    assert answer.json()["code"] == "invalid_idempotency_key"
