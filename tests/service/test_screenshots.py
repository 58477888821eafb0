"""A picture of each page, as somebody with every role sees it. SCREENSHOTS names a folder for those of the demonstration."""

import os
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser

from service.settings import Settings
from tests.service.demonstrated import demonstrated
from tests.service.workbench import BESIDES, Workbench, workbench

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FOLDER = "SCREENSHOTS"
MOST = 2_000_000  # bytes of all pictures
HEIGHT = 900  # pixels of each


@pytest.fixture(scope="module")
def filled(request: pytest.FixtureRequest, settings: Settings, sqlite_template: Path) -> Iterator[Workbench]:
    copy = sqlite_template.with_name("pictures.db")
    copy.write_bytes(sqlite_template.read_bytes())
    url = f"sqlite:///{copy}"
    shown = demonstrated(settings, url) if FOLDER in os.environ else workbench(settings, request.getfixturevalue("predictor"), url)
    with shown as filled:
        yield filled


@pytest.mark.parametrize("width", [390, 1440])
def test_each_page_has_its_picture(chromium: Browser, filled: Workbench, tmp_path: Path, width: int) -> None:
    folder = Path(os.environ.get(FOLDER) or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    context = filled.context(chromium, width=width, height=HEIGHT, color_scheme="light", timezone_id="Europe/Zurich", locale="en-GB")
    page, shown = context.new_page(), dict.fromkeys(address for address in filled.pages(context) if address not in BESIDES)
    for address in shown:
        page.goto(address, wait_until="networkidle")
        file = folder / f"{named(address, filled)}-{width}.png"
        file.write_bytes(small(page.screenshot()))
        shown[address] = file.stat().st_size
    context.close()
    assert all(shown.values())
    assert sum(file.stat().st_size for file in folder.glob("*.png")) <= MOST


def named(address: str, filled: Workbench) -> str:
    """The page's file: its address without what is an example."""
    for example in filled.examples.values():
        address = address if "/" in example else address.replace(example, "one")
    return re.sub(r"\W+", "-", address).strip("-") or "judge"


def small(picture: bytes) -> bytes:
    """A page has few colours: a palette of them takes a third of the room."""
    packed = BytesIO()
    Image.open(BytesIO(picture)).convert("RGB").quantize(64, kmeans=1, dither=Image.Dither.NONE).save(packed, "PNG", optimize=True)
    return packed.getvalue()
