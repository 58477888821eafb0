"""A need holds where its rule and levels say so; questions are filled with the note's words, or not asked; the shipped bank is large."""

import re

from insight_classifier.definition import Definition
from insight_classifier.questions import STEPS, Need, filled, slots
from insight_classifier.rule import parse

LEAST_QUESTIONS = 150


def test_a_need_holds_where_its_rule_holds() -> None:
    need = Need("n", "N", {}, lacks=parse("said and not shown"))
    assert need.holds({"said": True, "shown": False}, {})
    assert not need.holds({"said": True, "shown": True}, {})


def test_a_need_with_levels_holds_at_those_levels_alone() -> None:
    need = Need("n", "N", {}, levels={"depth": ("low",)})
    assert need.holds({}, {"depth": "low"})
    assert not need.holds({}, {"depth": "high"})


def test_a_need_without_a_lack_never_holds() -> None:
    assert not Need("n", "N", {}).holds({}, {})


def test_a_need_fits_once_what_it_builds_on_is_there() -> None:
    need = Need("n", "N", {}, lacks=parse("not why"), after=parse("what"))
    assert need.fits({"what": True, "why": False})
    assert not need.fits({"what": False, "why": False})


def test_a_slot_is_filled_with_the_words_of_the_note() -> None:
    assert filled("I noted “{what}”. Why?", {"what": "no bed before May"}) == "I noted “no bed before May”. Why?"


def test_a_question_whose_slot_has_no_words_is_not_asked() -> None:
    assert filled("I noted “{what}”. Why?", {}) is None


def test_braces_in_the_words_of_a_note_are_left_alone() -> None:
    assert filled("“{what}”?", {"what": "a {why} b"}) == "“a {why} b”?"


def test_the_shipped_bank_has_at_least_150_different_questions(definition: Definition) -> None:
    questions = [question for need in definition.questions for question in need.every_question()]
    assert len(set(questions)) == len(questions) >= LEAST_QUESTIONS


def test_every_shipped_need_deepens_without_a_topic_and_without_a_quote(definition: Definition) -> None:
    for need in definition.questions:
        steps = STEPS if need.names_a_lack else STEPS[:2]
        assert all(any(not slots(question) for question in need.questions[step]) for step in steps), need.name


def test_shipped_questions_ask_openly(definition: Definition) -> None:
    """A question that yes or no answers, or that suggests its answer, is no coaching."""
    leading = re.compile(
        r"(?:^|[.?] )(?:Do|Does|Did|Is|Are|Would|Will|Have|Has|Should|Don't|Isn't|Wouldn't)\b|don't you|agree that", re.IGNORECASE
    )
    for need in definition.questions:
        for question in need.every_question():
            assert question.endswith("?"), question
            assert not leading.search(question), question


def test_rewording_the_bank_leaves_the_fingerprint_of_what_judges(support_call_with_bank: Definition, support_call: Definition) -> None:
    assert support_call_with_bank.fingerprint == support_call.fingerprint
    assert support_call_with_bank.questions_fingerprint != support_call.questions_fingerprint
