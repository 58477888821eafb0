"""What an author is told of a note: whose word, what it lacked, which questions. Pure."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from insight_classifier.definition import Definition
from service.authors.rules import DIFFER, MODEL, NOBODY, PEOPLE, passages, verdicts
from service.reviews.answers import answer_of, label_of
from service.reviews.word import Word
from tests.service.reviews.desk import TEXT, every_check, judgement

AT = datetime(2026, 5, 4, tzinfo=UTC)


def word(definition: Definition, *met: str, **more: Any) -> Word:
    answer = answer_of(judgement(definition, *met, **more), definition)
    return Word(answer, label_of(answer, definition), 1, AT)


def test_without_people_it_is_the_models_word(definition: Definition) -> None:
    first, *others = every_check(definition)
    told = verdicts(judgement(definition, first, coaching=["And then?"]), None, definition)
    assert (told.by, told.met, told.questions) == (MODEL, False, ("And then?",))
    assert ([one.name for one in told.has], [one.name for one in told.lacked]) == ([first], others)


def test_peoples_word_comes_with_the_definitions_own_questions(definition: Definition) -> None:
    model = judgement(definition, *every_check(definition), coaching=["Asked by the model?"])
    told = verdicts(model, word(definition), definition)
    assert (told.by, told.met, told.people, told.at) == (PEOPLE, False, 1, AT)
    known = {question for d in definition.dimensions for member in d.members for question in member.coaching}
    known |= {question for need in definition.questions for question in need.every_question()}
    assert told.questions
    assert set(told.questions) <= known


def test_where_people_differ_nothing_is_told_of_either(definition: Definition) -> None:
    told = verdicts(judgement(definition, *every_check(definition)), Word(None, None, 2, AT), definition)
    assert (told.by, told.label, told.lacked, told.answer) == (DIFFER, None, (), None)


def test_what_nobody_judged_has_no_label(definition: Definition) -> None:
    assert (verdicts(None, None, definition).by, verdicts(None, None, definition).label) == (NOBODY, None)


def test_a_judgement_by_other_members_has_its_label_alone(definition: Definition) -> None:
    old = {name: value for name, value in judgement(definition, *every_check(definition)).items() if name != definition.dimensions[0].name}
    told = verdicts(old, None, definition)
    assert (told.met, told.has, told.lacked, told.answer) == (True, (), (), None)


def test_an_answer_by_other_members_asks_nothing(definition: Definition) -> None:
    given = word(definition)
    assert given.answer is not None
    told = verdicts(None, replace(given, answer=replace(given.answer, values={})), definition)
    assert (told.by, told.questions, told.reached) == (PEOPLE, (), ())


def test_evidence_is_drawn_where_it_stands_and_no_text_is_lost(definition: Definition) -> None:
    answer = answer_of(judgement(definition, *every_check(definition)), definition)
    [(title, pieces)] = passages({definition.main_field: TEXT}, answer, definition)
    assert "".join(piece.text for piece in pieces) == TEXT
    assert {mark.tag.name for piece in pieces for mark in piece.marks} >= set(every_check(definition))
    assert title == next(field.title for field in definition.fields if field.required)
