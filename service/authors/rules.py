"""What an author is told of a note: people's word where there is one, else the model's, and the questions to ask next time. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from insight_classifier.coaching import coaching
from insight_classifier.definition import Definition, Dimension, Member
from insight_classifier.judgement import Check, Level, Option, Span, Verdict
from service.errors import RequestError
from service.marks import Mark, Piece, pieces, tags
from service.presentation import in_words
from service.reviews.answers import Answer, answer_of, flat
from service.reviews.word import Word

MODEL, PEOPLE, DIFFER, NOBODY = "model", "people", "differ", "nobody"  # whose word it is


@dataclass(frozen=True)
class Verdicts:
    """`label` in words, None: there is none that counts. `has` and `lacked`: checks of its rule; `reached`: the level on each scale.

    `by`: whose word. `questions`: to ask next. `people`: how many decided, the latest of them `at`.
    """

    by: str
    label: str | None = None
    met: bool = False
    wording: str = ""
    has: tuple[Member, ...] = ()
    lacked: tuple[Member, ...] = ()
    reached: tuple[tuple[Dimension, Member], ...] = ()
    questions: tuple[str, ...] = ()
    answer: Answer | None = None
    people: int = 0
    at: datetime | None = None


def verdicts(judgement: Mapping[str, Any] | None, word: Word | None, definition: Definition) -> Verdicts:
    """`judgement`: the model's in its JSON form; once people decided, it is told no more."""
    if word is not None and word.label is None:
        return Verdicts(DIFFER, people=word.people, at=word.at)
    if word is not None and word.label is not None:
        asked = _questions(word.answer, definition, judgement["id"] if judgement else "")
        return replace(_told(PEOPLE, word.label, word.answer, asked, definition), people=word.people, at=word.at)
    if judgement is None:
        return Verdicts(NOBODY)
    return _told(MODEL, judgement["label"], _of_model(judgement, definition), tuple(judgement.get("coaching", ())), definition)


def passages(fields: Mapping[str, str], answer: Answer | None, definition: Definition) -> Iterator[tuple[str, list[Piece]]]:
    """Each field that was filled in, by its title, with the evidence drawn into it."""
    known = tags(definition)
    found = [
        Mark(known[mark.tag], Span(mark.field, mark.start, mark.end, fields[mark.field][mark.start : mark.end]), known[mark.tag].title)
        for mark in (answer.marks if answer else ())
        if mark.tag in known and mark.field in fields
    ]
    for field in definition.fields:
        if text := fields.get(field.name):
            yield field.title, pieces(text, (mark for mark in found if mark.span.field == field.name))


def _told(by: str, label: str, answer: Answer | None, questions: tuple[str, ...], definition: Definition) -> Verdicts:
    met = label == definition.label.met
    wording = definition.label.met_wording if met else definition.label.unmet_wording
    has, lacked = (tuple(_checks(answer, definition, met=one)) for one in (True, False))
    reached = tuple(_reached(answer, definition))
    return Verdicts(by, in_words(label), met, wording, has, lacked, reached, questions, answer)


def _checks(answer: Answer | None, definition: Definition, *, met: bool) -> Iterator[Member]:
    """Those of the label's rule that are met, or that are not."""
    said = flat(answer, definition) if answer else {}
    for dimension in definition.of_kind("checks"):
        for member in dimension.members:
            if member.name in definition.label.rule.names and said.get((dimension.name, member.name)) == int(met):
                yield member


def _reached(answer: Answer | None, definition: Definition) -> Iterator[tuple[Dimension, Member]]:
    said = flat(answer, definition) if answer else {}
    for dimension in definition.of_kind("scale"):
        if (dimension.name, "") in said:
            yield dimension, dimension.members[said[dimension.name, ""]]


def _of_model(judgement: Mapping[str, Any], definition: Definition) -> Answer | None:
    """None where it judged by a definition with other members."""
    try:
        return answer_of(judgement, definition)
    except RequestError:
        return None


def _questions(answer: Answer | None, definition: Definition, note_id: str) -> tuple[str, ...]:
    """What a judgement that says the same would ask; nothing where the answer was given under other members."""
    if answer is None:
        return ()
    said = verdicts_of(answer, definition)
    return () if said is None else coaching(definition, said, note_id)


def verdicts_of(answer: Answer, definition: Definition) -> Mapping[str, Verdict] | None:
    """People's answer as a judgement would say it; None where it was given under other members."""
    try:
        return {dimension.name: _verdict(answer.values[dimension.name], dimension) for dimension in definition.dimensions}
    except (KeyError, IndexError):
        return None


def _verdict(value: Any, dimension: Dimension) -> Verdict:  # noqa: ANN401 by the kind of dimension
    if dimension.kind == "scale":
        return Level(value, dimension.names[value], ())
    if dimension.kind == "choice":
        return Option(value, {})
    asked = {member.name for member in dimension.learned}  # what rules alone find, nobody is asked
    return {name: Check(value[name] if name in asked else value.get(name, False), None) for name in dimension.names}
