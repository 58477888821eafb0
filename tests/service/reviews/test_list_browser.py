"""The list in a real browser: filters and paging swap it without a reload, keys go through it, dates are the reader's own."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from insight_classifier.definition import Definition
from insight_classifier.predictor import Predictor
from service.accounts.browser import SESSION
from service.app import create_app
from service.database import Database
from service.reviews.listing import PAGE
from service.settings import Settings
from tests.service.accounts.walk import signed_in
from tests.service.conftest import running
from tests.service.reviews.desk import Desk, every_check

pytestmark = pytest.mark.browser
NOTES = PAGE + 3


@pytest.fixture
def desk(settings: Settings, predictor: Predictor, sqlite_url: str, definition: Definition) -> Iterator[tuple[Desk, str]]:
    """More notes than a page holds, and the address of a real server on their database."""
    with Database(sqlite_url) as database, running(create_app(settings, predictor, database=database)) as address:
        desk = Desk(database, definition)
        for number in range(NOTES):
            desk.note(str(number), *every_check(definition)[: number % 2], metadata={"author": f"msl-{number % 2}"})
        yield desk, address


def opened(chromium: Browser, desk: tuple[Desk, str], **options: object) -> Page:
    """The list, as a reviewer sees it."""
    context = chromium.new_context(base_url=desk[1], timezone_id="Asia/Tokyo", locale="en-GB", **options)
    visitor = signed_in(desk[0].database, "rita", "reviewer")
    context.add_cookies([{"name": SESSION, "value": visitor.token or "", "url": desk[1]}])
    page = context.new_page()
    page.goto("/review?queue=newest")
    return page


@pytest.fixture
def page(chromium: Browser, desk: tuple[Desk, str]) -> Iterator[Page]:
    """Watched: a script error, a breach of the content policy or a request to elsewhere fails the test."""
    page = opened(chromium, desk)
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda line: troubles.append(line.text) if "Content Security Policy" in line.text else None)
    page.on("request", lambda request: troubles.append(request.url) if not request.url.startswith(desk[1]) else None)
    page.evaluate("window.kept = true")
    yield page
    page.context.close()
    assert troubles == []


def lines(page: Page) -> int:
    return page.locator(".line").count()


def test_a_search_swaps_the_list_and_is_in_the_address(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("nothingislikethis")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Nothing here")).to_be_visible()
    assert parse_qs(urlsplit(page.url).query)["q"] == ["nothingislikethis"]
    expect(page.locator("#list-said")).to_contain_text("no notes on this page")
    page.get_by_role("link", name="Clear all").click()
    expect(page.locator(".line")).to_have_count(PAGE)
    assert page.evaluate("window.kept")


def test_another_queue_is_told_and_gets_the_focus_and_back_leads_back(page: Page) -> None:
    tab = page.locator(".tabs a:not([aria-current])").first
    title = tab.text_content() or ""
    tab.click()
    expect(page.locator("#list-title")).to_have_text(title)
    expect(page.locator("#list-title")).to_be_focused()
    expect(page.locator("#list-said")).to_contain_text(title)
    assert page.title().startswith(title)
    assert page.evaluate("window.kept")
    page.go_back()
    expect(page.locator(".tabs [aria-current]")).not_to_have_text(title)


def test_more_notes_are_added_and_the_first_of_them_has_the_focus(page: Page) -> None:
    page.get_by_role("link", name="More notes").click()
    expect(page.locator(".line")).to_have_count(NOTES)
    expect(page.locator(".line .words a").nth(PAGE)).to_be_focused()
    expect(page.get_by_role("link", name="More notes")).to_have_count(0)
    assert page.evaluate("window.kept")
    assert "after" in parse_qs(urlsplit(page.url).query)


def test_keys_go_through_the_list_and_open_a_note(page: Page) -> None:
    for key in "jjjk":
        page.keyboard.press(key)
    second = page.locator(".line .words a").nth(1)
    expect(second).to_be_focused()
    address = second.get_attribute("href")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_have_attribute("open", "")
    page.keyboard.press("Escape")
    second.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address}")


def test_a_lost_connection_is_said_and_an_ended_session_leads_to_signing_in(page: Page) -> None:
    page.context.set_offline(True)
    page.locator(".tabs a").last.click()
    expect(page.locator("#list-said")).to_contain_text("cannot be reached")
    page.context.set_offline(False)
    page.context.clear_cookies()
    page.locator(".tabs a").last.click()
    page.wait_for_url("**/login?next=**")


def test_dates_are_in_the_readers_zone_and_in_utc_without_script(chromium: Browser, desk: tuple[Desk, str], page: Page) -> None:
    expect(page.locator(".line time").last).to_have_attribute("datetime", "2026-05-03T08:03:00+00:00")
    expect(page.locator(".line time").last).to_have_text("3 May 2026, 17:03")
    plain = chromium.new_context(java_script_enabled=False, storage_state=page.context.storage_state()).new_page()
    plain.goto(page.url)
    expect(plain.locator(".line time").last).to_have_text("2026-05-03 08:03 UTC")
    plain.context.close()
