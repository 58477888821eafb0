"""The door of a real application: who comes in, with a key, without one, and beyond a quota."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from service.app import create_app
from service.database import Database, now
from service.people.credentials import new_key
from service.people.rules import checked
from service.people.store import add_key

NOTE = {"text": "She will not start it before she has seen renal data."}
HERE = {"base_url": "http://127.0.0.1:8000", "client": ("127.0.0.1", 50000)}


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    with Database(sqlite_url) as database:
        yield database


def make_key(database: Database, *scopes: str, quota: int | None = None) -> dict[str, str]:
    credential, wish = new_key(), checked("CRM", None, scopes, at=now(), quota=quota)
    database.write(lambda c: add_key(c, wish, credential, who="test", at=now()))
    return {"Authorization": f"Bearer {credential.text}"}


def test_without_any_key_this_machine_may_call_and_others_may_not(settings, predictor, database: Database):
    app = create_app(settings, predictor, database=database)
    with TestClient(app, **HERE) as client:
        assert client.post("/v1/score", json=NOTE).status_code == 200
        assert client.post("/v1/score", json=NOTE, headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 401


def test_once_there_is_a_key_it_is_needed(settings, predictor, database: Database):
    headers = make_key(database, "score")
    with TestClient(create_app(settings, predictor, database=database), **HERE) as client:
        assert client.post("/v1/score", json=NOTE).json()["code"] == "unauthorized"
        assert client.post("/v1/score", json=NOTE, headers=headers).status_code == 200
        assert client.get("/v1/models", headers=headers).json()["code"] == "forbidden"
        assert client.get("/livez").status_code == 200


@pytest.mark.parametrize(
    ("address", "body"), [("/v1/score", NOTE), ("/v1/score/batch", {"notes": [NOTE]}), ("/v1/score/csv", [{"Id": "1", **NOTE}])]
)
def test_beyond_its_quota_a_key_waits_for_tomorrow(settings, predictor, database: Database, address: str, body: object):
    headers = make_key(database, "score", quota=1)
    with TestClient(create_app(settings, predictor, database=database), **HERE) as client:
        assert client.post(address, json=body, headers=headers).status_code == 200
        refused = client.post(address, json=body, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (429, "quota_exceeded")
    assert refused.json()["retry_after_seconds"] == int(refused.headers["Retry-After"])
