"""Adjudication over HTTP, as a browser without script uses it; and what a blind reviewer must not see."""

import re
from typing import Any

import pytest

from insight_classifier.definition import Definition
from service.reviews.word import words_of_people
from tests.service.adjudication.conftest import dispute
from tests.service.reviews.desk import every_check
from tests.service.reviews.office import HIDDEN, Office, path_of

SELECTED = re.compile(r'<select id="([^"]*)".*?<option value="([^"]*)" selected', re.DOTALL)
TICKED = re.compile(r'<input type="checkbox" id="[^"]*" name="([^"]*)" value="yes" checked')
DIFFERENT = re.compile(r'<input type="radio" id="([^"]*)\.([A-Z])" name="[^"]*" value="([^"]*)"')


def people(office: Office) -> dict[str, str]:
    return {name: office.enter(name, "reviewer").account.id for name in ("anna", "ben")}


def form_of(page: Any, letter: str = "A") -> dict[str, str]:
    """The form as it comes, with one side's word wherever they differ."""
    body = page.text.partition('id="decide"')[2]
    taken = {field: value for field, side, value in DIFFERENT.findall(body) if side == letter}
    return {**dict(HIDDEN.findall(body)), **dict(SELECTED.findall(body)), **dict.fromkeys(TICKED.findall(body), "yes"), **taken}


def where(note: str) -> str:
    return f"/review/adjudicate/{note}?queue=disagree"


def test_differences_stand_side_by_side_and_the_model_is_hidden(office: Office, definition: Definition) -> None:
    note = dispute(office.desk, "a", **people(office))
    office.enter("lea", "lead")
    page = office.get(where(note)).text
    assert "They differ on 4" in page
    assert all(words in page for words in ("anna", "ben", "No, says", 'data-key="1"', 'data-key="q"'))
    assert "The model<" not in page


def test_the_models_answer_is_shown_when_asked_for_and_choices_stay(office: Office, definition: Definition) -> None:
    note = dispute(office.desk, "a", **people(office))
    office.enter("lea", "lead")
    form = form_of(office.get(where(note)), "B")
    shown = office.post(where(note), **form | {"act": "model", "comment": "so far"})
    assert (shown.status_code, "The model<" in shown.text, "so far</textarea>" in shown.text) == (200, True, True)
    assert len(re.findall(r'type="radio"[^>]* checked', shown.text)) == 4
    assert len(office.reviews()) == 2


@pytest.mark.parametrize(("letter", "insight"), [("A", True), ("B", False)])
def test_settling_stores_the_answer_and_goes_on(office: Office, definition: Definition, letter: str, insight: bool) -> None:
    both = people(office)
    first, second = dispute(office.desk, "a", **both), dispute(office.desk, "b", **both)
    office.enter("lea", "lead")
    answer = office.post(where(first), **form_of(office.get(where(first)), letter) | {"act": "decide", "comment": "I say so"})
    assert (answer.status_code, answer.headers["location"]) == (303, where(second))
    row = office.reviews()[-1]
    assert (row["kind"], row["label"] == definition.label.met, row["comment"], row["sound"]) == ("adjudicate", insight, "I say so", True)
    assert (office.desk.card("a").dispute, office.desk.card("a").insight) == (None, insight)
    with office.desk.database.read() as connection:
        current = {office.desk.kept[name].note_id: office.desk.kept[name].version_id for name in "ab"}
        words = words_of_people(connection, current, definition)
    assert (words[first].label == definition.label.met, words[second].label) == (insight, None)


def test_what_was_not_chosen_is_named_and_nothing_lost(office: Office, definition: Definition) -> None:
    note = dispute(office.desk, "a", **people(office))
    office.enter("lea", "lead")
    form = form_of(office.get(where(note)))
    left_out = definition.checks[every_check(definition)[0]].title
    form.pop(next(name for name in form if name.endswith(f".{every_check(definition)[0]}") and name.startswith("answer.")))
    told = office.post(where(note), **form | {"act": "decide", "comment": "kept"})
    assert (told.status_code, f"Choose for: {left_out}." in told.text, "kept</textarea>" in told.text) == (422, True, True)


def test_evidence_that_is_unticked_is_dropped(office: Office, definition: Definition) -> None:
    note = dispute(office.desk, "a", **people(office))
    office.enter("lea", "lead")
    form = {name: value for name, value in form_of(office.get(where(note))).items() if not name.startswith("take.")}
    office.post(where(note), **form | {"act": "decide"})
    row = office.reviews()[-1]
    assert (row["kind"], row["answer"]["evidence"], row["sound"]) == ("adjudicate", [], False)


def test_a_word_of_another_since_then_is_told(office: Office) -> None:
    both = people(office)
    note = dispute(office.desk, "a", **both)
    office.enter("lea", "lead")
    form = form_of(office.get(where(note)))
    office.desk.decide("a", "confirm", both["ben"])
    assert office.post(where(note), **form | {"act": "decide"}).status_code == 409
    assert office.reviews()[-1]["kind"] == "confirm"


def test_after_the_last_the_list_says_so_and_it_can_be_undone(office: Office) -> None:
    note = dispute(office.desk, "a", **people(office))
    office.enter("lea", "lead")
    answer = office.post(where(note), **form_of(office.get(where(note))) | {"act": "decide"})
    assert "That was the last note" in office.get(answer.headers["location"]).text
    office.post("/review/undo?queue=disagree", act=office.reviews()[-1]["id"])
    assert office.desk.card("a").dispute > 0
    assert office.post("/review/adjudicate?queue=disagree").headers["location"] == where(note)


def test_a_note_that_nobody_decided_has_nothing_to_settle(office: Office) -> None:
    note = office.desk.note("a")
    office.enter("lea", "lead")
    assert "Nobody has decided on it yet" in office.get(where(note)).text


@pytest.mark.parametrize("role", ["viewer", "reviewer", "scientist", "author", "admin"])
def test_others_may_not(office: Office, role: str) -> None:
    note = dispute(office.desk, "a", **people(office))
    office.enter("person", role)
    assert [office.get(where(note)).status_code, office.post(where(note), act="decide").status_code] == [403, 403]


def test_a_blind_reviewer_sees_nothing_of_the_first_until_the_second_word(office: Office) -> None:
    both = people(office)
    note = office.desk.note("a", *every_check(office.desk.definition))
    none = {d.name: dict.fromkeys(d.names, False) for d in office.desk.definition.of_kind("checks")}
    office.desk.decide("a", "change", both["anna"], changes=none, comment="a secret word")
    office.enter("cleo", "reviewer")
    addresses = (path_of(note), path_of(note, ""), "/review?queue=newest", "/review?queue=disagree")
    answers = [office.get(address) for address in addresses]
    assert [answer.status_code for answer in answers] == [200] * 4
    assert not any(words in answer.text for answer in answers for words in ("a secret word", ">anna<"))
    assert office.get(where(note)).status_code == 403
    office.post(path_of(note), **office.form(path_of(note)) | {"act": "decide"})
    assert "a secret word" in office.get(path_of(note)).text


def test_the_notes_own_page_leads_those_who_lead_to_it(office: Office) -> None:
    note = dispute(office.desk, "a", **people(office))
    told = {}
    for role in ("lead", "viewer"):
        office.enter(role, role)
        told[role] = "Settle it side by side" in office.get(path_of(note)).text
    assert told == {"lead": True, "viewer": False}
