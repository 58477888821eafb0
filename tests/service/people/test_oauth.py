"""Client credentials as RFC 6749 has them."""

import base64
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from service.people.credentials import Credential, new_key
from service.people.oauth import TOKENS_A_MINUTE
from service.people.store import revoke_key
from tests.service.people.conftest import House, bearer

GRANT = {"grant_type": "client_credentials"}


def basic(client_id: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


def ask(client: TestClient, credential: Credential, **more: Any) -> Response:
    form = {**GRANT, "client_id": credential.id, "client_secret": credential.secret, **more}
    return client.post("/oauth/token", data=form)


@pytest.fixture
def credential(house: House) -> Credential:
    return house.key("score", "read")


def test_a_key_is_exchanged_for_a_token(client: TestClient, credential: Credential, house: House) -> None:
    answer = ask(client, credential)
    assert answer.status_code == 200
    assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")
    token = answer.json()
    assert (token["token_type"], token["expires_in"], token["scope"]) == ("Bearer", 3600, "read score")
    assert client.post("/v1/score", headers=bearer(token["access_token"])).json()["key"] == credential.id
    house.clock.move(hours=1)
    assert client.post("/v1/score", headers=bearer(token["access_token"])).status_code == 401


def test_http_basic_serves_as_well(client: TestClient, credential: Credential) -> None:
    answer = client.post("/oauth/token", data=GRANT, headers=basic(credential.id, credential.secret))
    assert answer.status_code == 200


def test_the_parts_of_http_basic_are_encoded_as_in_a_form(client: TestClient, credential: Credential) -> None:
    answer = client.post("/oauth/token", data=GRANT, headers=basic(credential.id.replace("_", "%5F"), credential.secret))
    assert answer.status_code == 200


def test_a_token_may_have_fewer_scopes(client: TestClient, credential: Credential) -> None:
    token = ask(client, credential, scope="read").json()
    assert token["scope"] == "read"
    assert client.post("/v1/score", headers=bearer(token["access_token"])).status_code == 403


@pytest.mark.parametrize("scope", ["admin", "read admin", "READ", " "])
def test_a_token_never_has_more_scopes(client: TestClient, credential: Credential, scope: str) -> None:
    answer = ask(client, credential, scope=scope)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")
    assert answer.headers["cache-control"] == "no-store"


def test_a_token_ends_with_its_key(client: TestClient, house: House) -> None:
    short = house.key("score", days=1)
    house.clock.move(hours=23, minutes=50)
    token = ask(client, short).json()
    assert token["expires_in"] == 600
    house.database.write(lambda c: revoke_key(c, short.id, who="test", at=house.clock.now()))
    assert client.post("/v1/score", headers=bearer(token["access_token"])).status_code == 401


def test_wrong_clients_are_told_the_same(client: TestClient, credential: Credential, house: House) -> None:
    revoked, other = house.key(), new_key()
    house.database.write(lambda c: revoke_key(c, revoked.id, who="test", at=house.clock.now()))
    token = ask(client, credential).json()["access_token"]
    head, _, tail = token.partition("_")
    pairs = [(credential.id, other.secret), (other.id, other.secret), (revoked.id, revoked.secret), (head, tail), ("", ""), ("é", "☃")]
    answers = [client.post("/oauth/token", data=GRANT, headers=basic(*pair)) for pair in pairs]
    answers += [client.post("/oauth/token", data={**GRANT, "client_id": i, "client_secret": s}) for i, s in pairs]
    answers += [client.post("/oauth/token", data=GRANT, headers={"Authorization": v}) for v in ("Basic ?", "Bearer x", "Basic")]
    assert {(a.status_code, a.text, a.headers["www-authenticate"]) for a in answers} == {(401, answers[0].text, 'Basic realm="insight"')}
    assert answers[0].json()["error"] == "invalid_client"


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ("", "invalid_request"),
        ("grant_type=", "invalid_request"),
        ("grant_type=password", "unsupported_grant_type"),
        ("grant_type=client_credentials&grant_type=client_credentials", "invalid_request"),
        ("grant_type=%FF", "invalid_request"),
        ("é", "invalid_request"),
        ("&".join(f"p{n}=1" for n in range(30)), "invalid_request"),
        ("x=" + "y" * 10_000, "invalid_request"),
    ],
)
def test_a_wrong_form_is_told_in_the_words_of_the_rfc(refusing: TestClient, form: str, error: str) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = refusing.post("/oauth/token", content=form.encode(), headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_json_is_no_form(client: TestClient, credential: Credential) -> None:
    answer = client.post("/oauth/token", json={**GRANT, "client_id": credential.id, "client_secret": credential.secret})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_credentials_come_in_one_place(client: TestClient, credential: Credential) -> None:
    form = {**GRANT, "client_id": credential.id, "client_secret": credential.secret}
    answer = client.post("/oauth/token", data=form, headers=basic(credential.id, credential.secret))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_who_asks_for_a_token_with_each_call_is_told_to_keep_it(client: TestClient, credential: Credential) -> None:
    answers = [ask(client, credential) for _ in range(TOKENS_A_MINUTE // 6 + 1)]
    assert [a.status_code for a in answers] == [200] * (TOKENS_A_MINUTE // 6) + [429]
    assert "Keep a token" in answers[-1].json()["error_description"]
    assert answers[-1].headers["retry-after"] == "1"


def test_a_database_that_is_gone_is_no_wrong_client(client: TestClient, credential: Credential, house: House) -> None:
    house.database.close()
    answer = ask(client, credential)
    assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
    assert answer.headers["retry-after"]
