"""The pages of gold and calibration over HTTP, from making a note gold to having passed."""

from collections.abc import Iterator

import pytest

from insight_classifier.definition import Definition
from insight_classifier.predictor import Predictor
from service.accounts.visitor import Visitor
from service.database import Database
from service.settings import Settings
from tests.service.reviews.desk import TEXT
from tests.service.reviews.office import Office, opened, path_of


@pytest.fixture
def office(settings: Settings, predictor: Predictor, sqlite_url: str, definition: Definition) -> Iterator[Office]:
    with Database(sqlite_url) as database, opened(settings, predictor, database, definition) as office:
        yield office


def made(office: Office) -> tuple[str, Visitor]:
    """A gold note and who made it."""
    note, lea = office.desk.note("a"), office.enter("lea", "lead")
    office.desk.decide("a", "confirm", lea.account.id)
    assert TEXT[-20:] in office.get("/review/gold").text
    assert office.post("/review/gold", note_id=note).status_code == 303
    return note, lea


def test_a_decided_note_becomes_gold_and_is_retired(office: Office) -> None:
    note, _ = made(office)
    assert office.desk.card("a").gold
    assert "1 gold note<" in office.get("/review/gold").text
    office.post(f"/review/gold/{note}/retire")
    assert not office.desk.card("a").gold
    assert "There is none yet" in office.get("/review/gold").text


def test_what_nobody_decided_cannot_become_gold(office: Office) -> None:
    note = office.desk.note("a")
    office.enter("lea", "lead")
    assert office.post("/review/gold", note_id=note).status_code == 409


def test_a_new_reviewer_answers_gold_unseen_and_then_sees_how_they_did(office: Office, definition: Definition) -> None:
    note, lea = made(office)
    office.enter("newt", "reviewer")
    assert "answered no gold note yet" in office.get("/review/calibration").text
    assert "confirmed the model" not in office.get(path_of(note, "queue=calibration")).text
    form = office.form(path_of(note, "queue=calibration"))
    scale = next(definition.of_kind("scale"))
    office.post(path_of(note, "queue=calibration"), **form | {f"answer.{scale.name}": scale.names[1], "act": "decide"})
    page = office.get("/review/calibration").text
    assert "You have passed" in page
    assert f"You said <b>{scale.members[1].title}</b>, agreed is <b>{scale.members[0].title}</b>" in page
    assert scale.members[1].acceptable.text.replace("'", "&#39;") in page
    office.sit(lea)
    assert "<dt>newt</dt><dd>✓ Passed" in office.get("/review/gold").text


@pytest.mark.parametrize(("role", "gold", "own"), [("viewer", 403, 403), ("reviewer", 403, 200), ("lead", 200, 200), ("author", 403, 403)])
def test_each_role_sees_what_it_may(office: Office, role: str, gold: int, own: int) -> None:
    office.enter("person", role)
    assert [office.get("/review/gold").status_code, office.get("/review/calibration").status_code] == [gold, own]
    assert (office.post("/review/gold", note_id="x").status_code == 403) == (gold == 403)


def test_the_queue_leads_to_how_one_did_and_to_the_set(office: Office) -> None:
    for role, told in (("reviewer", (True, False)), ("lead", (True, True)), ("viewer", (False, False))):
        office.enter(role, role)
        page = office.get("/review?queue=calibration").text
        assert tuple(f'href="/review/{name}"' in page for name in ("calibration", "gold")) == told
