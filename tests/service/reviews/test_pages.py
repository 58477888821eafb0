"""The pages of review over HTTP, as a browser without script uses them: every act, for every role."""

import re
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from insight_classifier.definition import Definition, required
from service.app import create_app
from service.audit.tables import AuditRow
from service.database import Database
from service.reviews.cards import CARDS
from tests.service.conftest import wait_until
from tests.service.people.conftest import HERE
from tests.service.reviews.desk import TEXT, every_check
from tests.service.reviews.office import CHECKED, Office, path_of


def test_a_line_tells_what_the_note_is(office: Office, definition: Definition) -> None:
    office.desk.note("a", every_check(definition)[0], metadata={"author": "msl-7"}, level=1)
    office.enter("rita", "reviewer")
    page = office.get("/review").text
    missing = ", ".join(definition.checks[name].title for name in every_check(definition)[1:])
    assert all(words in page for words in ("msl-7", "90 %", f"Missing: {missing}", next(definition.of_kind("scale")).members[1].title))


def test_confirming_stores_a_row_and_goes_on_to_the_next(either: Office) -> None:
    first, second = either.desk.note("a"), either.desk.note("b")
    rita = either.enter("rita", "reviewer")
    answer = either.post(path_of(second), **either.form(path_of(second)) | {"act": "decide"})
    assert (answer.status_code, answer.headers["location"]) == (303, path_of(first))
    [row] = either.reviews()
    assert (row["kind"], row["note_id"], row["reviewer"], row["seconds"] >= 0) == ("confirm", second, rita.account.id, True)
    card = either.desk.card("a")
    assert card.leased_by == rita.account.id


def test_after_the_last_note_the_list_says_so(office: Office) -> None:
    note = office.desk.note("a")
    office.enter("rita", "reviewer")
    answer = office.post(path_of(note), **office.form(path_of(note)) | {"act": "decide"})
    assert "That was the last note" in office.get(answer.headers["location"]).text


def test_every_member_can_be_changed(office: Office, definition: Definition) -> None:
    for dimension in definition.dimensions:
        for number, member in enumerate(dimension.members):
            note = office.desk.note(f"{dimension.name}{number}")
            office.enter(f"{dimension.name}.{number}", "reviewer")
            checks = dimension.kind == "checks"
            field = f"answer.{dimension.name}" + (f".{member.name}" if checks else "")
            with_it = _needed(definition, member.name) if checks else {}
            chosen = {field: "yes" if checks else member.name, **with_it, "act": "decide"}
            assert office.post(path_of(note), **office.form(path_of(note)) | chosen).status_code == 303
            said = office.reviews()[-1]["answer"][dimension.name]
            assert (said[member.name] if checks else said) == (True if checks else number if dimension.kind == "scale" else member.name)


def _needed(definition: Definition, check: str) -> dict[str, str]:
    """The fields of the checks that a check requires."""
    needs = required(check, definition.checks)
    return {f"answer.{d.name}.{name}": "yes" for d in definition.of_kind("checks") for name in d.names if name in needs}


def test_what_the_definition_forbids_is_told_and_kept_in_the_form(office: Office, definition: Definition) -> None:
    check = next(name for name in definition.checks if required(name, definition.checks))
    note = office.desk.note("a")
    office.enter("rita", "reviewer")
    field = next(f"answer.{d.name}.{check}" for d in definition.of_kind("checks") if check in d.names)
    told = office.post(path_of(note), **office.form(path_of(note)) | {field: "yes", "act": "decide"})
    assert (told.status_code, "Nothing was saved" in told.text) == (422, True)
    assert (field, "yes") in CHECKED.findall(told.text)


def test_skip_and_flag_say_nothing_of_the_label(office: Office) -> None:
    note = office.desk.note("a")
    office.enter("rita", "reviewer")
    form = office.form(path_of(note))
    assert office.post(path_of(note), **form | {"act": "flag", "comment": "What is this?"}).headers["location"] == path_of(note)
    office.post(path_of(note), **office.form(path_of(note)) | {"act": "skip"})
    assert [(row["kind"], row["label"], row["comment"]) for row in office.reviews()] == [
        ("flag", None, "What is this?"), ("skip", None, None)
    ]  # fmt: skip
    assert office.desk.card("a").open


def test_undo_brings_the_note_back(either: Office) -> None:
    note = either.desk.note("a")
    either.enter("rita", "reviewer")
    either.post(path_of(note), **either.form(path_of(note)) | {"act": "decide"})
    assert not either.desk.card("a").open
    act = either.reviews()[0]["id"]
    assert either.post("/review/undo?queue=newest", act=act).headers["location"] == path_of(note)
    assert either.desk.card("a").open
    assert either.post("/review/undo?queue=newest", act=act).status_code == 409


def test_who_comes_second_is_told_who_decided_what(office: Office, definition: Definition) -> None:
    note, check = office.desk.note("a"), every_check(definition)[0]
    anna = office.enter("anna", "reviewer")
    field = next(f"answer.{d.name}.{check}" for d in definition.of_kind("checks") if check in d.names)
    late = office.form(path_of(note, ""))
    rita = office.enter("rita", "reviewer")
    office.post(path_of(note), **office.form(path_of(note)) | {field: "yes", "act": "decide", "comment": "It is there"})
    office.sit(anna)
    told = office.post(path_of(note, ""), **late | {"act": "decide", "comment": "mine"})
    assert told.status_code == 409
    shown = told.text.partition('id="trouble"')[2].partition("</section>")[0]
    assert all(words in shown for words in (rita.account.name, f"{definition.checks[check].title}: yes", "It is there"))
    assert "mine</textarea>" in told.text
    assert len(office.reviews()) == 1


def test_who_comes_to_a_note_in_hand_is_told_whose(office: Office) -> None:
    note = office.desk.note("a")
    rita = office.enter("rita", "reviewer")
    office.post("/review/next?queue=newest")
    office.enter("anna", "reviewer")
    assert rita.account.name in office.get(path_of(note)).text.partition('id="trouble"')[2]
    assert "In hand: rita" in office.get("/review").text


def test_two_people_never_start_with_the_same_note(either: Office) -> None:
    notes = {either.desk.note("a"), either.desk.note("b")}
    found = set()
    for login in ("rita", "anna"):
        either.enter(login, "reviewer")
        found.add(either.post("/review/next?queue=newest").headers["location"])
    assert found == {path_of(note) for note in notes}


def test_a_note_reworded_meanwhile_is_not_decided_on(office: Office) -> None:
    note = office.desk.note("a")
    office.enter("rita", "reviewer")
    old = office.form(path_of(note))
    office.desk.note("a", text="Other words altogether, all of them.")
    assert office.post(path_of(note), **old | {"act": "decide"}).status_code == 409
    assert office.reviews() == []


def test_a_note_that_nobody_judged_is_answered_in_full(office: Office, definition: Definition) -> None:
    note = office.desk.note("a")
    office.desk.database.write(lambda c: _forget(c, note))
    office.enter("rita", "reviewer")
    form = office.form(path_of(note))
    assert "Not judged" in office.get(path_of(note)).text
    assert office.post(path_of(note), **form | {"act": "decide"}).status_code == 422
    chosen = {f"answer.{d.name}": d.names[0] for d in definition.dimensions if d.kind != "checks"}
    assert office.post(path_of(note), **form | chosen | {"act": "decide"}).status_code == 303
    assert office.reviews()[0]["kind"] == "change"


def _forget(connection: Any, note_id: str) -> None:
    connection.execute(CARDS.update().where(CARDS.c.note_id == note_id).values(judgement_id=None))


def test_search_marks_what_it_found_and_filters_stay_in_the_address(office: Office, definition: Definition) -> None:
    office.desk.note("a", text="She asked for renal data in CKD.")
    office.desk.note("b", text="Nothing of the kind was said today.")
    office.enter("rita", "viewer")
    page = office.get(f"/review?queue=newest&q=renal&label={definition.label.unmet}&flagged=no").text
    assert '<mark class="sought">renal</mark>' in page
    assert "Nothing of the kind" not in page
    assert "queue=newest&amp;q=renal" in page
    assert office.get("/review?nonsense=1").status_code == 422


def test_pages_of_a_list_miss_nothing(office: Office) -> None:
    notes = {office.desk.note(f"n{number}") for number in range(55)}
    office.enter("rita", "viewer")
    first = office.get("/review?queue=newest").text
    after = re.findall(r'rel="next" href="([^"]+)"', first)[0].replace("&amp;", "&")
    second = office.get(after).text
    found = [re.findall(r'href="/review/notes/([0-9a-f]+)', page) for page in (first, second)]
    assert (len(found[0]), set(found[0]) | set(found[1])) == (50, notes)


@pytest.mark.parametrize(("role", "reads", "decides"), [
    ("viewer", True, False), ("reviewer", True, True), ("lead", True, True), ("scientist", True, False), ("author", False, False),
    ("admin", True, False),
])  # fmt: skip
def test_each_role_sees_and_does_what_it_may(office: Office, role: str, reads: bool, decides: bool) -> None:
    note = office.desk.note("a", metadata={"author": "msl-7"})
    office.enter("person", role, author="msl-7")
    answers = [office.get("/review"), office.get(path_of(note))]
    assert [answer.status_code for answer in answers] == [200 if reads else 403] * 2
    assert any(TEXT[-20:] in answer.text for answer in answers) == reads
    assert ('name="act" value="decide"' in answers[1].text) == decides
    done = [office.post(path_of(note), act="skip"), office.post("/review/next?queue=newest"), office.post("/review/undo")]
    assert all((answer.status_code != 403) == decides for answer in done)
    assert office.reviews() == []


def test_nobody_sees_a_word_without_signing_in(office: Office) -> None:
    note = office.desk.note("a")
    answer = office.get(path_of(note))
    assert (answer.status_code, TEXT[-20:] in answer.text) == (303, False)


def test_a_form_without_the_sessions_token_decides_nothing(office: Office) -> None:
    note = office.desk.note("a")
    office.enter("rita", "reviewer")
    assert office.post(path_of(note), **office.form(path_of(note)) | {"act": "decide", "csrf": "x"}).status_code == 403
    assert office.reviews() == []


def test_html_in_a_note_is_shown_as_typed(office: Office) -> None:
    note = office.desk.note("a", text="<script>alert(1)</script> <b>bold</b>")
    office.enter("rita", "reviewer")
    pages = office.get("/review").text + office.get(path_of(note)).text + office.get("/review?q=%3Cb%3Ebold").text
    assert "<script>alert" not in pages
    assert "&lt;script&gt;" in pages
    policy = office.get("/review").headers["content-security-policy"]
    assert "unsafe" not in policy
    assert not re.search(r"<[^>]+ (style|on\w+)=", pages)


def test_the_audit_tells_of_a_decision_without_words(office: Office) -> None:
    note = office.desk.note("a")
    office.enter("rita", "reviewer")
    office.post(path_of(note), **office.form(path_of(note)) | {"act": "decide", "comment": "my words"})
    told = [row for row in office.desk.rows(select(AuditRow.__table__)) if row["action"] == "review.confirm"]
    assert len(told) == 1
    assert "my words" not in str(told)


def test_an_erased_note_is_gone(office: Office) -> None:
    office.enter("rita", "reviewer")
    assert office.get(path_of("0" * 32)).status_code == 404
    assert office.post(path_of("0" * 32), act="decide", revision="0").status_code == 404


def test_a_note_that_is_scored_stands_in_the_list_and_goes_with_its_erasure(settings, predictor, database: Database) -> None:
    with TestClient(create_app(settings, predictor, database=database), base_url=HERE, client=("127.0.0.1", 50000)) as browser:
        note = browser.post("/v1/score", json={"id": "a1", "text": "She waits for renal data."}).json()["note_id"]
        wait_until(lambda: "She waits for" in browser.get("/review?q=renal").text)  # its card is made in the background
        assert browser.get(path_of(note)).status_code == 200
        assert browser.delete(f"/v1/notes/{note}").status_code < 300
        assert "She waits for" not in browser.get("/review?q=renal").text
        assert browser.get(path_of(note)).status_code == 404
