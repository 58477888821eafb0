"""The page of measures in a real browser: accessible in light and dark, on a phone and on a desk, and nothing runs over its edge."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext

from insight_classifier.definition import Definition
from insight_classifier.predictor import Predictor
from service.accounts.browser import SESSION
from service.accounts.roles import ROLES
from service.app import create_app
from service.database import Database
from service.settings import Settings
from tests.service.accounts.walk import signed_in
from tests.service.conftest import running
from tests.service.measures.conftest import filled_with
from tests.service.test_pages_axe import violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PAGES = ("/measures", "/measures?by=team&period=month", "/me", "/privacy")


@dataclass(frozen=True)
class Served:
    address: str
    token: str

    def context(self, chromium: Browser, width: int, scheme: str) -> BrowserContext:
        context = chromium.new_context(
            base_url=self.address,
            viewport={"width": width, "height": 4000},
            color_scheme=scheme,  # type: ignore[arg-type]
        )
        context.add_cookies([{"name": SESSION, "value": self.token, "url": self.address}])
        return context


@pytest.fixture(scope="module")
def served(settings: Settings, predictor: Predictor, definition: Definition, sqlite_template: Path) -> Iterator[Served]:
    copy = sqlite_template.with_name("measures.db")
    copy.write_bytes(sqlite_template.read_bytes())
    with Database(f"sqlite:///{copy}") as database:
        filled_with(database, definition, notes=90, decided=70)
        with running(create_app(settings, predictor, database=database)) as address:
            yield Served(address, signed_in(database, "rita", *ROLES, author="msl-1").token or "")


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1440, "light")])
def test_each_page_is_accessible_and_fits(chromium: Browser, served: Served, width: int, scheme: str) -> None:
    context = served.context(chromium, width, scheme)
    page = context.new_page()
    assert [line for address in PAGES for line in violations(page, address)] == []
    for address in PAGES:
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_filters_are_a_form_that_works_without_script(chromium: Browser, served: Served) -> None:
    context = served.context(chromium, 1440, "light")
    page = context.new_page()
    page.goto("/measures")
    page.get_by_text("Choose").click()
    page.get_by_label("Compare by").select_option("team")
    page.get_by_role("button", name="Show").click()
    assert "by=team" in page.url
    assert page.get_by_role("heading", name="Do notes differ by team?").is_visible()
    context.close()
