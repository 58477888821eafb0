"""An author's digest: strengths first, one habit, two notes; nothing from too few notes."""

from dataclasses import replace

from insight_classifier.definition import Definition
from insight_classifier.digests.author import digest
from tests.insight_classifier.verdicts import judged


def test_strengths_come_first_and_one_habit_is_what_lacks_most(support_call_with_bank: Definition) -> None:
    notes = [judged(support_call_with_bank, str(i), cause_named=i > 0) for i in range(6)]
    found = digest(support_call_with_bank, notes)
    assert [one.need.name for one in found.strengths] == ["patience", "cause"]
    assert found.habit is not None
    assert found.habit.practice.need.name == "promise"
    assert found.habit.questions == ("Until when can it wait?",)


def test_two_of_the_latest_notes_that_lack_it_are_asked_again(support_call_with_bank: Definition) -> None:
    notes = [judged(support_call_with_bank, str(i), cause_named=True, promise_dated=i == 0) for i in range(6)]
    found = digest(support_call_with_bank, notes)
    assert [one.note_id for one in found.reasked] == ["1", "2"]
    assert found.reasked[0].questions == ("I noted “the day unit has no lift”. Until when?",)


def test_where_nothing_lacks_there_is_no_habit(support_call_with_bank: Definition) -> None:
    notes = [judged(support_call_with_bank, str(i), cause_named=True, promise_dated=True) for i in range(5)]
    found = digest(support_call_with_bank, notes)
    assert (found.habit, found.reasked, len(found.strengths)) == (None, (), 3)


def test_too_few_notes_say_so(support_call_with_bank: Definition) -> None:
    found = digest(support_call_with_bank, [judged(support_call_with_bank, "a")] * 4)
    assert (found.strengths, found.habit, found.why) == ((), None, "A digest needs 5 notes; there are 4 so far.")


def test_a_definition_without_questions_says_so(support_call_with_bank: Definition) -> None:
    without = replace(support_call_with_bank, questions=())
    assert "has no questions" in str(digest(without, [judged(without, "a")] * 9).why)
