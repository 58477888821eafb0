"""The documents hold what they promise: schemathesis sends what they allow and what they forbid, and every answer is as documented."""

import re
from collections.abc import Iterator

import httpx2
import pytest

from insight_classifier.predictor import Predictor
from service.app import create_app
from service.database import Database
from service.people.rules import SCOPES
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
