"""One note in a real browser: evidence by selection, key presses counted, and nothing lost where connection or session is."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from sqlalchemy import select

from insight_classifier.definition import Definition
from insight_classifier.predictor import Predictor
from service.accounts.browser import SESSION
from service.accounts.sessions import Spans, begin, end_sessions_of
from service.accounts.tokens import hash_of, new_token
from service.accounts.visitor import Visitor
from service.app import create_app
from service.database import Database, now
from service.reviews.evidence import legend
from service.reviews.keys import member_keys
from service.reviews.store import REVIEWS
from service.settings import Settings
from tests.service.accounts.walk import signed_in
from tests.service.conftest import running
from tests.service.reviews.desk import Desk, every_check

pytestmark = pytest.mark.browser
AIM = "Move her off the idea that it harms 🧪 the old.\r\nStay calm."
NOTE = (
    "Café talk with Dr A👩‍👩‍👧 on CKD.\r\nShe won't start it in CKD 4, the trial <b>excluded</b> them &amp; she was burned.\n"
    "<script>document.title='broken'</script> A third of her clinic waits for cafe\u0301 data."
)
PICK = """([name, words]) => {
  const texts = document.createTreeWalker(document.querySelector(`[data-field="${name}"]`), NodeFilter.SHOW_TEXT);
  const pieces = [];
  while (texts.nextNode()) if (!texts.currentNode.parentElement.closest('.letter, .unseen')) pieces.push(texts.currentNode);
  const at = (place) => {
    for (const piece of pieces) {
      if (place <= piece.length) return [piece, place];
      place -= piece.length;
    }
  };
  const start = pieces.map((piece) => piece.data).join('').indexOf(words);
  const range = document.createRange();
  range.setStart(...at(start));
  range.setEnd(...at(start + words.length));
  scrollTo(0, range.getBoundingClientRect().top + scrollY - 200);
  const [first, last] = [range.getClientRects()[0], [...range.getClientRects()].at(-1)];
  return [first.left + 0.5, first.top + first.height / 2, last.right, last.top + last.height / 2];
}"""


@dataclass
class House:
    """A real server on the database of a desk, and browsers that people sit at."""

    desk: Desk
    address: str
    chromium: Browser

    def enter(self, login: str, role: str = "reviewer", **options: Any) -> tuple[Page, Visitor]:
        context = self.chromium.new_context(base_url=self.address, viewport={"width": 1440, "height": 900}, **options)
        visitor = signed_in(self.desk.database, login, role)
        self.admit(context, visitor.token or "")
        return context.new_page(), visitor

    def admit(self, context: BrowserContext, token: str) -> None:
        context.add_cookies([{"name": SESSION, "value": token, "url": self.address}])

    def open(self, page: Page, name: str, query: str = "") -> None:
        page.goto(f"/review/notes/{self.desk.kept[name].note_id}{query}")

    def reviews(self) -> list[Any]:
        return list(self.desk.rows(select(REVIEWS).order_by(REVIEWS.c.id)))

    def quotes(self, fields: dict[str, str]) -> list[tuple[str, str]]:
        """What the latest decision marked, as Python reads it."""
        return [(mark["tag"], fields[mark["field"]][mark["start"] : mark["end"]]) for mark in self.reviews()[-1]["answer"]["evidence"]]


@pytest.fixture
def house(settings: Settings, predictor: Predictor, sqlite_url: str, definition: Definition, chromium: Browser) -> Iterator[House]:
    with Database(sqlite_url) as database, running(create_app(settings, predictor, database=database)) as address:
        yield House(Desk(database, definition), address, chromium)
        for context in chromium.contexts:
            context.close()


FIELDS = {"text": NOTE, "call_objective": AIM}


@pytest.fixture
def page(house: House) -> Page:
    """A reviewer before a note that is hard to point at."""
    house.desk.note("a", text=NOTE, fields={"call_objective": AIM})
    page, _ = house.enter("rita")
    house.open(page, "a")
    return page


def drag(page: Page, field: str, words: str) -> None:
    """Select with the mouse."""
    left, top, right, bottom = page.evaluate(PICK, [field, words])
    page.mouse.move(left, top)
    page.mouse.down()
    page.mouse.move(right, bottom, steps=4)
    page.mouse.up()


def marker_keys(definition: Definition) -> dict[str, str]:
    return {marker.tag.name: marker.key for group in legend(definition, {}, ()) for marker in group.markers}


def save(page: Page) -> None:
    with page.expect_navigation():
        page.keyboard.press("Enter")


def press(page: Page, *keys: str) -> int:
    for key in keys:
        page.keyboard.press(key)
        page.wait_for_timeout(20)  # the browser tells of a selection in its own time
    return len(keys)


def test_evidence_is_selected_over_emoji_accents_line_ends_and_tags(page: Page, house: House, definition: Definition) -> None:
    keys, sought = marker_keys(definition), ("Dr A👩‍👩‍👧 on CKD", "trial <b>excluded</b> them &amp; she", "for cafe\u0301 data")
    for tag, words in zip(every_check(definition), sought, strict=True):
        drag(page, "text", words)
        press(page, keys[tag])
    save(page)
    assert sorted(house.quotes(FIELDS)) == sorted(zip(every_check(definition), sought, strict=True))
    assert page.title() != "broken"


def test_marks_overlap_and_stand_in_every_field(page: Page, house: House, definition: Definition) -> None:
    tags = list(marker_keys(definition))[:3]
    sought = (("text", "CKD 4, the trial"), ("text", "the trial <b>excluded"), ("call_objective", "idea that it harms 🧪 the"))
    for tag, (field, words) in zip(tags, sought, strict=True):
        drag(page, field, words)
        press(page, marker_keys(definition)[tag])
    save(page)
    assert sorted(words for _, words in house.quotes(FIELDS)) == sorted(words for _, words in sought)


def test_a_button_marks_what_a_finger_selected(house: House, definition: Definition) -> None:
    house.desk.note("a", text=NOTE)
    page, _ = house.enter("rita", has_touch=True)
    house.open(page, "a")
    drag(page, "text", "third of her clinic")
    page.locator("#marker button").first.tap()
    page.get_by_role("button", name="Save changes").tap()
    expect(page.locator(".deeds")).to_be_visible()
    assert [words for _, words in house.quotes(FIELDS)] == ["third of her clinic"]


def test_a_mark_is_moved_and_removed_by_keys(page: Page, house: House, definition: Definition) -> None:
    first, second = every_check(definition)[:2]
    keys = marker_keys(definition)
    press(page, "m", "ArrowDown", keys[first], "m", "ArrowDown", keys[second])
    page.locator("mark[tabindex]").last.focus()
    press(page, "Delete")
    page.locator("mark[tabindex]").first.focus()
    press(page, "ArrowRight", "Shift+ArrowLeft", "Shift+ArrowLeft")
    save(page)
    assert house.quotes(FIELDS) == [(first, "talk with Dr A👩‍👩‍👧 on")]


def test_the_evidence_of_each_dimension_has_a_key(page: Page, house: House, definition: Definition) -> None:
    house.desk.note("b", *every_check(definition), level=1)
    house.open(page, "b")
    groups = legend(definition, {}, ())
    shown = page.locator(".texts mark:not(.off)")
    whole = shown.count()
    press(page, groups[0].key)
    assert 0 < shown.count() < whole
    assert page.locator("#legend button[aria-pressed=false]").count() == 1
    press(page, groups[0].key, "e")
    assert shown.count() == 0


def test_what_is_denied_is_neither_shown_nor_sent(page: Page, house: House, definition: Definition) -> None:
    first, second = every_check(definition)[:2]
    press(page, "m", marker_keys(definition)[first], "m", "ArrowDown", marker_keys(definition)[second])
    press(page, marker_keys(definition)[second])
    expect(page.locator("mark[tabindex]")).to_have_count(1)
    save(page)
    assert [tag for tag, _ in house.quotes(FIELDS)] == [first]


def test_what_is_judged_of_a_check_is_denied_with_it(house: House, definition: Definition) -> None:
    """One key for the check and one to save, whatever depends on it."""
    of_another = [name for name, member in definition.checks.items() if member.requires]
    needed = definition.checks[of_another[0]].requires[0]
    house.desk.note("a", needed, *of_another)
    page, _ = house.enter("rita")
    house.open(page, "a", "?queue=newest")
    press(page, marker_keys(definition)[needed])
    expect(page.locator("[data-requires]:checked")).to_have_count(0)
    save(page)
    assert len(house.reviews()) == 1


def test_a_full_correction_takes_under_ten_keys(house: House, definition: Definition) -> None:
    """A missed criterion with its sentence as evidence, one level up, another objective."""
    house.desk.note("a", every_check(definition)[0], text="She asks for renal data. The trial excluded CKD 4. A third of her clinic waits.")
    page, _ = house.enter("rita")
    house.open(page, "a", "?queue=newest")
    scale, choice, members = next(definition.of_kind("scale")), next(definition.of_kind("choice")), member_keys(definition)
    pressed = press(page, "m", "ArrowDown", "ArrowDown", marker_keys(definition)[every_check(definition)[1]])
    pressed += press(page, members[scale.name, scale.names[1]], members[choice.name, choice.names[2]])
    save(page)
    [row] = house.reviews()
    assert pressed + 1 < 10
    assert (row["kind"], row["answer"][scale.name], row["answer"][choice.name]) == ("change", 1, choice.names[2])
    assert "The trial excluded CKD 4." in [
        words for _, words in house.quotes({"text": "She asks for renal data. The trial excluded CKD 4."})
    ]


@pytest.mark.slow
def test_ten_notes_take_ten_keys(house: House, definition: Definition) -> None:
    for number in range(10):
        house.desk.note(str(number), *every_check(definition)[: number % 4])
    page, _ = house.enter("rita")
    page.goto("/review?queue=newest")
    for _ in range(11):  # the first starts with the first note
        save(page)
        page.wait_for_load_state("load")
    assert [row["kind"] for row in house.reviews()] == ["confirm"] * 10
    expect(page.get_by_text("That was the last note")).to_be_visible()


def test_two_browsers_on_one_note(page: Page, house: House, definition: Definition) -> None:
    other, _ = house.enter("ben")
    house.open(other, "a")
    press(other, "m", marker_keys(definition)[every_check(definition)[0]], "c")
    other.keyboard.type("mine")
    save(page)
    with other.expect_navigation():
        other.keyboard.press("Control+Enter")
    expect(other.locator("#trouble")).to_contain_text("rita")
    assert (len(house.reviews()), other.locator("#comment").input_value()) == (1, "mine")
    expect(other.locator("mark[tabindex]")).to_have_count(1)
    other.locator("#trouble").focus()
    save(other)
    assert [row["kind"] for row in house.reviews()] == ["confirm", "change"]


def test_a_lost_connection_loses_nothing(page: Page, house: House, definition: Definition) -> None:
    press(page, "m", marker_keys(definition)[every_check(definition)[0]])
    page.context.set_offline(True)
    page.keyboard.press("Enter")
    expect(page.locator("#unsent")).to_contain_text("Not saved")
    assert house.reviews() == []
    page.context.set_offline(False)
    save(page)
    assert [row["kind"] for row in house.reviews()] == ["change"]


def test_an_answer_that_never_came_back_is_sent_again_and_counts_once(page: Page, house: House) -> None:
    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/review/notes/*", lose, times=1)
    page.keyboard.press("Enter")
    expect(page.locator("#unsent")).to_contain_text("Not saved")
    save(page)
    assert [row["superseded_at"] is None for row in house.reviews()] == [False, True]


def test_a_session_that_ends_in_mid_decision_keeps_the_answers(house: House, definition: Definition) -> None:
    house.desk.note("a", text=NOTE)
    page, visitor = house.enter("rita")
    house.open(page, "a", "?queue=newest")
    press(page, "m", marker_keys(definition)[every_check(definition)[0]], "c")
    page.keyboard.type("fs?")
    house.desk.database.write(lambda connection: end_sessions_of(connection, visitor.account.id))
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/login?next=*")
    token = new_token()
    house.desk.database.write(lambda connection: begin(connection, visitor.account.id, hash_of(token), now(), Spans()))
    house.admit(page.context, token)
    page.reload()  # who is signed in goes on to where they were
    expect(page.locator("#state")).to_contain_text("here again")
    assert page.locator("#comment").input_value() == "fs?"
    expect(page.locator("mark[tabindex]")).to_have_count(1)
    save(page)
    assert [(row["kind"], row["comment"]) for row in house.reviews()] == [("change", "fs?")]


def test_what_is_not_saved_outlives_a_reload_but_not_the_person(page: Page, house: House) -> None:
    press(page, "c")
    page.keyboard.type("a thought")
    page.reload()
    assert page.locator("#comment").input_value() == "a thought"
    house.admit(page.context, signed_in(house.desk.database, "ben", "reviewer").token or "")
    page.reload()
    assert page.locator("#comment").input_value() == ""


def test_starting_over_brings_the_models_answer_back(page: Page, definition: Definition) -> None:
    press(page, "m", marker_keys(definition)[every_check(definition)[0]])
    page.get_by_role("button", name="Start over").click()
    expect(page.get_by_role("button", name="Start over")).to_be_hidden()
    expect(page.locator("mark[tabindex]")).to_have_count(0)


def test_a_key_makes_it_ones_own_and_a_lead_chooses_from_a_list(house: House) -> None:
    house.desk.note("a")
    signed_in(house.desk.database, "ben", "reviewer")
    page, _ = house.enter("lea", "lead")
    house.open(page, "a")
    with page.expect_navigation():
        page.keyboard.press("M")
    expect(page.locator(".assigned")).to_contain_text("Assigned to you")
    press(page, "a", "b", "e", "Enter")
    expect(page.locator(".assigned")).to_contain_text("Assigned to ben")
