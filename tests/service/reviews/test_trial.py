"""What a model on trial says otherwise, in words and on the page."""

from insight_classifier.definition import Definition
from insight_classifier.judgement import Origin
from service.database import now
from service.reviews.filters import tabs
from service.reviews.trial import told
from service.reviews.views import View
from service.shadow.rules import Difference
from service.shadow.store import Compared, keep
from tests.service.reviews.office import Office, path_of


def parts(definition: Definition) -> list[Difference]:
    check, scale = (next(iter(definition.of_kind(kind))) for kind in ("checks", "scale"))
    label = Difference("label", (definition.label.met,), (definition.label.unmet,))
    return [label, Difference(check.name, check.names[:1], check.names[1:2]), Difference(scale.name, scale.names[:1], scale.names[1:2])]


def test_every_difference_is_told_by_its_titles(definition: Definition) -> None:
    check, scale = (next(iter(definition.of_kind(kind))) for kind in ("checks", "scale"))
    said = told([one.to_dict() for one in parts(definition)], definition)
    assert [about for about, *_ in said] == ["Label", check.members[0].title, check.members[1].title, scale.title]
    assert said[1][1:] == ("yes", "no")
    assert said[3][1:] == (scale.members[0].title, scale.members[1].title)


def test_what_the_definition_no_longer_has_is_left_out(definition: Definition) -> None:
    check = next(iter(definition.of_kind("checks"))).name
    assert told([{"part": check, "live": ["gone"], "trial": []}], definition) == []


def test_the_queue_is_offered_while_there_is_a_trial() -> None:
    assert len(tabs(View(), trial=True)) == len(tabs(View(), trial=False)) + 1
    assert len(tabs(View(queue="shadow"), trial=False)) == len(tabs(View(), trial=True))


def test_the_page_of_a_note_tells_of_the_trial_until_the_note_is_judged_anew(office: Office, definition: Definition) -> None:
    note_id = office.desk.note("a")
    judgement_id = office.desk.card("a").judgement_id
    compared = Compared(note_id, judgement_id, Origin("next", "2", "n2"), 0.5, parts(definition))
    office.desk.database.write(lambda connection: keep(connection, [compared], now()))
    office.enter("rita", "reviewer")
    assert "<b>yes</b>, not no" in office.browser.get(path_of(note_id)).text
    assert "Shadow differs" in office.browser.get("/review").text
    assert note_id in office.browser.get("/review?queue=shadow").text
    office.desk.note("a", text="Other words, which nobody compared.")
    assert "<b>yes</b>, not no" not in office.browser.get(path_of(note_id)).text
    assert note_id not in office.browser.get("/review?queue=shadow").text
