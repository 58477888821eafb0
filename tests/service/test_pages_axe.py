"""axe-core finds nothing to object to on any page, in light and in dark, on a phone and on a desk."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from insight_classifier.predictor import Predictor
from service.settings import Settings
from tests.service.workbench import Workbench, workbench

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TALL = 4000  # else the bar at the lower edge covers targets that one can scroll to
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def filled(settings: Settings, predictor: Predictor, sqlite_template: Path) -> Iterator[Workbench]:
    copy = sqlite_template.with_name("axe.db")
    copy.write_bytes(sqlite_template.read_bytes())
    with workbench(settings, predictor, f"sqlite:///{copy}") as filled:
        yield filled


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_every_page_is_accessible(chromium: Browser, filled: Workbench, scheme: str, width: int) -> None:
    context = filled.context(chromium, width=width, height=TALL, color_scheme=scheme)
    page, addresses = context.new_page(), filled.pages(context)
    assert addresses
    assert [line for address in addresses for line in violations(page, address)] == []
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_to_sign_in_at_is_accessible(chromium: Browser, filled: Workbench, scheme: str) -> None:
    page = chromium.new_page(base_url=filled.address, color_scheme=scheme)
    assert violations(page, "/login?left") == []
    page.close()


def violations(page: Page, address: str) -> list[str]:
    """What axe-core objects to, a line each."""
    page.goto(address)
    found = Axe().run(page, options={"runOnly": TAGS}).response["violations"]
    return [f"{address}: {one['id']}: {one['help']}: {[node['html'][:200] for node in one['nodes'][:3]]}" for one in found]
