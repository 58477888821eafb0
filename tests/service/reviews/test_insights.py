"""The loop back to the author: steps, what is told of them, and how fast. On either database."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from service.audit.tables import AuditRow
from service.errors import RequestError
from service.reviews.insights import Step, loop, steps_of, take_step
from service.reviews.lives import ANSWERS, NEXT, require_step
from service.webhooks.outbox import emit
from tests.service.reviews.desk import START, Desk, every_check


@pytest.fixture
def insight(desk: Desk) -> str:
    return desk.note("a", *every_check(desk.definition), metadata={"author": "m1"})


def step(desk: Desk, note_id: str, state: str, *, days: float = 1, **more: Any) -> int:
    def remember(connection: Any, kind: str, data: Any, *, text: Any, at: Any) -> None:
        desk.emitted.append({"kind": kind, "text": text, **data})

    return desk.database.write(lambda c: take_step(c, Step(note_id, state, "lea", **more), remember, START + timedelta(days=days)))


def test_a_whole_life(desk: Desk, insight: str):
    step(desk, insight, "under_review")
    step(desk, insight, "in_plan", answer="We take it to the board.")
    step(desk, insight, "acted_on")
    assert step(desk, insight, "closed", outcome="A cohort is planned.", answer="Your note moved it.") == 4
    with desk.database.read() as connection:
        steps = steps_of(connection, insight)
    assert [(one.number, one.state) for one in steps] == [(1, "under_review"), (2, "in_plan"), (3, "acted_on"), (4, "closed")]
    assert desk.names("life=closed") == ["a"]


def test_each_step_is_told_and_audited_and_words_go_only_to_those_who_asked(desk: Desk, insight: str):
    step(desk, insight, "in_plan", answer="We take it to the board.")
    [told] = desk.emitted
    assert (told["kind"], told["state"], told["record_id"], told["text"]) == (
        "insight.outcome",
        "in_plan",
        "a",
        {"answer": "We take it to the board."},
    )
    [row] = desk.rows(select(AuditRow.__table__))
    assert (row["action"], row["who"], "board" in str(row) + str({**told, "text": None})) == ("insight.in_plan", "lea", False)


def test_the_services_own_emit_takes_it(desk: Desk, insight: str):
    assert desk.database.write(lambda c: take_step(c, Step(insight, "in_plan", "lea", answer="Yes."), emit, START)) == 1


@pytest.mark.parametrize(
    ("state", "more"),
    [("acted_on", {}), ("closed", {}), ("declined", {}), ("declined", {"outcome": "  "}), ("new", {}), ("nowhere", {})],
)
def test_a_step_that_cannot_be_taken_is_refused(desk: Desk, insight: str, state: str, more: dict[str, str]):
    with pytest.raises(RequestError) as refused:
        step(desk, insight, state, **more)
    assert (refused.value.code, desk.emitted) == ("insight_refused", [])


def test_what_is_no_insight_has_no_life(desk: Desk):
    note_id = desk.note("a")
    with pytest.raises(RequestError, match="no insight"):
        step(desk, note_id, "in_plan")


def test_the_second_is_told_that_it_moved_on(desk: Desk, insight: str):
    step(desk, insight, "under_review", steps=0)
    with pytest.raises(RequestError) as refused:
        step(desk, insight, "declined", outcome="known", steps=0)
    assert (refused.value.code, refused.value.members) == ("insight_changed", {"state": "under_review", "steps": 1})


def test_the_loop_is_measured(desk: Desk, insight: str):
    others = [desk.note(name, *every_check(desk.definition), metadata={"author": "m2"}) for name in ("b", "c", "d")]
    step(desk, insight, "in_plan", days=2)
    step(desk, others[0], "declined", days=5, outcome="known")
    step(desk, others[1], "under_review", days=1)
    with desk.database.read() as connection:
        everyone, mine = loop(connection), loop(connection, author="m2")
    assert (everyone.insights, everyone.answered, everyone.share) == (4, 2, 0.5)
    assert everyone.median_days == pytest.approx(3.5, abs=0.01)
    assert everyone.oldest_unanswered == (others[1], START + timedelta(minutes=2))
    assert (mine.insights, mine.answered, mine.median_days) == (3, 1, pytest.approx(5, abs=0.01))


def test_without_insights_there_is_nothing_to_measure(desk: Desk):
    with desk.database.read() as connection:
        found = loop(connection)
    assert (found.share, found.median_days, found.oldest_unanswered) == (None, None, None)


def test_every_life_can_end_with_an_answer():
    for before, states in NEXT.items():
        assert before in ANSWERS or any(state in ANSWERS for state in states)
    with pytest.raises(RequestError, match="sentence to the author"):
        require_step("acted_on", "closed", "done", None)
