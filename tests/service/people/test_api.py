"""Keys over HTTP."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from service.people.shapes import IssuedKey, KeyList
from tests.service.people.conftest import House, bearer

WISH = {"name": "Veeva EMEA", "scopes": ["score"], "quota": 50}


@pytest.fixture
def admin(house: House) -> dict[str, str]:
    return bearer(house.key("admin", name="Admin"))


def create(client: TestClient, admin: dict[str, str], **change: Any) -> dict[str, Any]:
    answer = client.post("/v1/keys", json={**WISH, **change}, headers=admin)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_new_key_is_shown_once_and_works_at_once(client: TestClient, admin: dict[str, str]) -> None:
    issued = create(client, admin)
    IssuedKey.model_validate(issued)
    assert issued["secret_key"] == f"{issued['client_id']}_{issued['client_secret']}"
    assert client.post("/v1/score", headers=bearer(issued["secret_key"])).json()["source"] == "veeva-emea"
    listed = client.get("/v1/keys", headers=admin)
    assert issued["client_secret"] not in listed.text
    KeyList.model_validate(listed.json())


def test_the_list_tells_state_and_use(client: TestClient, admin: dict[str, str], house: House) -> None:
    issued = create(client, admin, expires_days=1)
    client.post("/v1/score?notes=7", headers=bearer(issued["secret_key"]))
    client.portal.call(house.quota._store)
    key = next(k for k in client.get("/v1/keys", headers=admin).json()["keys"] if k["id"] == issued["client_id"])
    assert (key["status"], key["notes_today"], key["quota"], key["last_used_at"]) == ("active", 7, 50, "2026-03-01T12:00:00+00:00")
    house.clock.move(days=1)
    states = {k["name"]: k["status"] for k in client.get("/v1/keys", headers=admin).json()["keys"]}
    assert states == {"Admin": "active", "Veeva EMEA": "expired"}


def test_a_rotated_key_goes_on_for_the_overlap_and_shares_the_quota(client: TestClient, admin: dict[str, str], house: House) -> None:
    old = create(client, admin)
    new = client.post(f"/v1/keys/{old['client_id']}/rotate", json={"overlap_hours": 2}, headers=admin).json()
    assert client.post("/v1/score?notes=30", headers=bearer(old["secret_key"])).status_code == 200
    assert client.post("/v1/score?notes=30", headers=bearer(new["secret_key"])).status_code == 429
    house.clock.move(hours=2)
    assert client.post("/v1/score", headers=bearer(old["secret_key"])).status_code == 401
    assert client.post("/v1/score", headers=bearer(new["secret_key"])).status_code == 200


def test_a_revoked_key_ends_here_at_once(client: TestClient, admin: dict[str, str]) -> None:
    issued = create(client, admin)
    assert client.post("/v1/score", headers=bearer(issued["secret_key"])).status_code == 200
    answer = client.delete(f"/v1/keys/{issued['client_id']}", headers=admin)
    assert (answer.status_code, answer.json()["status"]) == (200, "revoked")
    assert client.post("/v1/score", headers=bearer(issued["secret_key"])).status_code == 401


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"scopes": ["write"]}, "invalid_request", "write: no scope"),
        ({"scopes": []}, "invalid_request", "scopes"),
        ({"scopes": "score"}, "invalid_request", "scopes"),
        ({"name": None}, "invalid_request", "name"),
        ({"colour": "red"}, "unknown_key", "colour: no key of this request: use name, source"),
        ({"quota": True}, "invalid_request", "quota"),
        ({"expires_days": 0}, "invalid_request", "expires_days"),
        ({"source": "A B"}, "invalid_request", "source"),
    ],
)
def test_a_wrong_wish_is_told(refusing: TestClient, change: dict[str, Any], code: str, words: str) -> None:
    answer = refusing.post("/v1/keys", json={**WISH, **change})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert words in answer.json()["detail"]


@pytest.mark.parametrize("body", [[], 1, {}, "x"])
def test_a_wrong_body_is_told(refusing: TestClient, body: object) -> None:
    assert refusing.post("/v1/keys", json=body).status_code == 422


@pytest.mark.parametrize("hours", [-1, 1e9, "a"])
def test_a_wrong_overlap_is_told(refusing: TestClient, hours: object) -> None:
    answer = refusing.post("/v1/keys/ic_live_x/rotate", json={"overlap_hours": hours})
    assert answer.status_code == 422


def test_an_unknown_key_is_told(client: TestClient, admin: dict[str, str]) -> None:
    assert client.delete("/v1/keys/ic_live_nothing", headers=admin).json()["code"] == "key_not_found"
    assert client.post("/v1/keys/ic_live_nothing/rotate", json={}, headers=admin).status_code == 404


def test_a_key_that_ended_is_not_rotated(client: TestClient, admin: dict[str, str]) -> None:
    key_id = create(client, admin)["client_id"]
    client.delete(f"/v1/keys/{key_id}", headers=admin)
    answer = client.post(f"/v1/keys/{key_id}/rotate", json={}, headers=admin)
    assert (answer.status_code, answer.json()["code"]) == (409, "key_ended")


def test_keys_are_for_administrators(client: TestClient, house: House) -> None:
    headers = bearer(house.key("score", "read", "jobs", "review"))
    assert [client.request(m, "/v1/keys", headers=headers).status_code for m in ("GET", "POST")] == [403, 403]
    assert client.delete("/v1/keys/x", headers=headers).status_code == 403
