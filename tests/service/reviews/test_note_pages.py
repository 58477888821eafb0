"""The page of one note over HTTP: evidence in words and as places, assignment, earlier notes, and what a script is answered."""

import html
import json
import re
from typing import Any

import pytest

from insight_classifier.definition import Definition
from service.marks import tags
from service.reviews.evidence import EVIDENCE, QUOTE
from tests.service.reviews.desk import TEXT, every_check
from tests.service.reviews.office import Office, path_of
from tests.service.reviews.test_timeline import visit

SCRIPT = {"X-Fragment": "1"}


def check_of(definition: Definition) -> tuple[str, str]:
    """A check that asks for evidence and nothing else, and its field in the form."""
    dimension = next(d for d in definition.of_kind("checks") if any(m.evidence and not m.requires for m in d.members))
    name = next(m.name for m in dimension.members if m.evidence and not m.requires)
    return name, f"answer.{dimension.name}.{name}"


def decided(office: Office, **form: str) -> Any:
    note = office.desk.kept["a"].note_id
    return office.post(path_of(note), **office.form(path_of(note)) | {"act": "decide"} | form)


def test_words_typed_as_evidence_are_stored_as_places(either: Office, definition: Definition) -> None:
    name, field = check_of(definition)
    either.desk.note("a")
    either.enter("rita", "reviewer")
    assert decided(either, **{field: "yes", QUOTE + name: "the trial excluded them"}).status_code == 303
    [row] = either.reviews()
    [mark] = row["answer"]["evidence"]
    assert (mark["tag"], TEXT[mark["start"] : mark["end"]], row["sound"]) == (name, "the trial excluded them", True)


def test_words_that_are_not_there_are_told_and_kept(office: Office, definition: Definition) -> None:
    name, field = check_of(definition)
    office.desk.note("a")
    office.enter("rita", "reviewer")
    told = decided(office, **{field: "yes", QUOTE + name: "never said"})
    assert (told.status_code, office.reviews()) == (422, [])
    assert f"{tags(definition)[name].title}, line 1" in told.text
    assert "never said</textarea>" in told.text


@pytest.mark.parametrize(("start", "end"), [(0, 10_000), (-1, 4), (4, 4), ("0", 4)])
def test_places_outside_the_note_are_refused(office: Office, definition: Definition, start: object, end: object) -> None:
    name, field = check_of(definition)
    office.desk.note("a")
    office.enter("rita", "reviewer")
    sent = json.dumps([{"tag": name, "field": definition.main_field, "start": start, "end": end}])
    told = decided(office, **{field: "yes", EVIDENCE: sent})
    assert (told.status_code, "evidence 1" in told.text, office.reviews()) == (422, True, [])


def test_another_place_for_the_models_own_answer_is_a_change(office: Office, definition: Definition) -> None:
    name, _ = check_of(definition)
    office.desk.note("a", name)
    office.enter("rita", "reviewer")
    sent = json.dumps([{"tag": name, "field": definition.main_field, "start": 0, "end": 9, "words": "said of it"}])
    assert decided(office, **{EVIDENCE: sent}).status_code == 303
    [row] = office.reviews()
    assert (row["kind"], row["answer"]["evidence"][0]["end"]) == ("change", 9)


def test_the_models_own_marks_sent_back_confirm_it(office: Office, definition: Definition) -> None:
    office.desk.note("a", *every_check(definition))
    office.enter("rita", "reviewer")
    page = office.get(path_of(office.desk.kept["a"].note_id)).text
    marks = html.unescape(re.findall(r'data-marks="([^"]*)"', page)[0])
    assert len(json.loads(marks)) == len(every_check(definition))
    assert decided(office, **{EVIDENCE: marks}).status_code == 303
    assert office.reviews()[0]["kind"] == "confirm"


def test_met_without_evidence_is_saved_as_unsound(office: Office, definition: Definition) -> None:
    name, field = check_of(definition)
    office.desk.note("a")
    office.enter("rita", "reviewer")
    assert decided(office, **{field: "yes", EVIDENCE: "[]"}).status_code == 303
    [row] = office.reviews()
    assert (row["answer"]["evidence"], row["sound"]) == ([], False)


def test_a_script_is_told_where_to_go_on_to(office: Office) -> None:
    first, second = office.desk.note("a"), office.desk.note("b")
    visitor = office.enter("rita", "reviewer")
    form = {**office.form(path_of(second)), "act": "decide", "csrf": visitor.csrf}
    answer = office.browser.post(path_of(second), data=form, headers={**SCRIPT, "Origin": str(office.browser.base_url)})
    assert (answer.status_code, answer.json()) == (200, {"next": path_of(first)})


def test_a_script_without_a_session_is_told_so_as_a_problem(office: Office) -> None:
    note = office.desk.note("a")
    answer = office.browser.post(path_of(note), data={"act": "decide"}, headers={**SCRIPT, "Origin": str(office.browser.base_url)})
    assert (answer.status_code, answer.json()["code"]) == (401, "signed_out")


def test_a_reviewer_makes_a_note_theirs_and_a_lead_gives_it_away(office: Office) -> None:
    note = office.desk.note("a")
    rita = office.enter("rita", "reviewer")
    assert office.post(f"/review/notes/{note}/assign?queue=newest", to=rita.account.id).headers["location"] == path_of(note)
    assert "Assigned to <b>you</b>" in office.get(path_of(note)).text
    ben = office.enter("ben", "reviewer")
    assert office.post(f"/review/notes/{note}/assign", to=ben.account.id).status_code == 403
    assert 'id="assign"' not in office.get(path_of(note)).text
    office.enter("lea", "lead")
    assert office.post(f"/review/notes/{note}/assign", to=ben.account.id).status_code == 303
    assert "Assigned to <b>ben</b>" in office.get(path_of(note)).text
    assert office.post(f"/review/notes/{note}/assign", to="acc_nobody").status_code == 404


def test_earlier_notes_on_the_physician_stand_beside_the_note(office: Office) -> None:
    notes = [visit(office.desk, str(number), "h1", words=f"Visit {number}.") for number in range(9)]
    office.enter("vera", "viewer")
    page = office.get(path_of(notes[-1])).text.partition('id="earlier"')[2]
    assert re.findall(r"Visit \d", page) == [f"Visit {number}" for number in range(7, 1, -1)]
    all_of_them = office.get(f"/review/notes/{notes[-1]}/physician").text
    assert re.findall(r"Visit \d", all_of_them) == [f"Visit {number}" for number in range(7, -1, -1)]
    assert "There are none before that" in office.get(f"/review/notes/{notes[-1]}/physician?before={notes[0]}").text


def test_a_note_on_nobody_known_says_so(office: Office) -> None:
    note = office.desk.note("a")
    office.enter("vera", "viewer")
    assert 'id="earlier"' not in office.get(path_of(note)).text
    assert "does not say which physician" in office.get(f"/review/notes/{note}/physician").text
