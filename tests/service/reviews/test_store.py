"""Decisions: what is stored, what is refused since others were quicker, and what they make of a note; on either database."""

from typing import Any

import pytest
from sqlalchemy import select

from service.audit.store import verify
from service.audit.tables import AuditRow
from service.errors import RequestError
from service.reviews.rules import Decision
from service.reviews.store import MEMBERS, REVIEWS
from service.reviews.undo import last_act
from tests.service.reviews.desk import TEXT, Desk, every_check


def answer(desk: Desk, *met: str) -> dict[str, Any]:
    """A whole answer with evidence, as a page sends it."""
    given: dict[str, Any] = {}
    for dimension in desk.definition.dimensions:
        checks = {member.name: member.name in met for member in dimension.members}
        given[dimension.name] = checks if dimension.kind == "checks" else 0 if dimension.kind == "scale" else dimension.names[0]
    given["evidence"] = [{"tag": name, "start": 4 * place, "end": 4 * place + 4} for place, name in enumerate(met)]
    return given


def test_a_confirmation_keeps_what_the_model_said_member_by_member(desk: Desk):
    desk.note("a", *every_check(desk.definition)[:1])
    saved = desk.decide("a", "confirm")
    assert (saved.kind, saved.revision, saved.label) == ("confirm", 1, desk.definition.label.unmet)
    rows = desk.rows(select(MEMBERS).where(MEMBERS.c.met))
    assert {row["member"] for row in rows} >= {every_check(desk.definition)[0]}
    assert not any(row["changed"] for row in rows)
    assert desk.names() == []
    assert desk.names("open=no") == ["a"]


def test_a_change_says_what_the_model_had_otherwise_and_moves_the_label(desk: Desk):
    desk.note("a")
    saved = desk.decide("a", "change", answer=answer(desk, *every_check(desk.definition)), comment="it is there", seconds=12.5)
    assert (saved.kind, saved.label, saved.warnings) == ("change", desk.definition.label.met, ())
    changed = {row["member"] for row in desk.rows(select(MEMBERS).where(MEMBERS.c.changed))}
    assert changed == set(every_check(desk.definition))
    [row] = desk.rows(select(REVIEWS))
    assert (row["comment"], row["seconds"], row["sound"], TEXT[:4] in str(row["answer"])) == ("it is there", 12.5, True, False)
    assert desk.names("queue=insights&open=any") == []  # the model's worth of it is none
    assert desk.card("a").insight


def test_a_change_that_changes_nothing_is_a_confirmation(desk: Desk):
    desk.note("a")
    assert desk.decide("a", "change", answer=answer(desk)).kind == "confirm"


def test_an_answer_without_quotes_is_kept_but_not_fit_for_training(desk: Desk):
    desk.note("a")
    given = answer(desk, *every_check(desk.definition))
    saved = desk.decide("a", "change", answer={**given, "evidence": []})
    assert "has no quote" in saved.warnings[0]
    assert [row["sound"] for row in desk.rows(select(REVIEWS))] == [False]


def test_evidence_of_what_is_denied_goes_of_itself(desk: Desk):
    desk.note("a", every_check(desk.definition)[0])
    desk.decide("a", "change", changes={d.name: {n: False for n in d.names} for d in desk.definition.of_kind("checks")})
    assert [row["answer"]["evidence"] for row in desk.rows(select(REVIEWS))] == [[]]


@pytest.mark.parametrize(
    "wrong",
    [
        {"evidence": [{"tag": "nobody", "start": 0, "end": 4}]},
        {"evidence": [{"tag": "CHECK", "start": 5, "end": 5000}]},
        {"evidence": [{"tag": "CHECK", "start": True, "end": 4}]},
        {"evidence": "all"},
        {"colour": "red"},
        {"SCALE": 99},
        {"CHECKS": {"nobody": True}},
    ],
)
def test_an_answer_that_does_not_fit_the_definition_is_refused(desk: Desk, wrong: dict[str, Any]):
    desk.note("a")
    definition = desk.definition
    names = {"SCALE": next(definition.of_kind("scale")).name, "CHECKS": next(definition.of_kind("checks")).name}
    given = {names.get(name, name): value for name, value in wrong.items()}
    if isinstance(given.get("evidence"), list):
        given["evidence"] = [{**item, "tag": item["tag"].replace("CHECK", every_check(definition)[0])} for item in given["evidence"]]
    with pytest.raises(RequestError) as refused:
        desk.decide("a", "change", answer={**answer(desk), **given})
    assert (refused.value.code, desk.rows(select(REVIEWS))) == ("review_invalid", [])


def test_what_one_check_requires_is_asked_for(desk: Desk):
    needy = next(member for member in desk.definition.checks.values() if member.requires)
    desk.note("a")
    with pytest.raises(RequestError, match=needy.requires[0]):
        desk.decide("a", "change", answer=answer(desk, needy.name))


def test_the_second_is_told_who_decided(desk: Desk):
    desk.note("a")
    desk.decide("a", "confirm", "anna", revision=0)
    with pytest.raises(RequestError) as refused:
        desk.decide("a", "change", "ben", answer=answer(desk, *every_check(desk.definition)), revision=0)
    told = refused.value.members
    assert (refused.value.code, told["decided_by"], told["revision"]) == ("review_decided", "anna", 1)
    assert told["decided_at"].startswith("2026-05-03T")
    assert desk.decide("a", "change", "ben", answer=answer(desk, *every_check(desk.definition)), revision=1).kind == "change"


def test_one_is_not_told_of_oneself(desk: Desk):
    desk.note("a")
    desk.decide("a", "confirm", revision=0)
    assert desk.decide("a", "change", answer=answer(desk, *every_check(desk.definition)), revision=0).revision == 2
    assert [row["superseded_at"] is None for row in desk.rows(select(REVIEWS).order_by(REVIEWS.c.id))] == [False, True]


def test_a_note_that_was_reworded_or_judged_anew_is_looked_at_again(desk: Desk):
    desk.note("a")
    seen = desk.card("a")
    desk.note("a", text="Other words.")
    stale = Decision(seen.note_id, seen.version_id, seen.judgement_id, "anna", "confirm")
    with pytest.raises(RequestError, match="reworded"):
        desk.save(stale)
    with pytest.raises(RequestError, match="judged anew"):
        desk.save(Decision(seen.note_id, desk.card("a").version_id, "another", "anna", "confirm"))


def test_a_reworded_note_is_open_again(desk: Desk):
    desk.note("a")
    desk.decide("a", "confirm")
    desk.note("a", text="Other words.")
    assert desk.names() == ["a"]
    desk.note("a")
    assert desk.names() == []  # the earlier wording came back, and what was decided on it holds


def test_skip_and_flag_leave_the_note_open_for_others(desk: Desk):
    desk.note("a")
    desk.decide("a", "skip", "anna")
    desk.decide("a", "flag", "ben", comment="odd")
    assert (desk.names(who="anna"), desk.names(who="ben"), desk.names(who="cleo")) == ([], [], ["a"])
    assert desk.names("flagged=yes", who="cleo") == ["a"]


def test_two_people_decide_blind_on_a_chosen_share(desk: Desk):
    desk.double_share = 1.0
    desk.note("a")
    desk.decide("a", "confirm", "anna", revision=0)
    assert (desk.names(who="anna"), desk.names(who="ben")) == ([], ["a"])
    desk.decide("a", "change", "ben", answer=answer(desk, *every_check(desk.definition)), revision=0)
    assert [row["blind"] for row in desk.rows(select(REVIEWS))] == [True, True]
    assert desk.names("queue=disagree", who="cleo") == ["a"]
    with pytest.raises(RequestError, match="meanwhile"):
        desk.decide("a", "confirm", "cleo", revision=0)


def test_an_adjudication_settles_it(desk: Desk):
    desk.double_share = 1.0
    desk.note("a")
    desk.decide("a", "confirm", "anna")
    desk.decide("a", "change", "ben", answer=answer(desk, *every_check(desk.definition)))
    desk.decide("a", "adjudicate", "lea", answer=answer(desk, *every_check(desk.definition)))
    assert desk.names("queue=disagree", who="cleo") == []
    assert (desk.card("a").insight, desk.card("a").open, desk.card("a").got) == (True, False, 2)


def test_every_act_is_audited_without_words(desk: Desk):
    desk.note("a")
    desk.decide("a", "confirm", comment="my words")
    desk.undo()
    rows = desk.rows(select(AuditRow.__table__).order_by(AuditRow.sequence))
    assert [(row["action"], row["who"]) for row in rows] == [("review.confirm", "anna"), ("review.undo", "anna")]
    assert "my words" not in str(rows)
    with desk.database.read() as connection:
        assert verify(connection)[2] == []


def test_undo_goes_back_step_by_step(desk: Desk):
    desk.note("a")
    desk.note("b")
    desk.decide("a", "confirm")
    desk.decide("a", "change", answer=answer(desk, *every_check(desk.definition)))
    desk.decide("b", "skip")
    assert (desk.undo(), desk.names()) == (["b"], ["b"])
    assert (desk.undo(), desk.card("a").insight, desk.card("a").open) == (["a"], False, False)
    assert (desk.undo(), desk.names()) == (["a"], ["b", "a"])
    with pytest.raises(RequestError, match="nothing left"):
        desk.undo()
    kinds = [row["kind"] for row in desk.rows(select(REVIEWS).order_by(REVIEWS.c.id))]
    assert kinds == ["confirm", "change", "skip", "undo", "undo", "undo"]


def test_undo_is_of_what_was_meant_and_of_oneself(desk: Desk):
    desk.note("a")
    desk.note("b")
    first = desk.decide("a", "confirm")
    desk.decide("b", "confirm", "ben")
    desk.decide("b", "confirm")
    with pytest.raises(RequestError) as refused:
        desk.undo(act=first.id)
    assert refused.value.code == "review_undone"
    assert (desk.undo(), desk.undo(act=first.id), desk.card("b").got) == (["b"], ["a"], 1)


def test_the_act_to_be_undone_is_told_before(desk: Desk):
    desk.note("a")
    saved = desk.decide("a", "confirm")
    with desk.database.read() as connection:
        assert (last_act(connection, "anna").id, last_act(connection, "ben")) == (saved.id, None)
