"""Fixture: Debian's chromium, for the pages."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PROGRAM = Path("/usr/bin/chromium")
QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]


@pytest.fixture(scope="module")
def chromium() -> "Iterator[Browser]":
    """One for each file: while it runs, no event loop may be started in its thread."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is missing: THE PAGES WERE NOT TESTED IN A BROWSER")
    if not PROGRAM.exists():
        pytest.skip("chromium is missing (apt install chromium): THE PAGES WERE NOT TESTED IN A BROWSER")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(PROGRAM), args=QUIET)
        yield browser
        browser.close()
