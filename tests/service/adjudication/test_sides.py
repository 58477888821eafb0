"""Answers side by side: what differs first, a key for each side, evidence of each."""

from insight_classifier.definition import Definition
from service.adjudication.sides import Side, keys, lines, passages, quotes
from service.reviews.answers import Answer, Mark, answer_of
from tests.service.reviews.desk import TEXT, every_check, judgement


def sides(definition: Definition) -> list[Side]:
    """The first says that every check of the label is met, the second that none is."""
    yes, no = (answer_of(judgement(definition, *met), definition) for met in (every_check(definition), ()))
    return [Side("A", "Anna", yes, "x"), Side("B", "Ben", no, "y")]


def test_what_differs_comes_first_and_nothing_is_left_out(definition: Definition) -> None:
    found = lines(sides(definition), None, definition)
    assert [line.agreed for line in found] == sorted(line.agreed for line in found)
    assert [line.title for line in found if not line.agreed] == [definition.checks[name].title for name in every_check(definition)]
    assert len(found) == len(list(keys(definition)))


def test_only_what_all_say_is_chosen_beforehand(definition: Definition) -> None:
    assert all(bool(line.chosen) == line.agreed for line in lines(sides(definition), None, definition))


def test_each_side_of_a_difference_has_a_key_of_its_own(definition: Definition) -> None:
    pressed = [one.key for line in lines(sides(definition), None, definition) if not line.agreed for one in line.said]
    assert len(set(pressed)) == len(pressed) == 2 * len(every_check(definition))
    assert pressed[:2] == ["1", "q"]


def test_the_model_is_silent_unless_asked(definition: Definition) -> None:
    both = sides(definition)
    assert {line.model for line in lines(both, None, definition)} == {""}
    assert all(line.model for line in lines(both, both[0].answer, definition))


def test_evidence_is_told_by_side_and_taken_unless_unticked(definition: Definition) -> None:
    tag = every_check(definition)[0]
    [first, *_] = quotes(sides(definition), {"text": TEXT}, definition)
    assert (first.tag.name, [(letter, taken) for letter, _, taken in first.taken]) == (tag, [("A", True)])
    [first, *_] = quotes(sides(definition), {"text": TEXT}, definition, {})
    assert [taken for _, _, taken in first.taken] == [False]


def test_marks_of_both_stand_in_the_note_by_letter_and_style(definition: Definition) -> None:
    tag = every_check(definition)[0]
    both = [Side(letter, letter, Answer({}, (Mark(tag, "text", 0, 3),)), "x") for letter in "AB"]
    [(_, text)] = passages(both, {"text": TEXT}, definition)
    assert [(mark.tag.letter, mark.tag.style) for mark in text[0].marks] == [("A", "style-0"), ("B", "style-1")]
    assert "".join(piece.text for piece in text) == TEXT
