"""Adjudicating by keys in a real browser, and its width on a phone: Debian's chromium."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from insight_classifier.definition import Definition
from insight_classifier.predictor import Predictor
from service.accounts.browser import SESSION
from service.app import create_app
from service.database import Database
from service.reviews.store import REVIEWS
from service.settings import Settings
from tests.service.accounts.walk import signed_in
from tests.service.adjudication.conftest import dispute
from tests.service.conftest import running
from tests.service.reviews.desk import Desk

pytestmark = pytest.mark.browser


@pytest.fixture
def desk(settings: Settings, predictor: Predictor, sqlite_url: str, definition: Definition) -> Iterator[tuple[Desk, str]]:
    with Database(sqlite_url) as database, running(create_app(settings, predictor, database=database)) as address:
        desk = Desk(database, definition, double_share=1.0)
        people = {name: signed_in(database, name, "reviewer").account.id for name in ("anna", "ben")}
        for name in "ab":
            dispute(desk, name, **people)
        yield desk, address


def page_of(chromium: Browser, desk: tuple[Desk, str], width: int = 1440) -> Page:
    visitor = signed_in(desk[0].database, f"lea{width}", "lead")
    context = chromium.new_context(base_url=desk[1], viewport={"width": width, "height": 900})
    context.add_cookies([{"name": SESSION, "value": visitor.token or "", "url": desk[1]}])
    return context.new_page()


def test_a_dispute_is_settled_by_keys_alone(chromium: Browser, desk: tuple[Desk, str]) -> None:
    page = page_of(chromium, desk)
    page.goto("/review?queue=disagree")
    page.keyboard.press("Enter")
    page.wait_for_url("**/review/adjudicate/**")
    first = page.url
    page.keyboard.press("m")
    expect(page.get_by_role("columnheader", name="The model")).to_be_visible()
    for key in "q1234r":  # a side is taken, then the other
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != first and "/review/adjudicate/" in url)
    settled = [row for row in desk[0].rows(select(REVIEWS)) if row["kind"] == "adjudicate"]
    checks, choice = next(desk[0].definition.of_kind("checks")), next(desk[0].definition.of_kind("choice"))
    assert (set(settled[0]["answer"][checks.name].values()), settled[0]["answer"][choice.name]) == ({True}, choice.names[1])
    page.keyboard.press("z")
    page.wait_for_url(first)
    page.context.close()


@pytest.mark.parametrize("width", [390, 1440, 1920])
def test_nothing_sticks_out_at_any_width(chromium: Browser, desk: tuple[Desk, str], width: int) -> None:
    page = page_of(chromium, desk, width)
    note = desk[0].kept["a"].note_id
    addresses = (f"/review/adjudicate/{note}", "/review?queue=disagree", "/review/bulk?queue=newest&open=any", "/agreement", "/review/gold",
                 "/review/calibration", "/review/views")  # fmt: skip
    for path in addresses:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    page.context.close()
