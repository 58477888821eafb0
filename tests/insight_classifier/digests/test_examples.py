"""Good examples are what the home office chose, unless somebody has to follow the note up; each refusal says why."""

from dataclasses import replace

from insight_classifier.definition import Definition
from insight_classifier.digests.examples import good_examples
from tests.insight_classifier.verdicts import judged


def test_a_chosen_note_shows_what_it_has(support_call_with_bank: Definition) -> None:
    found = good_examples(support_call_with_bank, [judged(support_call_with_bank, "a", cause_named=True)], ["a"])
    assert [(one.note_id, [need.name for need in one.shows]) for one in found.good] == [("a", ["cause", "patience"])]


def test_examples_stand_in_the_order_of_choice(support_call_with_bank: Definition) -> None:
    notes = [judged(support_call_with_bank, name) for name in "abc"]
    assert [one.note_id for one in good_examples(support_call_with_bank, notes, ["c", "a", "c"]).good] == ["c", "a"]


def test_a_note_that_is_not_there_is_refused(support_call_with_bank: Definition) -> None:
    assert "not among these notes" in good_examples(support_call_with_bank, [], ["z"]).refused["z"]


def test_a_note_that_shows_nothing_is_refused(support_call_with_bank: Definition) -> None:
    note = judged(support_call_with_bank, "a", level=0)
    assert "nothing of what the questions ask" in good_examples(support_call_with_bank, [note], ["a"]).refused["a"]


def test_a_flagged_note_is_never_shown_around(support_call_with_bank: Definition) -> None:
    first = support_call_with_bank.dimensions[0]
    flagging = replace(support_call_with_bank, dimensions=(replace(first, lane="safety"), *support_call_with_bank.dimensions[1:]))
    note = judged(flagging, "a", cause_named=True)
    assert good_examples(flagging, [note], ["a"]).refused["a"].startswith("It is flagged: Cause named.")
