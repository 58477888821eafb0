"""Reviewing in a real browser by keys alone, and without script by buttons: Debian's chromium."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from insight_classifier.definition import Definition
from insight_classifier.predictor import Predictor
from service.accounts.browser import SESSION
from service.app import create_app
from service.database import Database
from service.reviews.keys import member_keys
from service.reviews.store import REVIEWS
from service.settings import Settings
from tests.service.accounts.walk import signed_in
from tests.service.conftest import running
from tests.service.reviews.desk import Desk, every_check

pytestmark = pytest.mark.browser
HOSTILE = "<script>document.title='broken'</script><b>not bold</b> 🧪 & \"quoted\" " + "unbreakable" * 40


@pytest.fixture
def desk(settings: Settings, predictor: Predictor, sqlite_url: str, definition: Definition) -> Iterator[tuple[Desk, str]]:
    """A desk with three notes and the address of a real server on its database."""
    with Database(sqlite_url) as database, running(create_app(settings, predictor, database=database)) as address:
        desk = Desk(database, definition)
        desk.note("a", *every_check(definition)[:1], metadata={"author": "msl-7"})
        desk.note("b", *definition.dimension(definition.dimensions[-1].name).names[:1], level=1, metadata={"author": "msl-8"})
        desk.note("c", text=HOSTILE)
        yield desk, address


def page_of(chromium: Browser, desk: tuple[Desk, str], *, script: bool = True, width: int = 1440) -> Page:
    """A browser in which a reviewer is signed in."""
    visitor = signed_in(desk[0].database, f"rita{width}", "reviewer")
    context = chromium.new_context(base_url=desk[1], viewport={"width": width, "height": 900}, java_script_enabled=script)
    context.add_cookies([{"name": SESSION, "value": visitor.token or "", "url": desk[1]}])
    return context.new_page()


@pytest.fixture
def page(chromium: Browser, desk: tuple[Desk, str]) -> Iterator[Page]:
    """Watched: a script error or a breach of the content policy fails the test."""
    page = page_of(chromium, desk)
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda line: troubles.append(line.text) if line.type == "error" else None)
    page.on("request", lambda request: troubles.append(request.url) if not request.url.startswith(desk[1]) else None)
    page.goto("/review")
    yield page
    page.context.close()
    assert troubles == []


def kinds(desk: tuple[Desk, str]) -> list[tuple[str, str]]:
    names = {kept.note_id: name for name, kept in desk[0].kept.items()}
    return [(names[row["note_id"]], row["kind"]) for row in desk[0].rows(select(REVIEWS).order_by(REVIEWS.c.id))]


def start(page: Page) -> None:
    """By key, from the list to the first note, whose script is there."""
    page.keyboard.press("Enter")
    page.wait_for_url("**/review/notes/**")


def test_one_key_confirms_and_goes_on_and_the_row_is_there(page: Page, desk: tuple[Desk, str]) -> None:
    start(page)
    for letter in "cba":
        note = desk[0].kept[letter].note_id
        page.wait_for_url(f"**/review/notes/{note}?queue=newest")
        page.keyboard.press("Enter")
        page.wait_for_function("note => !location.pathname.endsWith(note)", arg=note)
        page.wait_for_load_state("load")
        assert kinds(desk)[-1] == (letter, "confirm")
    expect(page.get_by_text("That was the last note")).to_be_visible()


def test_a_key_changes_its_member_and_undo_brings_it_back(page: Page, desk: tuple[Desk, str], definition: Definition) -> None:
    start(page)
    dimension = next(definition.of_kind("scale"))
    page.keyboard.press(member_keys(definition)[dimension.name, dimension.names[1]])
    expect(page.get_by_role("button", name="Save changes")).to_be_visible()
    page.keyboard.press("c")
    page.keyboard.type("fs?")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**/{desk[0].kept['b'].note_id}?queue=newest")
    [row] = desk[0].rows(select(REVIEWS))
    assert (row["kind"], row["comment"], row["answer"][dimension.name]) == ("change", "fs?", 1)
    page.keyboard.press("z")
    page.wait_for_url(f"**/{desk[0].kept['c'].note_id}?queue=newest")
    assert kinds(desk)[-1] == ("c", "undo")


def test_skip_flag_evidence_help_and_the_list_have_keys(page: Page, desk: tuple[Desk, str]) -> None:
    start(page)
    page.keyboard.press("s")
    page.wait_for_url(f"**/{desk[0].kept['b'].note_id}?queue=newest")
    page.keyboard.press("f")
    expect(page.get_by_role("button", name="Flag again")).to_be_visible()
    page.wait_for_load_state("load")
    assert kinds(desk) == [("c", "skip"), ("b", "flag")]
    page.keyboard.press("e")
    expect(page.locator(".text mark").first).to_have_css("text-decoration-line", "none")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_have_attribute("open", "")
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    page.wait_for_url("**/review?queue=newest")


def test_every_key_is_printed_on_what_it_presses(page: Page) -> None:
    start(page)
    keys = page.locator("[data-key]").evaluate_all("nodes => nodes.map(n => [n.dataset.key, (n.labels?.[0] ?? n).textContent])")
    assert len({key for key, _ in keys}) == len(keys)
    assert [(key, text) for key, text in keys if key not in text] == []


def test_it_works_without_script(chromium: Browser, desk: tuple[Desk, str]) -> None:
    page = page_of(chromium, desk, script=False)
    page.goto("/review")
    page.get_by_role("button", name="Start with the first").click()
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("button", name="Skip").click()
    page.get_by_role("button", name="Undo").click()
    assert kinds(desk) == [("c", "confirm"), ("b", "skip"), ("b", "undo")]
    page.context.close()


def test_html_in_a_note_appears_as_typed(page: Page, desk: tuple[Desk, str]) -> None:
    start(page)
    assert page.title() != "broken"
    shown = "n => { for (const l of n.querySelectorAll('.letter, .unseen')) l.remove(); return n.textContent }"
    assert page.locator(".text").evaluate(shown) == HOSTILE


@pytest.mark.parametrize("width", [390, 768, 1440, 1920])
def test_nothing_sticks_out_at_any_width(chromium: Browser, desk: tuple[Desk, str], width: int) -> None:
    page, note = page_of(chromium, desk, width=width), desk[0].kept["b"].note_id
    for path in ("/review", "/review?q=clinic", f"/review/notes/{note}?queue=newest", f"/review/notes/{desk[0].kept['c'].note_id}"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    page.context.close()
