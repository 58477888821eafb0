"""The safety pages in a real browser: the whole way of a case, without script too, at every width."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from starlette.testclient import TestClient

from insight_classifier.definition import Definition
from insight_classifier.predictor import Predictor
from service.accounts.browser import SESSION
from service.app import create_app
from service.database import Database
from service.settings import Settings
from tests.service.accounts.walk import signed_in
from tests.service.conftest import running
from tests.service.safety.test_pages import TEXT, Ward

pytestmark = pytest.mark.browser


@pytest.fixture
def ward(settings: Settings, predictor: Predictor, sqlite_url: str, definition: Definition) -> Iterator[tuple[Ward, str]]:
    """A ward, and the address of a real server on its database."""
    with Database(sqlite_url) as database:
        app = create_app(settings, predictor, database=database)
        with running(app) as address:
            yield Ward(database, TestClient(app), definition), address


def page_of(chromium: Browser, ward: tuple[Ward, str], *, script: bool = True, width: int = 1440) -> Page:
    visitor = signed_in(ward[0].database, f"rita{width}", "reviewer")
    context = chromium.new_context(base_url=ward[1], viewport={"width": width, "height": 900}, java_script_enabled=script)
    context.add_cookies([{"name": SESSION, "value": visitor.token or "", "url": ward[1]}])
    return context.new_page()


@pytest.mark.parametrize("script", [True, False])
def test_a_case_goes_from_the_list_to_the_safety_desk(chromium: Browser, ward: tuple[Ward, str], script: bool) -> None:
    ward[0].flag("a", hours_ago=30)
    page = page_of(chromium, ward, script=script)
    page.goto("/safety")
    page.get_by_role("link", name="hospital with").click()
    page.get_by_label("Comment, if any").fill("asked the author")
    page.get_by_role("button", name="Acknowledge").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    rows = {row["element"]: row["value"] for row in csv.DictReader(io.StringIO(Path(download.value.path()).read_text(encoding="utf-8")))}
    assert "[masked]" in rows["H.1"]
    page.get_by_label("To whom").fill("Drug safety")
    page.get_by_label("Reference of the safety desk's case").fill("PV-7")
    page.get_by_role("button", name="Hand over").click()
    expect(page.get_by_role("main")).to_contain_text("late, 6 h")
    expect(page.get_by_role("main")).to_contain_text("Handed over: to Drug safety, case PV-7")
    page.context.close()


def test_html_in_a_note_appears_as_typed(chromium: Browser, ward: tuple[Ward, str]) -> None:
    item = ward[0].flag("a")
    page = page_of(chromium, ward)
    page.goto(f"/safety/items/{item}")
    shown = "n => { for (const l of n.querySelectorAll('.letter, .unseen')) l.remove(); return n.textContent }"
    assert page.locator(".text").evaluate(shown) == TEXT
    page.context.close()


@pytest.mark.parametrize("width", [390, 768, 1440, 1920])
def test_nothing_sticks_out_at_any_width(chromium: Browser, ward: tuple[Ward, str], width: int) -> None:
    item, page = ward[0].flag("a"), page_of(chromium, ward, width=width)
    for path in ("/safety", "/safety?show=closed", f"/safety/items/{item}", f"/safety/items/{item}/report", "/definition"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    page.context.close()
