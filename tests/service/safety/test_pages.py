"""The pages of the safety lane over HTTP, as a browser without script uses them."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from insight_classifier.definition import Definition, Member
from insight_classifier.predictor import Predictor
from service.accounts.browser import SESSION
from service.accounts.visitor import Visitor
from service.app import create_app
from service.audit.tables import AuditRow
from service.database import Database, now
from service.notes.rules import Delivery, hash_of
from service.notes.store import keep
from service.safety.rules import FALSE_ALARMS, Hit, Place, Scan
from service.safety.store import record_many
from service.safety.tables import ItemEvent
from service.settings import Settings
from tests.service.accounts.walk import signed_in
from tests.service.people.conftest import HERE

TEXT = "=One lady 🧪 on it ended up in hospital with <b>jaundice</b>. DOB 04/07/1961. Wants the label."
EVENT, BIRTH = "hospital with <b>jaundice</b>", "DOB 04/07/1961"
REASON = next(iter(FALSE_ALARMS))


def of_lane(definition: Definition, *, by_model: bool) -> Member:
    """A flag that asks for quotes, judged by the model or by rules alone."""
    return next(m for d in definition.of_kind("checks") if d.lane for m in d.members if m.evidence and ("model" in m.judged_by) is by_model)


@dataclass
class Ward:
    """A service with notes that were flagged, and a browser that anybody may sit at."""

    database: Database
    browser: TestClient
    definition: Definition
    visitor: Visitor | None = None

    def flag(self, name: str = "a", *, hours_ago: float = 1, text: str = TEXT, kept: bool = True) -> str:
        """A note with an event and a detail of a patient; the id of its item."""
        at = now() - timedelta(hours=hours_ago)
        delivery = Delivery("veeva", name, {"text": text}, author="msl-7", hcp="hcp-1", metadata={"product": "Clarivumab"}, written_at=at)
        event, birth = (of_lane(self.definition, by_model=by).name for by in (True, False))
        hits = (Hit(event, frozenset(("model", "rule")), (place(EVENT),)), Hit(birth, frozenset(("rule",)), (place(BIRTH),)))

        def write(connection: Any) -> str:
            note = keep(connection, delivery, at).note_id if kept else f"refused-{name}"
            scan = Scan(note, hash_of(dict(delivery.fields)), "veeva", at, hits, record_id=name, written_at=at)
            return record_many(connection, [scan], at, emit=lambda *_: None)[note]

        return self.database.write(write)

    def enter(self, login: str, *roles: str) -> Visitor:
        self.visitor = signed_in(self.database, login, *roles)
        self.browser.cookies.clear()
        self.browser.cookies.set(SESSION, self.visitor.token or "")
        return self.visitor

    def get(self, path: str) -> Any:
        return self.browser.get(path)

    def post(self, path: str, **form: str) -> Any:
        token = self.visitor.csrf if self.visitor else ""
        return self.browser.post(path, data={"csrf": token, "revision": "1", **form}, headers={"Origin": HERE})


def place(quote: str) -> Place:
    start = TEXT.index(quote)
    return Place("text", start, start + len(quote), quote)


@pytest.fixture
def ward(settings: Settings, predictor: Predictor, sqlite_url: str, definition: Definition) -> Iterator[Ward]:
    with Database(sqlite_url) as database:
        app = create_app(settings, predictor, database=database)
        with TestClient(app, base_url=HERE, client=("203.0.113.7", 50000), follow_redirects=False) as browser:
            yield Ward(database, browser, definition)


def test_the_list_tells_the_clock_and_the_words_the_most_urgent_first(ward: Ward) -> None:
    ward.flag("late", hours_ago=26.5), ward.flag("new", hours_ago=1)
    ward.enter("vera", "viewer")
    page = ward.get("/safety").text
    assert page.index("overdue by 2 h 30 min") < page.index("due in 22 h 59 min")
    assert all(words in page for words in ("1 item is overdue", "msl-7", "hospital with &lt;b&gt;jaundice", 'datetime="20'))
    assert "new" not in ward.get("/safety?show=overdue").text.partition('class="lines"')[2]


def test_each_tab_holds_its_state_and_an_empty_one_says_what_to_do(ward: Ward) -> None:
    item = ward.flag()
    ward.enter("rita", "reviewer")
    assert "No item waits to be handed over" in ward.get("/safety?show=acknowledged").text
    ward.post(f"/safety/items/{item}", act="acknowledge")
    assert item in ward.get("/safety?show=acknowledged").text
    assert item not in ward.get("/safety").text


def test_a_long_list_is_paged_by_a_cursor(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.safety.pages.PAGE", 1)
    first, second = ward.flag("a", hours_ago=3), ward.flag("b", hours_ago=2)
    ward.enter("vera", "viewer")
    page = ward.get("/safety").text
    assert first in page
    assert second not in page
    following = page.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert second in ward.get(following).text


@pytest.mark.parametrize("query", ["show=nothing", "what=else", "after=x"])
def test_an_address_that_asks_for_nothing_known_is_told(ward: Ward, query: str) -> None:
    ward.enter("vera", "viewer")
    assert ward.get(f"/safety?{query}").status_code == 422
    assert ward.get("/safety/items/saf_none").status_code == 404


def test_an_item_shows_its_words_marked_its_clock_and_where_it_came_from(ward: Ward, definition: Definition) -> None:
    item = ward.flag()
    ward.enter("vera", "viewer")
    page = ward.get(f"/safety/items/{item}").text
    event, birth = (of_lane(definition, by_model=by).title for by in (True, False))
    assert f'title="{event}, found by the rules and the model"' in page
    assert f'title="{birth}, found by the rules"' in page
    assert all(
        words in page for words in ("record a", "physician hcp-1", "the date that the CRM gives", "details that could identify a patient")
    )
    assert "takes the role of a reviewer" in page
    assert "<b>jaundice" not in page


def test_an_item_goes_from_hand_to_hand_and_its_history_tells(ward: Ward) -> None:
    item = ward.flag()
    rita = ward.enter("rita", "reviewer")
    assert ward.post(f"/safety/items/{item}", act="acknowledge", comment="called").status_code == 303
    assert ward.post(f"/safety/items/{item}", act="hand_over", to="Drug safety", reference="PV-1").status_code == 303
    page = ward.get(f"/safety/items/{item}").text
    assert all(words in page for words in ("to Drug safety, case PV-1", "called", rita.account.name, "in time, 22 h"))
    assert 'value="acknowledge"' not in page


def test_a_hand_over_without_its_reference_is_refused_and_keeps_what_was_typed(ward: Ward) -> None:
    item = ward.flag()
    ward.enter("rita", "reviewer")
    ward.post(f"/safety/items/{item}", act="acknowledge")
    answer = ward.post(f"/safety/items/{item}", act="hand_over", to="Drug safety", reference=" ")
    assert answer.status_code == 422
    assert "reference of the safety desk&#39;s case is missing" in answer.text
    assert 'value="Drug safety"' in answer.text


def test_a_false_alarm_needs_a_reason_and_can_be_opened_again(ward: Ward) -> None:
    item = ward.flag()
    ward.enter("rita", "reviewer")
    assert ward.post(f"/safety/items/{item}", act="close", reason=REASON).status_code == 422
    assert ward.post(f"/safety/items/{item}", act="close", reason=REASON, comment="a trial's rate").status_code == 303
    assert FALSE_ALARMS[REASON] in ward.get(f"/safety/items/{item}").text
    assert ward.post(f"/safety/items/{item}", act="reopen").status_code == 303
    assert item in ward.get("/safety").text


def test_the_second_is_told_who_was_first(ward: Ward) -> None:
    item = ward.flag()
    ward.enter("rita", "reviewer")
    ward.post(f"/safety/items/{item}", act="acknowledge")
    answer = ward.post(f"/safety/items/{item}", act="acknowledge")
    assert (answer.status_code, "It was acknowledged by" in answer.text, "Nothing was stored" in answer.text) == (409, True, True)


@pytest.mark.parametrize(
    "form", [{"act": "delete"}, {}, {"act": "acknowledge", "revision": "x"}, {"act": "acknowledge", "comment": "x" * 2001}]
)
def test_a_form_that_is_none_of_ours_changes_nothing(ward: Ward, form: dict[str, str]) -> None:
    item = ward.flag()
    ward.enter("rita", "reviewer")
    assert ward.post(f"/safety/items/{item}", **form).status_code == 422
    assert item in ward.get("/safety").text


@pytest.mark.parametrize("role", ["viewer", "scientist", "author", "admin"])
def test_who_may_not_act_is_refused_on_the_server(ward: Ward, role: str) -> None:
    item = ward.flag()
    ward.enter("x", role)
    for path, form in ((f"/safety/items/{item}", {"act": "acknowledge"}), (f"/safety/items/{item}/export", {"form": "csv"})):
        assert ward.post(path, **form).status_code == 403


def test_the_csv_holds_the_elements_and_a_spreadsheet_computes_nothing(ward: Ward) -> None:
    item = ward.flag()
    ward.enter("rita", "reviewer")
    answer = ward.post(f"/safety/items/{item}/export", form="csv")
    rows = {row["element"]: row for row in csv.DictReader(io.StringIO(answer.text))}
    assert answer.headers["content-disposition"] == f'attachment; filename="{item}.csv"'
    assert (rows["H.1"]["value"], rows["E.i.1.1a"]["value"], rows["G.k.2.2"]["value"]) == (f"'{TEXT}", EVENT, "Clarivumab")
    assert rows["context.received_by"]["value"] == "msl-7"


def test_the_json_says_what_is_missing_and_can_be_masked(ward: Ward, definition: Definition) -> None:
    item = ward.flag()
    ward.enter("rita", "reviewer")
    told = json.loads(ward.post(f"/safety/items/{item}/export", form="json", masked="yes").text)
    assert told["elements"]["H.1"] == TEXT.replace(BIRTH, "[masked]")
    assert {"D.1", "C.2.r.4", "E.i.4"} < set(told["to_be_established"])
    assert [one["kind"] for one in told["identifiers"]] == [of_lane(definition, by_model=False).name]


def test_an_export_is_in_the_history_and_the_audit_without_a_word_of_the_note(ward: Ward) -> None:
    item = ward.flag()
    ward.enter("rita", "reviewer")
    ward.post(f"/safety/items/{item}/export", form="json", masked="yes")
    assert "as json, identifiers masked" in ward.get(f"/safety/items/{item}").text
    with ward.database.read() as connection:
        rows = connection.execute(select(AuditRow.__table__).where(AuditRow.__table__.c.action == "safety.exported")).all()
        assert len(rows) == 1
        assert "jaundice" not in str(rows)
        assert (
            connection.execute(select(ItemEvent.__table__.c.kind).order_by(ItemEvent.__table__.c.number.desc())).scalars().first()
            == "exported"
        )


def test_the_printed_page_tells_what_is_to_be_established(ward: Ward) -> None:
    item = ward.flag()
    ward.enter("vera", "viewer")
    page = ward.get(f"/safety/items/{item}/report").text
    assert all(words in page for words in ("To be established", "E.i.1.1a", "this is no E2B(R3) message", BIRTH))
    assert BIRTH not in ward.get(f"/safety/items/{item}/report?masked").text


def test_an_item_whose_words_are_not_kept_says_where_they_are(ward: Ward) -> None:
    item = ward.flag(kept=False)
    ward.enter("rita", "reviewer")
    assert "Read it in the CRM" in ward.get(f"/safety/items/{item}").text
    told = json.loads(ward.post(f"/safety/items/{item}/export", form="json").text)
    assert told["elements"]["H.1"] is None
