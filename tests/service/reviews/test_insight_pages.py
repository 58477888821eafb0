"""The pipeline and the steps of an insight over HTTP, as a browser without script uses them."""

import re

import pytest
from sqlalchemy import select

from insight_classifier.definition import Definition
from service.reviews.insights import STEPS
from tests.service.reviews.desk import every_check
from tests.service.reviews.office import Office, path_of

SECTION = re.compile(r'<section class="card life".*?</section>', re.DOTALL)


@pytest.fixture
def insight(either: Office) -> str:
    return either.desk.note("a", *every_check(either.desk.definition), metadata={"author": "msl-7"})


def life_of(office: Office, note: str) -> str:
    [found] = SECTION.findall(office.get(path_of(note, "")).text)
    return str(found)


def test_a_lead_takes_a_step_and_everybody_reads_it(either: Office, insight: str) -> None:
    either.enter("lea", "lead")
    assert 'value="in_plan"' in life_of(either, insight)
    done = either.post(f"/insights/{insight}", state="in_plan", steps="0", answer="We take it to the board.")
    assert (done.status_code, done.headers["location"]) == (303, f"/review/notes/{insight}#life")
    either.enter("vic", "viewer")
    shown = life_of(either, insight)
    assert all(words in shown for words in ("In the plan", "lea", "We take it to the board."))
    assert "<form" not in shown


def test_who_comes_second_is_told_and_keeps_what_they_typed(either: Office, insight: str) -> None:
    either.enter("lea", "lead")
    either.post(f"/insights/{insight}", state="under_review", steps="0")
    told = either.post(f"/insights/{insight}", state="declined", steps="0", outcome="It is known.", answer="Thank you.")
    [section] = SECTION.findall(told.text)
    assert told.status_code == 409
    assert all(words in section for words in ("The insight has moved on meanwhile", "It is known.</textarea>", "Thank you.</textarea>"))
    assert len(either.desk.rows(select(STEPS))) == 1


def test_a_step_that_leaves_the_author_without_a_word_is_refused_beside_the_form(office: Office) -> None:
    note = office.desk.note("a", *every_check(office.desk.definition))
    office.enter("lea", "lead")
    told = office.post(f"/insights/{note}", state="declined", steps="0")
    assert (told.status_code, "say why" in SECTION.findall(told.text)[0]) == (422, True)
    assert office.post(f"/insights/{note}", state="declined", steps="x").status_code == 422


def test_a_note_that_is_no_insight_has_no_such_section(office: Office) -> None:
    note = office.desk.note("a")
    office.enter("lea", "lead")
    assert SECTION.findall(office.get(path_of(note, "")).text) == []
    assert office.post("/insights/nowhere", state="in_plan", steps="0").status_code == 404


@pytest.mark.parametrize(("role", "reads", "steps"), [
    ("viewer", True, False), ("reviewer", True, False), ("lead", True, True), ("scientist", True, False), ("author", False, False),
    ("admin", True, False),
])  # fmt: skip
def test_each_role_sees_and_does_what_it_may(office: Office, role: str, reads: bool, steps: bool) -> None:
    note = office.desk.note("a", *every_check(office.desk.definition))
    office.enter("person", role)
    assert (office.get("/insights").status_code == 200) == reads
    assert (office.post(f"/insights/{note}", state="in_plan", steps="0").status_code == 303) == steps
    assert len(office.desk.rows(select(STEPS))) == steps


def test_the_pipeline_groups_by_state_and_measures_the_loop(either: Office, insight: str, definition: Definition) -> None:
    waiting = either.desk.note("b", *every_check(definition), metadata={"author": "msl-8"})
    either.desk.note("c")
    either.enter("lea", "lead")
    either.post(f"/insights/{insight}", state="in_plan", steps="0", answer="We take it to the board.")
    page = either.get("/insights").text
    assert re.findall(r'id="stage-(\w+)"', page) == ["new", "in_plan"]
    assert all(words in page for words in ("50 %", "We take it to the board.", f"/review/notes/{waiting}#life"))
    assert "No insight is in this state" in either.get("/insights?life=closed").text


def test_filters_stay_in_the_address_and_old_ones_come_first(office: Office, definition: Definition) -> None:
    notes = [office.desk.note(name, *every_check(definition), metadata={"author": f"msl-{name}"}) for name in "abc"]
    office.enter("vic", "viewer")
    assert re.findall(r'class="words"><a href="/review/notes/(\w+)', office.get("/insights").text) == notes
    page = office.get("/insights?life=new&author=msl-b&q=clinic").text
    assert re.findall(r'class="words"><a href="/review/notes/(\w+)', page) == [notes[1]]
    assert "/insights?q=clinic&amp;author=msl-b&amp;life=declined" in page
    assert office.get("/insights?nonsense=1").status_code == 422


def test_pages_of_a_state_miss_nothing(office: Office, definition: Definition) -> None:
    notes = [office.desk.note(f"n{number}", *every_check(definition)) for number in range(53)]
    office.enter("vic", "viewer")
    first = office.get("/insights?life=new").text
    after = re.findall(r'rel="next" href="([^"]+)"', first)[0].replace("&amp;", "&")
    found = [one for page in (first, office.get(after).text) for one in re.findall(r'class="words"><a href="/review/notes/(\w+)', page)]
    assert found == notes
    assert ("All 53" in office.get("/insights").text, office.get("/insights?life=new&after=x").status_code) == (True, 422)
