"""Decisions taken in: identical when they go out again, none twice, none where a line is wrong."""

import json

import pytest
from sqlalchemy import select

from service.audit.tables import AuditRow
from service.exchange.taking_in import ImportRefused
from service.reviews.store import MEMBERS, REVIEWS
from tests.service.exchange.files import lines, sent, taken
from tests.service.reviews.desk import TEXT, Desk, every_check
from tests.service.reviews.test_store import answer


def fill(desk: Desk) -> None:
    """Notes of which one is confirmed, one changed with a comment, one disputed and one settled."""
    for name in ("d", "a", "c", "b"):
        desk.note(name, *every_check(desk.definition)[:1], metadata={"author": "m1", "team": "north"})


def decide(desk: Desk) -> None:
    met = every_check(desk.definition)
    desk.decide("a", "confirm")
    desk.decide("b", "change", answer=answer(desk, *met), comment="it is 👍🏽 there", seconds=12.25)
    desk.decide("c", "confirm")
    desk.decide("c", "change", "bert", answer=answer(desk, *met))
    desk.decide("d", "confirm")
    desk.decide("d", "change", "bert", answer=answer(desk, *met))
    desk.decide("d", "adjudicate", "lea", answer=answer(desk, *met[:1]))


@pytest.mark.parametrize("wish", [{}, {"every": True}, {"disputed": True}])
def test_what_went_out_and_in_goes_out_the_same(desk: Desk, other: Desk, wish: dict[str, bool]):
    fill(desk)
    decide(desk)
    other.note("z")  # other ids, another order
    fill(other)
    text, file = sent(desk, **wish)
    assert taken(other, text).stored == file.sent == len(text.splitlines()) > 2
    assert sent(other, **wish)[0] == text


def test_a_file_that_is_taken_in_twice_changes_nothing(desk: Desk, other: Desk):
    fill(desk)
    decide(desk)
    fill(other)
    text, _ = sent(desk, every=True)
    taken(other, text)
    before = other.rows(select(REVIEWS))
    again = taken(other, text)
    assert (again.stored, again.known) == (0, len(before))
    assert other.rows(select(REVIEWS)) == before
    assert taken(desk, text).stored == 0  # nor where it came from


def test_decisions_count_for_the_cards_and_the_members(desk: Desk, other: Desk):
    fill(desk)
    decide(desk)
    fill(other)
    taken(other, sent(desk, every=True)[0])
    for name in ("a", "b", "c", "d"):
        here, there = desk.card(name)._mapping, other.card(name)._mapping
        assert all(here[key] == there[key] for key in ("got", "open", "dispute", "insight"))
    columns = [MEMBERS.c[name] for name in ("dimension", "member", "met", "place", "changed")]
    assert sorted(map(str, other.rows(select(*columns)))) == sorted(map(str, desk.rows(select(*columns))))


def test_a_later_decision_stays_and_an_earlier_one_gives_way(desk: Desk, other: Desk):
    fill(desk)
    desk.seconds = 10
    decide(desk)
    fill(other)
    other.decide("a", "change", answer=answer(other, *every_check(other.definition)))
    other.seconds = 100
    other.decide("b", "confirm")  # later than in the file
    done = taken(other, sent(desk)[0])
    assert done.known == 1
    said = {line["id"]: line["review"]["kind"] for line in lines(other)}
    assert (said["veeva:a"], said["veeva:b"]) == ("confirm", "confirm")


def test_what_was_taken_back_since_does_not_come_back(desk: Desk):
    fill(desk)
    desk.decide("a", "confirm")
    text, _ = sent(desk)
    desk.undo()
    assert taken(desk, text).stored == 0
    assert sent(desk)[0] == ""


def test_one_wrong_line_and_nothing_is_stored(desk: Desk, other: Desk):
    fill(desk)
    decide(desk)
    fill(other)
    good = sent(desk)[0].splitlines()
    reworded = json.dumps({**json.loads(good[0]), "text": TEXT + "!"})
    foreign = json.dumps({name: value for name, value in json.loads(good[0]).items() if name != "review"})
    with pytest.raises(ImportRefused) as problem:
        taken(other, "\n".join([good[0], "{", reworded, foreign]))
    told = str(problem.value).splitlines()
    assert [one.partition(":")[0].partition(",")[0] for one in told[:3]] == ["line 2", "line 3", "line 4"]
    assert "the text was changed" in str(problem.value)
    assert "insight reviews export" in str(problem.value)
    assert not other.rows(select(REVIEWS))
    assert not other.rows(select(AuditRow).where(AuditRow.action == "review.import"))


def test_notes_that_are_not_there_or_read_otherwise_are_told(desk: Desk, other: Desk):
    fill(desk)
    decide(desk)
    other.note("a", text="Other words.")
    with pytest.raises(ImportRefused) as problem:
        taken(other, sent(desk)[0])
    assert "have its CRM send it first" in str(problem.value)
    assert "reworded" in str(problem.value)


def test_an_answer_that_contradicts_the_definition_is_told_in_full(desk: Desk):
    fill(desk)
    desk.decide("a", "confirm")
    [line] = lines(desk)
    scale = next(desk.definition.of_kind("scale"))
    with pytest.raises(ImportRefused, match=scale.name):
        taken(desk, json.dumps({**line, scale.name: 99}))


def test_the_audit_tells_how_many_and_no_word(desk: Desk, other: Desk):
    fill(desk)
    decide(desk)
    fill(other)
    taken(other, sent(desk)[0])
    [row] = other.rows(select(AuditRow).where(AuditRow.action == "review.import"))
    assert row["after"] == {"stored": 3, "known": 0}
