"""The head leads to the pages that are served, and that the visitor may see."""

import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from insight_classifier.predictor import Predictor
from service.accounts.browser import SESSION
from service.accounts.roles import ROLES
from service.app import create_app
from service.database import Database
from service.navigation import ENTRIES, at, served
from service.people.addresses import OPEN, Addresses
from service.people.door import PAGES
from service.settings import Settings
from tests.service.accounts.walk import signed_in
from tests.service.people.conftest import HERE


@pytest.fixture
def browser(settings: Settings, predictor: Predictor, sqlite_url: str) -> Iterator[TestClient]:
    with Database(sqlite_url) as database:
        app = create_app(settings, predictor, database=database)
        app.state.database = database
        with TestClient(app, base_url=HERE, client=("127.0.0.1", 50000)) as browser:
            yield browser


def led_to(page: str) -> dict[str, bool]:
    """The addresses in the head, and which is the page's own."""
    [head] = re.findall(r'<nav class="where".*?</nav>', page, re.DOTALL) or [""]
    return {address: bool(current) for address, current in re.findall(r'href="([^"]+)"( aria-current="page")?', head)}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_is_led_to_what_it_may_see(browser: TestClient, role: str) -> None:
    browser.cookies.set(SESSION, signed_in(browser.app.state.database, role, role).token or "")
    there = served(browser.app)
    expected = {entry.address for entry in ENTRIES if entry.permission in ROLES[role].permissions and entry.address in there}
    found = led_to(browser.get("/").text)
    assert set(found) == (expected if len(expected) > 1 else set())
    assert [browser.get(address).status_code for address in found] == [200] * len(found)


def test_an_entry_takes_what_the_door_asks_for_at_its_address(browser: TestClient) -> None:
    door = Addresses(PAGES, unlisted=OPEN)
    there = [entry for entry in ENTRIES if entry.address in served(browser.app)]
    assert there
    assert [entry.permission for entry in there] == [door.scope("GET", entry.address) for entry in there]


def test_the_page_one_is_at_is_marked(browser: TestClient) -> None:
    assert [address for address, current in led_to(browser.get("/review?queue=newest").text).items() if current] == ["/review"]


def test_without_a_database_there_is_nowhere_else_to_go(client: TestClient) -> None:
    assert led_to(client.get("/").text) == {}


@pytest.mark.parametrize(
    ("path", "expected"), [("/", "/"), ("/a", "/a"), ("/a/b", "/a"), ("/a/b/c", "/a"), ("/a/x/y", "/a/x"), ("/ab", None), ("/b", None)]
)
def test_the_longest_address_above_a_path_is_where_one_is(path: str, expected: str | None) -> None:
    assert at(path, ["/", "/a", "/a/x"]) == expected
