"""What became of an insight as pages tell it, and its states in words. On either database."""

from typing import Any

from service.accounts.rules import checked
from service.accounts.store import add_account
from service.reviews.insights import Step, take_step
from service.reviews.life import SOMEBODY, read_life, steps_told
from service.reviews.lives import NEW, NEXT
from service.reviews.states import STATES
from service.webhooks.outbox import emit
from tests.service.reviews.desk import START, Desk, every_check


def step(desk: Desk, note_id: str, state: str, who: str, **more: Any) -> None:
    desk.database.write(lambda connection: take_step(connection, Step(note_id, state, who, **more), emit, desk.later()))


def test_an_insight_that_nobody_took_up_is_new(desk: Desk) -> None:
    insight, other = desk.note("a", *every_check(desk.definition)), desk.note("b")
    with desk.database.read() as connection:
        found, none = read_life(connection, insight), read_life(connection, other)
    assert (found.state.name, found.steps, found.begun, none.begun) == (NEW, 0, True, False)
    assert [state.name for state in found.next] == list(NEXT[NEW])


def test_steps_tell_who_and_what(desk: Desk) -> None:
    note = desk.note("a", *every_check(desk.definition))
    wish = checked("lea", "Lea", ["lead"])
    lea = desk.database.write(lambda connection: str(add_account(connection, wish, password=None, who="test", at=START).id))
    step(desk, note, "in_plan", lea, answer="It goes into the plan.")
    step(desk, note, "acted_on", "acc_gone", outcome="Done.")
    with desk.database.read() as connection:
        found, told = read_life(connection, note), steps_told(connection, [note])
    assert [(one.name, one.state.name, one.answer, one.outcome) for one in found.told] == [
        ("Lea", "in_plan", "It goes into the plan.", None), (SOMEBODY, "acted_on", None, "Done.")
    ]  # fmt: skip
    assert told == {note: list(found.told)}


def test_a_life_goes_on_where_people_decide_that_it_is_no_insight(desk: Desk) -> None:
    note = desk.note("a", *every_check(desk.definition))
    step(desk, note, "in_plan", "lea")
    rule = every_check(desk.definition)
    denied = {d.name: dict.fromkeys(rule, False) for d in desk.definition.of_kind("checks") if set(rule) <= set(d.names)}
    desk.decide("a", "change", changes=denied)
    with desk.database.read() as connection:
        assert read_life(connection, note).begun


def test_every_state_is_told_of_in_words() -> None:
    assert set(STATES) == set(NEXT)
    assert all(state.title and state.what and (state.act or state.name == NEW) for state in STATES.values())
