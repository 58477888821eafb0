"""The page of the definition over HTTP: what it tells, of which version, and where people differ."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

import pytest
from starlette.testclient import TestClient

from insight_classifier.definition import Definition
from insight_classifier.predictor import Predictor
from service.accounts.browser import SESSION
from service.app import create_app
from service.database import Database
from service.definitions.following import Following
from service.settings import Settings
from tests.service.accounts.walk import signed_in
from tests.service.definitions.conftest import judge
from tests.service.people.conftest import HERE
from tests.service.reviews.desk import TEXT, Desk, every_check


@dataclass
class Reader:
    """A service on a database, at which a viewer sits."""

    desk: Desk
    browser: TestClient

    def page(self, path: str = "/definition") -> str:
        answer = self.browser.get(path)
        assert answer.status_code == 200
        return re.sub(r"\s+", " ", unescape(answer.text))

    def follow(self, *definitions: Definition) -> None:
        for definition in definitions:
            asyncio.run(Following(self.desk.database, lambda definition=definition: definition).round())  # type: ignore[misc]


@pytest.fixture
def reader(settings: Settings, predictor: Predictor, sqlite_url: str, definition: Definition) -> Iterator[Reader]:
    with Database(sqlite_url) as database:
        browser = TestClient(create_app(settings, predictor, database=database), base_url=HERE, follow_redirects=False)
        browser.cookies.set(SESSION, signed_in(database, "vera", "viewer").token or "")
        yield Reader(Desk(database, definition), browser)


def squeezed(text: str) -> str:
    return " ".join(text.split())


def test_the_page_tells_every_member_with_wording_examples_and_questions(reader: Reader, definition: Definition) -> None:
    page = reader.page()
    for dimension in definition.dimensions:
        for member in dimension.members:
            told = (member.title, member.wording, member.not_enough, member.acceptable.text, member.unacceptable.text, *member.coaching)
            assert [text for text in told if squeezed(text) not in page] == []
    assert definition.label.rule.words({name: check.title for name, check in definition.checks.items()}) in page


def test_the_history_tells_what_a_change_flipped_with_links_to_notes(reader: Reader, definition: Definition, second: Definition) -> None:
    note = judge(reader.desk.database, definition, "a", definition.label.rule.names[0])
    judge(reader.desk.database, definition, "b")
    reader.follow(definition, second)
    page = reader.page()
    assert f"<b>1</b> of 2 judgements made under version {definition.version} get another label" in page
    assert f'href="/review/notes/{note}" dir="auto">{TEXT}' in page
    assert "What changed: " in page


def test_an_older_version_can_be_read_and_downloaded(reader: Reader, definition: Definition, second: Definition) -> None:
    reader.follow(definition, second)
    assert "This is an older version" not in reader.page(f"/definition/{definition.fingerprint}")
    assert "This is an older version" in reader.page(f"/definition/{second.fingerprint}")
    answer = reader.browser.get(f"/definition/{second.fingerprint}/file")
    assert answer.text == second.source.read_text(encoding="utf-8")
    assert answer.headers["content-disposition"] == f'attachment; filename="{second.name}-{second.fingerprint}.yaml"'


def test_the_version_in_force_can_be_downloaded_before_it_is_on_record(reader: Reader, definition: Definition) -> None:
    assert reader.browser.get(f"/definition/{definition.fingerprint}/file").text == definition.source.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", ["/definition/0123456789abcdef", "/definition/x/file"])
def test_a_version_that_was_never_seen_is_told(reader: Reader, path: str) -> None:
    assert reader.browser.get(path).status_code == 404


def test_where_people_differ_stands_with_their_notes_and_agreement(reader: Reader, definition: Definition) -> None:
    desk, check = reader.desk, definition.checks[every_check(definition)[-1]]
    desk.double_share = 1.0
    note = desk.note("a", *every_check(definition))
    desk.decide("a", "confirm", "anna")
    dimension = next(one for one in definition.of_kind("checks") if check.name in one.names)
    desk.decide("a", "change", "ben", changes={dimension.name: {check.name: False}})
    page = reader.page()
    assert f'href="/review/notes/{note}?queue=disagree"' in page
    assert "in dispute on 1" in page.partition(f'id="{dimension.name}.{check.name}"')[2].partition("</section>")[0]
    assert "All gave one and the same answer on 1 note" in page


def test_without_disputes_and_decisions_the_page_says_when_there_will_be(reader: Reader) -> None:
    page = reader.page()
    assert "No two people differ on a note now" in page
    assert "Nobody decided beside another yet" in page
