"""Signing in, changing a first password, judging and signing out in a real browser, with and without script: Debian's chromium."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from insight_classifier.predictor import Predictor
from service.app import create_app
from service.database import Database, now
from service.settings import Settings
from tests.service.accounts.conftest import House
from tests.service.accounts.walk import signed_in
from tests.service.conftest import HARM, running
from tests.service.people.conftest import Clock

pytestmark = pytest.mark.browser
NEW = "seven lanterns at dusk"


@pytest.fixture
def server(settings: Settings, predictor: Predictor, sqlite_url: str) -> Iterator[tuple[str, Database]]:
    """A real server whose database has one account, with the first password `three quiet harbours`."""
    with Database(sqlite_url) as database:
        House(database, Clock(wall=now())).account("rita@example.com", "reviewer", first=True, password="three quiet harbours")
        with running(create_app(settings, predictor, database=database)) as address:
            yield address, database


@pytest.fixture
def contexts(chromium: Browser, server: tuple[str, Database]) -> Iterator[tuple[BrowserContext, BrowserContext]]:
    """One with script, one without."""
    seen = {"base_url": server[0], "viewport": {"width": 1440, "height": 900}}
    made = [chromium.new_context(**seen, java_script_enabled=on) for on in (True, False)]  # type: ignore[arg-type]
    yield made[0], made[1]
    for context in made:
        context.close()


def enter(page: Page, password: str) -> None:
    page.get_by_label("E-mail address or login").fill("rita@example.com")
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


@pytest.mark.parametrize("script", [0, 1], ids=["with script", "without"])
def test_from_the_first_password_to_a_judgement_and_out(contexts, script: int) -> None:
    page = contexts[script].new_page()
    page.goto("/?try=x")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    enter(page, "wrong")
    expect(page.get_by_role("alert")).to_contain_text("is wrong")
    enter(page, "three quiet harbours")
    expect(page.get_by_role("heading", name="Choose a password of your own")).to_be_visible()
    page.get_by_label("Present password").fill("three quiet harbours")
    page.get_by_label("New password", exact=True).fill(NEW)
    page.get_by_label("New password again").fill(NEW)
    page.get_by_role("button", name="Change it").click()
    page.get_by_label("Note", exact=True).fill(HARM)
    page.get_by_role("button", name="Judge").click()
    expect(page.get_by_text("probability of")).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("status")).to_have_text("You are signed out.")
    page.goto("/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_foreign_page_cannot_send_our_forms(contexts, server) -> None:
    address, database = server
    visitor = signed_in(database, "otto@example.com", "reviewer")
    contexts[0].add_cookies([{"name": "insight_session", "value": str(visitor.token), "url": address}])
    foreign = contexts[0].new_page()
    html = f'<form method="post" action="{address}/logout"><input name="csrf" value="{visitor.csrf}"><button>Go</button></form>'
    foreign.route("http://foreign.example/", lambda route: route.fulfill(body=html, content_type="text/html"))
    foreign.goto("http://foreign.example/")
    with foreign.expect_response("**/logout") as answered:
        foreign.get_by_role("button").click()
    assert answered.value.status in (303, 403)  # without its cookie nobody is signed in, with it the page is foreign
    page = contexts[0].new_page()
    page.goto("/account")
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()


def test_a_session_that_ends_while_one_types_loses_nothing(contexts, server) -> None:
    address, database = server
    visitor = signed_in(database, "otto@example.com", "reviewer")
    contexts[0].add_cookies([{"name": "insight_session", "value": str(visitor.token), "url": address}])
    page = contexts[0].new_page()
    page.goto("/")
    page.get_by_label("Note", exact=True).fill(HARM)
    contexts[0].clear_cookies()
    page.get_by_role("button", name="Judge").click()
    expect(page.get_by_role("alert")).to_contain_text("Sign in, in another tab")
    expect(page.get_by_label("Note", exact=True)).to_have_value(HARM)


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("path", ["/login", "/account", "/"])
def test_pages_fit_and_every_field_has_its_name(contexts, server, width: int, path: str) -> None:
    address, database = server
    if path != "/login":
        visitor = signed_in(database, "otto@example.com", "reviewer", "lead")
        contexts[0].add_cookies([{"name": "insight_session", "value": str(visitor.token), "url": address}])
    page = contexts[0].new_page()
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    fields = page.locator("input:not([type=hidden]), textarea, button, a")
    assert fields.evaluate_all("nodes => nodes.filter(n => !(n.labels?.length || n.textContent.trim() || n.ariaLabel)).length") == 0
    assert page.locator("h1").count() == 1
