"""Erasure over HTTP, and what is read of a note before and after."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from insight_classifier.errors import InsightError
from service.answers import answer_error
from service.database import Database
from service.edge import Edge
from service.erasers import ERASERS
from service.erasure.api import Erasure, erasure_routes
from service.notes.api import NoteHistory, note_routes
from service.people.addresses import Addresses
from service.people.guard import Gate, Guard
from tests.service.erasure.conftest import HCP, MARK, fill
from tests.service.people.conftest import HERE, House, bearer


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


@pytest.fixture
def client(house: House) -> Iterator[TestClient]:
    """The routes behind the guard, as the service has them."""
    app, gate = FastAPI(), Gate(house.keyring, house.rates, listening="127.0.0.1")
    app.add_middleware(Guard, gate=gate, addresses=Addresses({"GET /v1/notes": "read"}))
    app.add_middleware(Edge)
    app.add_exception_handler(InsightError, answer_error)
    app.include_router(note_routes(house.database))
    app.include_router(erasure_routes(house.database, ERASERS))
    with TestClient(app, base_url=HERE, client=("127.0.0.1", 50000)) as client:
        yield client


def test_a_note_is_read_with_its_history(client: TestClient, house: House):
    note_id = fill(house.database, 1)[0]
    answer = client.get(f"/v1/notes/{note_id}")
    NoteHistory.model_validate(answer.json())
    [version] = answer.json()["versions"]
    assert MARK in version["fields"]["text"]
    assert [one["judgement"]["label"] for one in version["judgements"]] == ["yes"]


def test_an_erased_note_is_gone_for_good(client: TestClient, house: House):
    note_id = fill(house.database, 1)[0]
    answer = client.delete(f"/v1/notes/{note_id}?why=request+7")
    assert Erasure.model_validate(answer.json()) == Erasure(erased=1, overwritten=True)
    assert client.delete(f"/v1/notes/{note_id}").json()["erased"] == 0
    after = client.get(f"/v1/notes/{note_id}")
    assert (after.status_code, after.json()["code"], MARK in after.text) == (410, "note_erased", False)


def test_all_notes_of_a_person_go(client: TestClient, house: House):
    fill(house.database)
    assert client.delete("/v1/notes", params={"author": "author 0"}).json()["erased"] == 2
    assert client.delete("/v1/notes", params={"hcp": HCP}).json()["erased"] == 1


@pytest.mark.parametrize("query", ["", "?author=", "?author=a&hcp=b"])
def test_nobody_erases_everything_by_mistake(client: TestClient, house: House, query: str):
    fill(house.database, 1)
    assert (client.delete(f"/v1/notes{query}").status_code, client.delete(f"/v1/notes{query}").json()["code"]) == (422, "invalid_request")


def test_a_note_that_is_not_there_is_told(client: TestClient):
    assert [client.get("/v1/notes/x").status_code, client.delete("/v1/notes/x").json()["code"]] == [404, "note_not_found"]


def test_reading_needs_its_scope_and_erasing_an_administrator(client: TestClient, house: House):
    note_id = fill(house.database, 1)[0]
    reader, scorer, admin = (bearer(house.key(scope, name=scope)) for scope in ("read", "score", "admin"))
    read = [client.get(f"/v1/notes/{note_id}", headers=key).status_code for key in (reader, scorer)]
    erase = [client.delete(f"/v1/notes/{note_id}", headers=key).status_code for key in (reader, scorer, admin)]
    assert (read, erase) == ([200, 403], [403, 403, 200])
