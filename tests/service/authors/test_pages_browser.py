"""The loop in a real browser: a lead takes steps, the author reads the answer and does not agree, subscribers and reviewers are told."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from insight_classifier.definition import Definition
from insight_classifier.predictor import Predictor
from service.accounts.browser import SESSION
from service.app import create_app
from service.database import Database
from service.reviews.insights import EVENT, Step, take_step
from service.settings import Settings
from service.webhooks.outbox import emit
from tests.service.accounts.walk import signed_in
from tests.service.conftest import running
from tests.service.reviews.desk import Desk, every_check
from tests.service.webhooks.conftest import messages, subscribed

pytestmark = pytest.mark.browser
AUTHOR, ANSWER, OUTCOME = "msl-7", "Your note moved the plan for CKD 4.", "A cohort is planned."
LONG = "unbreakable" * 40


@dataclass
class House:
    """A real server on the database of a desk, and browsers that people sit at."""

    desk: Desk
    address: str
    chromium: Browser

    def page(self, login: str, role: str, *, width: int = 1440, script: bool = True) -> Page:
        visitor = signed_in(self.desk.database, login, role, author=AUTHOR if role == "author" else None)
        options: dict[str, Any] = {"viewport": {"width": width, "height": 900}, "java_script_enabled": script}
        context = self.chromium.new_context(base_url=self.address, **options)
        context.add_cookies([{"name": SESSION, "value": visitor.token or "", "url": self.address}])
        return context.new_page()


@pytest.fixture
def house(settings: Settings, predictor: Predictor, sqlite_url: str, definition: Definition, chromium: Browser) -> Iterator[House]:
    with Database(sqlite_url) as database, running(create_app(settings, predictor, database=database)) as address:
        desk = Desk(database, definition)
        desk.note("a", *every_check(definition), metadata={"author": AUTHOR, "hcp": "dr-1"})
        desk.note("b", *every_check(definition)[:1], metadata={"author": AUTHOR}, coaching=["By when would she need it?"])
        desk.note("c", *every_check(definition), text=LONG, metadata={"author": AUTHOR})
        yield House(desk, address, chromium)


@pytest.mark.parametrize("script", [True, False])
def test_a_lead_takes_steps_and_the_author_reads_the_answer(house: House, script: bool) -> None:
    subscribed(house.desk.database, "https://crm.example.com/hook", events=(EVENT,), include_text=True)
    lead = house.page("lea", "lead", script=script)
    lead.goto("/insights")
    lead.locator(f'a[href$="{house.desk.kept["a"].note_id}#life"]').last.click()
    for act in ("Take it under review", "Say that it was acted on"):
        lead.get_by_role("button", name=act).click()
    lead.get_by_label("Outcome").fill(OUTCOME)
    lead.get_by_label("A sentence to the author").fill(ANSWER)
    lead.get_by_role("button", name="Close it").click()
    expect(lead.locator("#life .state")).to_have_text("Closed")
    mia = house.page("mia", "author", script=script)
    mia.goto("/me")
    answered = mia.get_by_role("region", name="Answered last")
    expect(answered).to_contain_text(ANSWER)
    answered.get_by_role("link").click()
    expect(mia.get_by_role("region", name="What became of it")).to_contain_text(OUTCOME)
    told = [(row.data["state"], bool(row.words)) for row in messages(house.desk.database)]
    assert sorted(told) == [("acted_on", False), ("closed", True), ("under_review", False)]


def test_an_author_who_does_not_agree_is_heard(house: House) -> None:
    mia, rita = house.page("mia", "author"), house.page("rita", "reviewer")
    mia.goto(f"/me/notes/{house.desk.kept['b'].note_id}")
    mia.get_by_label("I do not agree").fill("She did say by when.")
    mia.get_by_role("button", name="Tell the reviewers").click()
    expect(mia.get_by_role("status")).to_contain_text("She did say by when.")
    rita.goto("/review?queue=objected")
    rita.locator(".words a").click()
    expect(rita.get_by_role("region", name="What people said")).to_contain_text("She did say by when.")


@pytest.mark.parametrize("width", [390, 768, 1440, 1920])
def test_nothing_sticks_out_at_any_width(house: House, width: int) -> None:
    ids = [kept.note_id for kept in house.desk.kept.values()]
    step = Step(ids[2], "declined", "lea", outcome=LONG, answer=LONG)
    house.desk.database.write(lambda connection: take_step(connection, step, emit, house.desk.later()))
    for login, role, paths in (
        ("lea", "lead", ["/insights", "/insights?life=declined", f"/review/notes/{ids[2]}"]),
        ("mia", "author", ["/me", *(f"/me/notes/{note_id}" for note_id in ids)]),
    ):
        page = house.page(login, role, width=width)
        for path in paths:
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
