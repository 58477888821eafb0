"""Who may call: keys and tokens that count, callers on this machine while there is no key, nobody else."""

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from service.people.credentials import new_key, new_token
from service.people.rules import SCOPES
from service.people.store import revoke_key
from tests.service.people.conftest import HERE, House, bearer

SCORE = "/v1/score"


def test_without_any_key_this_machine_may_do_everything(client: TestClient) -> None:
    assert client.post(SCORE).json() == {"name": "local", "source": "local", "scopes": sorted(SCOPES), "key": "local"}
    assert client.get("/v1/keys").status_code == 200


@pytest.mark.parametrize("header", [{"X-Forwarded-For": "127.0.0.1"}, {"Forwarded": "for=127.0.0.1"}, {"Host": "evil.example"}])
def test_what_came_through_a_proxy_or_a_foreign_page_needs_a_key(client: TestClient, header: dict[str, str]) -> None:
    assert client.post(SCORE, headers=header).status_code == 401


def test_another_machine_needs_a_key(house: House) -> None:
    with TestClient(house.app(), base_url=HERE, client=("10.0.0.9", 50000)) as client:
        assert client.post(SCORE).status_code == 401


def test_a_service_that_listens_to_the_network_needs_a_key(house: House) -> None:
    with TestClient(house.app("0.0.0.0"), base_url=HERE, client=("127.0.0.1", 50000)) as client:
        assert client.post(SCORE).status_code == 401
        assert client.post(SCORE, headers=bearer(house.key())).status_code == 200


def test_the_first_key_ends_the_open_door(client: TestClient, house: House) -> None:
    assert client.post(SCORE).status_code == 200
    credential = house.key(name="Veeva", source="veeva")
    house.clock.move(seconds=6)
    assert client.post(SCORE).status_code == 401
    answer = client.post(SCORE, headers=bearer(credential)).json()
    assert answer == {"name": "Veeva", "source": "veeva", "scopes": ["score"], "key": credential.id}


def test_a_revoked_last_key_does_not_open_the_door_again(client: TestClient, house: House) -> None:
    credential = house.key()
    house.database.write(lambda c: revoke_key(c, credential.id, who="test", at=house.clock.now()))
    assert client.post(SCORE).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [lambda k: {"Authorization": f"Bearer {k}"}, lambda k: {"authorization": f"bearer  {k} "}, lambda k: {"X-API-Key": k}],
)
def test_a_key_may_come_in_two_ways(client: TestClient, house: House, headers) -> None:
    assert client.post(SCORE, headers=headers(house.key().text)).status_code == 200


def test_whatever_is_wrong_the_answer_is_the_same(client: TestClient, house: House) -> None:
    good, revoked, expired = house.key(), house.key(), house.key(days=1)
    house.database.write(lambda c: revoke_key(c, revoked.id, who="test", at=house.clock.now()))
    house.clock.move(days=2)
    wrong = [new_key().text, new_token(), revoked.text, expired.text, good.text + "0", good.text.upper(), good.id, "", "x" * 9000]
    headers = [*map(bearer, wrong), {}, {"Authorization": f"Basic {good.text}"}, {"Authorization": good.text}, {"X-API-Key": b"\xe9"}]
    answers = [client.post(SCORE, headers={**h, "X-Request-Id": "r"}) for h in headers]
    assert {(a.status_code, a.text, a.headers["www-authenticate"]) for a in answers} == {(401, answers[0].text, 'Bearer realm="insight"')}
    assert answers[0].json()["code"] == "unauthorized"


def test_a_missing_scope_is_named(client: TestClient, house: House) -> None:
    credential = house.key("score", "read")
    answer = client.get("/v1/keys", headers=bearer(credential))
    assert (answer.status_code, answer.json()["code"], answer.json()["required_scope"]) == (403, "forbidden", "admin")
    assert f"{credential.id} has read, score" in answer.json()["detail"]


def test_open_addresses_are_open_and_unlisted_ones_are_not(client: TestClient, house: House) -> None:
    credential = house.key()
    assert client.get("/open").status_code == 200
    assert client.get("/nowhere").status_code == 401
    assert client.get("/nowhere", headers=bearer(credential)).status_code == 403


def test_too_many_requests_are_told_when_to_come_back(client: TestClient, house: House) -> None:
    headers = bearer(house.key(rate=6))
    assert [client.post(SCORE, headers=headers).status_code for _ in range(2)] == [200, 429]
    answer = client.post(SCORE, headers=headers)
    assert (answer.json()["code"], answer.headers["retry-after"], answer.json()["retry_after_seconds"]) == ("rate_limited", "10", 10)
    house.clock.move(seconds=10)
    assert client.post(SCORE, headers=headers).status_code == 200


def test_the_quota_of_the_day_is_told(client: TestClient, house: House) -> None:
    headers = bearer(house.key(quota=10))
    assert client.post(f"{SCORE}?notes=8", headers=headers).status_code == 200
    answer = client.post(f"{SCORE}?notes=3", headers=headers)
    assert (answer.status_code, answer.json()["code"], answer.json()["remaining"]) == (429, "quota_exceeded", 2)
    assert answer.json()["retry_after_seconds"] == timedelta(hours=12).total_seconds()
    house.clock.move(hours=12)
    assert client.post(f"{SCORE}?notes=3", headers=headers).status_code == 200
