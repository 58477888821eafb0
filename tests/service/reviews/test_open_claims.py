"""Claims on a physician that nobody documented a check of: which are open, by whose word, and where they are shown."""

from datetime import date
from typing import Any

import pytest

from insight_classifier.definition import Definition
from insight_classifier.measures.thread_parts import Parts, shipped_parts
from service.reviews.open_claims import Claimed, open_claims
from tests.service.reviews.desk import Desk
from tests.service.reviews.office import Office


@pytest.fixture
def parts(definition: Definition) -> Parts:
    found = shipped_parts(definition)
    assert found
    return found


def visit(desk: Desk, parts: Parts, name: str, *met: str, hcp: str | None = "h1") -> str:
    """On the first subject that makes a thread."""
    subject = next(one for one in desk.definition.dimension(parts.subject).names if one not in parts.without)
    said: dict[str, Any] = {parts.subject: {"name": subject, "probabilities": {subject: 0.9}}}
    return desk.note(name, *met, hcp=hcp, **said)


def found(desk: Desk, parts: Parts | None, hcp: str | None = "h1") -> list[Claimed]:
    with desk.database.read() as connection:
        return open_claims(connection, hcp, desk.definition, parts)


def test_a_claim_is_open_until_a_check_is_documented(desk: Desk, parts: Parts) -> None:
    note = visit(desk, parts, "a", parts.claim)
    [claim] = found(desk, parts)
    assert (claim.note_id, claim.day) == (note, date(2026, 5, 3))
    assert claim.question
    visit(desk, parts, "b", parts.check, hcp="h2")
    assert len(found(desk, parts)) == 1
    visit(desk, parts, "c", parts.check)
    assert found(desk, parts) == []


def test_peoples_word_comes_first(desk: Desk, parts: Parts) -> None:
    visit(desk, parts, "a", parts.claim)
    dimension = next(d for d in desk.definition.of_kind("checks") if parts.claim in d.names)
    desk.decide("a", "change", changes={dimension.name: {parts.claim: False}})
    assert found(desk, parts) == []


def test_what_one_said_of_a_note_that_another_decides_blind_is_not_told(desk: Desk, parts: Parts) -> None:
    desk.double_share = 1.0
    visit(desk, parts, "a", parts.claim)
    dimension = next(d for d in desk.definition.of_kind("checks") if parts.claim in d.names)
    desk.decide("a", "change", changes={dimension.name: {parts.claim: False}})
    assert len(found(desk, parts)) == 1


def test_without_a_physician_or_parts_there_are_none(desk: Desk, parts: Parts) -> None:
    visit(desk, parts, "a", parts.claim, hcp=None)
    assert found(desk, parts, None) == found(desk, None) == []


def test_the_physicians_page_asks_for_the_check_above_the_visits(office: Office, parts: Parts) -> None:
    visit(office.desk, parts, "a", parts.claim)
    later = visit(office.desk, parts, "b")
    office.enter("rita", "reviewer")
    page = office.get(f"/review/notes/{later}/physician").text
    assert page.index("2026-05-03; no check of it is documented since") < page.index('id="visits"')
    assert "Claim not checked" in page.partition('id="visits"')[2]
