"""The documents hold what they promise: schemathesis sends what they allow and what they forbid, and every answer is as documented."""

import json
import re
from collections.abc import Iterator

import httpx2
import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from insight_classifier.predictor import Predictor
from service.app import create_app
from service.database import Database
from service.people.rules import SCOPES
from service.records import note_model
from service.schemas import Shapes
from service.settings import Settings
from tests.service.conftest import HARM, running
from tests.service.fuzzing import DOCUMENTS, fuzz
from tests.service.people.test_door import make_key

EXAMPLES = 4  # of each operation in each phase; with those that schemathesis lists for each limit that makes hundreds


@pytest.fixture
def served(settings: Settings, predictor: Predictor, sqlite_url: str) -> Iterator[tuple[str, str]]:
    """The address of a real server with a note on its safety desk, and a key that may do everything."""
    with Database(sqlite_url) as database, running(create_app(settings, predictor, database=database)) as address:
        headers = make_key(database, *SCOPES)
        httpx2.post(f"{address}/v1/score", json={"id": "h1", "text": HARM}, headers=headers).raise_for_status()
        yield address, headers["Authorization"].removeprefix("Bearer ")


@pytest.fixture
def kept(settings: Settings, predictor: Predictor, database: Database) -> Iterator[tuple[TestClient, Shapes]]:
    """A service on a database of either kind, called from this machine, and the shapes of its answers."""
    definition = predictor.definition
    app = create_app(settings, predictor, database=database)
    with TestClient(app, base_url="http://127.0.0.1:8000", client=("127.0.0.1", 50000)) as client:
        yield client, Shapes(definition, note_model(definition), settings.batch_notes)


@pytest.mark.slow
@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_caller_who_may_do_everything_is_answered_as_documented(served: tuple[str, str], document: str) -> None:
    address, key = served
    tally = fuzz(address, document, key=key, examples=EXAMPLES)
    assert not tally.failures, tally.said
    assert tally.cases >= 300
    assert not [status for status in tally.statuses if status >= 500]
    assert tally.statuses[200] >= 100
    assert httpx2.get(f"{address}/v1/keys", headers={"X-API-Key": key}).status_code == 200  # to the end


@pytest.mark.slow
def test_a_caller_without_a_key_is_answered_as_documented(served: tuple[str, str]) -> None:
    address, _ = served
    tally = fuzz(address, "openapi.json", key=None, examples=1)
    assert not tally.failures, tally.said
    assert tally.statuses[401] >= 300


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_reference_leads_somewhere(served: tuple[str, str], document: str) -> None:
    found = httpx2.get(f"{served[0]}/{document}").json()
    assert set(re.findall(r"'#/components/schemas/(\w+)'", str(found))) <= found["components"]["schemas"].keys()


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.sampled_from(["\ud800", "\x00", HARM])
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3), max_leaves=10
)
keys = st.sampled_from(["id", "text", "call_objective", "next_steps", "metadata", "client_request_id", "notes", "odd"])
metadata = st.dictionaries(st.sampled_from(["source", "author", "hcp", "written_at", "modified_at", "version", "odd"]), values, max_size=4)
notes = st.fixed_dictionaries({"text": st.just(HARM) | st.text(max_size=20)}, optional={"id": values, "metadata": metadata | values})
bodies = st.one_of(
    values, st.dictionaries(keys, values, max_size=5), notes, st.fixed_dictionaries({"notes": st.lists(notes | values, max_size=3)})
)


@given(body=bodies, batch=st.booleans(), ascii_only=st.booleans())
@hypothesis.settings(
    max_examples=300, deadline=None, derandomize=True, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture]
)
def test_any_json_is_answered_as_documented(kept: tuple[TestClient, Shapes], body: object, batch: bool, ascii_only: bool) -> None:
    client, shapes = kept
    content = json.dumps(body, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    answer = client.post("/v1/score/batch" if batch else "/v1/score", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code in (200, 400, 409, 410, 422)
    shape = shapes.problem if answer.status_code != 200 else shapes.results if batch else shapes.judgement
    shape.model_validate(answer.json())
    if answer.status_code == 200 and not batch:
        assert client.get(f"/v1/notes/{answer.json()['note_id']}").status_code == 200
