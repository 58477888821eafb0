"""What holds for every page: the headers that protect it, nothing from elsewhere, one title, nothing that sticks out."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from insight_classifier.predictor import Predictor
from service.settings import Settings
from tests.service.workbench import Workbench, workbench

pytestmark = [pytest.mark.browser, pytest.mark.slow]
HEADERS = {"x-content-type-options": "nosniff", "x-frame-options": "DENY", "referrer-policy": "same-origin", "cache-control": "no-store"}

BESIDE = ("/account", "/privacy")  # pages that the head leads to otherwise, or not at all


@pytest.fixture(scope="module")
def filled(settings: Settings, predictor: Predictor, sqlite_template: Path) -> Iterator[Workbench]:
    copy = sqlite_template.with_name("pages.db")
    copy.write_bytes(sqlite_template.read_bytes())
    with workbench(settings, predictor, f"sqlite:///{copy}") as filled:
        yield filled


@pytest.fixture
def page(chromium: Browser, filled: Workbench) -> Iterator[Page]:
    context = filled.context(chromium)
    yield context.new_page()
    context.close()


def test_every_page_is_protected_by_its_headers(page: Page, filled: Workbench) -> None:
    for address in filled.pages(page.context):
        headers = page.request.get(address).headers
        policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
        assert {name: headers.get(name) for name in HEADERS} == HEADERS, address
        assert (policy["default-src"], policy["frame-ancestors"], policy["form-action"]) == ("'self'", "'none'", "'self'"), address
        assert "unsafe" not in headers["content-security-policy"], address


def test_no_page_asks_elsewhere_or_breaches_its_policy(page: Page, filled: Workbench) -> None:
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda line: troubles.append(line.text) if line.type == "error" and "404" not in line.text else None)
    page.on("request", lambda request: troubles.append(request.url) if not request.url.startswith(filled.address) else None)
    for address in filled.pages(page.context):
        page.goto(address, wait_until="load")
    assert troubles == []


def test_a_page_has_one_title_and_is_told_of_in_the_head(page: Page, filled: Workbench) -> None:
    wrong = []
    for address in filled.pages(page.context):
        page.goto(address)
        current = page.locator("nav.where [aria-current]").count()
        if (page.locator("h1").count(), current, bool(page.title().partition(" ·")[0])) != (1, 0 if address in BESIDE else 1, True):
            wrong.append(address)
    assert wrong == []


@pytest.mark.parametrize("width", [390, 768, 1440, 1920])
def test_nothing_sticks_out(chromium: Browser, filled: Workbench, width: int) -> None:
    context, wrong = filled.context(chromium, width=width), []
    page = context.new_page()
    for address in filled.pages(context):
        page.goto(address)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wrong.append(address)
    context.close()
    assert wrong == []
