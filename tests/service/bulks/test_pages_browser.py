"""A bulk of 500 in a real browser: done, watched, and undone by one key."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import func, select

from insight_classifier.definition import Definition
from insight_classifier.predictor import Predictor
from service.accounts.browser import SESSION
from service.app import create_app
from service.bulks import pages
from service.database import Database
from service.reviews.cards import CARDS
from service.settings import Settings
from tests.service.accounts.walk import signed_in
from tests.service.conftest import running
from tests.service.reviews.desk import Desk

pytestmark = pytest.mark.browser
NOTES = 500


@pytest.fixture
def desk(settings: Settings, predictor: Predictor, sqlite_url: str, definition: Definition) -> Iterator[tuple[Desk, str]]:
    with Database(sqlite_url) as database, running(create_app(settings, predictor, database=database)) as address:
        desk = Desk(database, definition)
        for number in range(NOTES):
            desk.note(f"n{number}")
        yield desk, address


def still_open(desk: Desk) -> int:
    [row] = desk.rows(select(func.count().label("number")).where(CARDS.c.open))
    return int(row["number"])


def test_a_bulk_of_500_is_undone_by_one_key(chromium: Browser, desk: tuple[Desk, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "SECONDS", 0.0)  # so that the page must watch it
    visitor = signed_in(desk[0].database, "lea", "lead")
    context = chromium.new_context(base_url=desk[1])
    context.add_cookies([{"name": SESSION, "value": visitor.token or "", "url": desk[1]}])
    page = context.new_page()
    page.goto("/review/bulk?queue=newest")
    page.get_by_label("Confirm what the model said").check()
    page.get_by_role("button", name=f"Do it to {NOTES} notes").click()
    undo = page.get_by_role("button", name=f"Undo all {NOTES}")
    expect(undo).to_be_visible(timeout=60_000)
    assert still_open(desk[0]) == 0
    page.keyboard.press("z")
    expect(page.get_by_text("All of it is undone")).to_be_visible(timeout=60_000)
    assert still_open(desk[0]) == NOTES
    context.close()
