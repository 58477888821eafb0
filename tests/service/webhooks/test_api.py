"""Webhooks over HTTP, behind the guard."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import update
from standardwebhooks import Webhook as Verifier
from starlette.testclient import TestClient

from insight_classifier.errors import InsightError
from service.answers import answer_error
from service.database import Database
from service.edge import Edge
from service.people.addresses import Addresses
from service.people.guard import Gate, Guard
from service.people.keyring import Keyring
from service.people.rate import Rates
from service.webhooks.api import webhook_routes
from service.webhooks.rules import DEAD, MOST_SUBSCRIPTIONS, QUEUED
from service.webhooks.sending import Sender
from service.webhooks.shapes import IssuedWebhook, Webhook, WebhookDeliveries, WebhookList, WebhookReplayed, WebhookTest
from service.webhooks.tables import Message, Subscription
from tests.service.webhooks.conftest import AT, JUDGED, Clock, emitted, messages, states, subscribed
from tests.service.webhooks.receiver import Receiver, Reply

WISH = {"url": "https://hooks.example/insight", "events": [JUDGED]}
HERE = {"base_url": "http://127.0.0.1:8000", "client": ("127.0.0.1", 50000)}


async def resolve(host: str, port: int) -> Sequence[str]:
    return {"hooks.example": ["8.8.8.8"], "inside.example": ["10.0.0.7"]}[host]


def application(database: Database, sender: Sender, clock: Clock | None = None) -> FastAPI:
    app, keyring = FastAPI(), Keyring(database)
    app.include_router(webhook_routes(database, sender, **({"clock": clock} if clock else {})))
    app.add_middleware(Guard, gate=Gate(keyring, Rates(600), listening="127.0.0.1"), addresses=Addresses({}))
    app.add_middleware(Edge)
    app.add_exception_handler(InsightError, answer_error)
    return app


@pytest.fixture
def client(database: Database, clock: Clock) -> Iterator[TestClient]:
    with TestClient(application(database, Sender(resolve=resolve), clock), **HERE) as client:
        yield client


@pytest.fixture
def refusing(sqlite_url: str) -> Iterator[TestClient]:
    """For requests that never reach the database."""
    with Database(sqlite_url) as database, TestClient(application(database, Sender(resolve=resolve)), **HERE) as client:
        yield client


@pytest.fixture
def local(database: Database) -> Iterator[TestClient]:
    """One that may send to this machine, by the real clock: the verifier looks at it."""
    with TestClient(application(database, Sender(allow_private=True)), **HERE) as client:
        yield client


def test_a_new_webhook_shows_its_secret_once(client: TestClient, clock: Clock) -> None:
    answer = client.post("/v1/webhooks", json={**WISH, "source": "veeva", "include_text": True})
    assert answer.status_code == 201, answer.text
    issued = IssuedWebhook.model_validate(answer.json())
    Verifier(issued.secret)
    assert (issued.webhook.created_at, issued.webhook.created_by, issued.webhook.source) == ("2026-03-01T12:00:00Z", "local", "veeva")
    listed = client.get("/v1/webhooks")
    assert WebhookList.model_validate(listed.json()).webhooks == [issued.webhook]
    one = client.get(f"/v1/webhooks/{issued.webhook.id}")
    assert Webhook.model_validate(one.json()) == issued.webhook
    assert issued.secret not in listed.text + one.text
    assert None not in one.json().values()


def test_a_webhook_is_deleted(client: TestClient) -> None:
    webhook_id = client.post("/v1/webhooks", json=WISH).json()["webhook"]["id"]
    assert client.delete(f"/v1/webhooks/{webhook_id}").json()["id"] == webhook_id
    assert client.get(f"/v1/webhooks/{webhook_id}").json()["code"] == "webhook_not_found"
    assert client.get("/v1/webhooks").json() == {"webhooks": []}


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"url": "http://hooks.example/"}, "webhook_address_refused", "must begin with https://"),
        ({"url": "https://10.0.0.1/"}, "webhook_address_refused", "private network"),
        ({"url": "https://inside.example/"}, "webhook_address_refused", "private network"),
        ({"url": "https://hooks.example/#a"}, "webhook_address_refused", "fragment"),
        ({"url": 7}, "invalid_request", "url"),
        ({"events": []}, "invalid_request", "events"),
        ({"events": ["note.read"]}, "invalid_request", "note.read: no event. Use judgement.created, safety.flagged"),
        ({"events": JUDGED}, "invalid_request", "events"),
        ({"include_text": "yes"}, "invalid_request", "include_text"),
        ({"source": "\0"}, "invalid_request", "source"),
        ({"secret": "whsec_x"}, "unknown_key", "secret: no key of this request: use url, events"),
    ],
)
def test_a_wrong_wish_is_told(refusing: TestClient, change: dict[str, Any], code: str, words: str) -> None:
    answer = refusing.post("/v1/webhooks", json={**WISH, **change})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert words in answer.json()["detail"]


def test_there_are_not_more_than_fifty(refusing: TestClient) -> None:
    codes = [refusing.post("/v1/webhooks", json=WISH).status_code for _ in range(MOST_SUBSCRIPTIONS + 1)]
    assert (set(codes[:-1]), codes[-1]) == ({201}, 409)


@pytest.mark.parametrize("webhook_id", ["wh_" + "0" * 20, "x", "%00", "wh_" + "é" * 20])
@pytest.mark.parametrize(("method", "tail"), [("GET", ""), ("DELETE", ""), ("POST", "/test"), ("POST", "/replay"), ("GET", "/deliveries")])
def test_an_unknown_webhook_is_told(client: TestClient, webhook_id: str, method: str, tail: str) -> None:
    body = {"json": {"since": "2026-03-01T00:00:00Z"}} if tail == "/replay" else {}
    answer = client.request(method, f"/v1/webhooks/{webhook_id}{tail}", **body)
    assert (answer.status_code, answer.json()["code"]) == (404, "webhook_not_found")


def test_a_test_is_signed_and_tells_what_came_of_it(local: TestClient, database: Database, receiver: Receiver) -> None:
    issued = local.post("/v1/webhooks", json={**WISH, "url": receiver.url()}).json()
    answer = local.post(f"/v1/webhooks/{issued['webhook']['id']}/test").json()
    assert (WebhookTest.model_validate(answer).delivered, answer["status"]) == (True, 204)
    told = Verifier(issued["secret"]).verify(receiver.came[0].body, receiver.came[0].headers)
    assert (told["type"], told["data"]) == ("webhook.test", {"webhook_id": issued["webhook"]["id"]})
    receiver.answer = lambda came: Reply(500, body=b"words of the receiver")
    failed = local.post(f"/v1/webhooks/{issued['webhook']['id']}/test").json()
    assert {**failed, "seconds": 0} == {"delivered": False, "status": 500, "error": "status 500", "seconds": 0}


def test_a_test_that_is_answered_enables_again(local: TestClient, database: Database, clock: Clock, receiver: Receiver) -> None:
    webhook_id = subscribed(database, receiver.url()).id
    values = {"disabled_at": AT, "disabled_reason": "gone", "failures": 3, "failing_since": AT}
    database.write(lambda c: c.execute(update(Subscription).values(values)) and None)
    body = {"since": "2026-03-01T00:00:00Z"}
    assert local.post(f"/v1/webhooks/{webhook_id}/replay", json=body).json()["code"] == "webhook_disabled"
    receiver.answer = lambda came: Reply(500)
    local.post(f"/v1/webhooks/{webhook_id}/test")
    assert local.get(f"/v1/webhooks/{webhook_id}").json()["disabled_reason"] == "gone"
    receiver.answer = lambda came: Reply(200)
    local.post(f"/v1/webhooks/{webhook_id}/test")
    told = local.get(f"/v1/webhooks/{webhook_id}").json()
    assert "disabled_at" not in told
    assert told["failures"] == 0


def test_dead_letters_are_replayed(client: TestClient, database: Database, clock: Clock) -> None:
    webhook_id = subscribed(database, WISH["url"]).id
    emitted(database, clock, 3)
    database.write(lambda c: c.execute(update(Message).values(state=DEAD)) and None)
    ids = [row.id for row in messages(database)]
    one = client.post(f"/v1/webhooks/{webhook_id}/replay", json={"message_ids": ids[:1]}).json()
    rest = client.post(f"/v1/webhooks/{webhook_id}/replay", json={"until": "2026-03-02T00:00:00+01:00"}).json()
    assert (WebhookReplayed.model_validate(one).messages, rest) == (1, {"messages": 2, "more": False})
    assert states(database) == [QUEUED] * 3


@pytest.mark.parametrize(
    "body",
    [
        *({}, [], {"message_ids": []}, {"message_ids": ["msg_1"]}, {"message_ids": ["msg_" + "0" * 32], "since": "2026-03-01T00:00:00Z"}),
        *({"since": "2026-03-01T00:00:00"}, {"since": "yesterday"}, {"since": "2026-03-01T00:00:00Z", "state": "queued"}, {"all": True}),
    ],
)
def test_a_wrong_replay_is_told(refusing: TestClient, body: object) -> None:
    assert refusing.post("/v1/webhooks/wh_00000000000000000000/replay", json=body).status_code == 422


def test_deliveries_are_listed_page_by_page(client: TestClient, database: Database, clock: Clock) -> None:
    webhook_id = subscribed(database, WISH["url"]).id
    emitted(database, clock, 5)
    clock.move(hours=1)
    pages, cursor = [], ""
    while cursor is not None:
        answer = client.get(f"/v1/webhooks/{webhook_id}/deliveries?limit=2{cursor and '&cursor=' + cursor}").json()
        pages.append([item.message_id for item in WebhookDeliveries.model_validate(answer).deliveries])
        cursor = answer.get("next_cursor")
        emitted(database, clock)  # what comes meanwhile moves nothing
    assert [len(page) for page in pages] == [2, 2, 1]
    assert len({item for page in pages for item in page}) == 5
    dead = client.get(f"/v1/webhooks/{webhook_id}/deliveries?state=dead").json()
    assert dead == {"deliveries": []}


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "limit=-1", "state=lost", "cursor=x", "cursor=%00", "limit=1_0"])
def test_a_wrong_query_is_told(refusing: TestClient, query: str) -> None:
    answer = refusing.get(f"/v1/webhooks/wh_00000000000000000000/deliveries?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


def test_a_delivery_tells_of_the_last_attempt(client: TestClient, database: Database, clock: Clock) -> None:
    webhook_id = subscribed(database, WISH["url"]).id
    emitted(database, clock)
    told = {"attempts": 2, "last_status": 500, "last_error": "status 500", "last_attempt_at": AT, "due_at": AT + timedelta(seconds=30)}
    database.write(lambda c: c.execute(update(Message).values(told)) and None)
    (item,) = client.get(f"/v1/webhooks/{webhook_id}/deliveries").json()["deliveries"]
    assert (item["attempts"], item["last_status"], item["note_id"]) == (2, 500, "n0")
    assert (item["last_attempt_at"], item["next_attempt_at"]) == ("2026-03-01T12:00:00Z", "2026-03-01T12:00:30Z")
