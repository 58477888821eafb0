"""What a person says of a note: values by dimension and where the evidence stands, without its words; checked by the definition. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from insight_classifier.definition import Definition, Dimension
from insight_classifier.errors import LabelError
from insight_classifier.notes import read_labelled_note
from service.errors import RequestError

Key = tuple[str, str]  # dimension and check; a scale or a choice has no check
MOST_MARKS = 200


@dataclass(frozen=True)
class Mark:
    """Where evidence for a tag stands: code points of a field as it was sent."""

    tag: str
    field: str
    start: int
    end: int


@dataclass(frozen=True)
class Answer:
    """`values`: {dimension: {check: bool} | level | option}."""

    values: Mapping[str, Any]
    marks: tuple[Mark, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {**self.values, "evidence": [vars(mark) for mark in self.marks]}


def answer_of(judgement: Mapping[str, Any], definition: Definition) -> Answer:
    """What the model said, as an answer. Raises RequestError where it judged by a definition with other members."""
    said = values_of(judgement, definition)
    return replace(said, marks=tuple(mark for d in definition.dimensions for mark in _marks(judgement[d.name], d, definition)))


def values_of(judgement: Mapping[str, Any], definition: Definition) -> Answer:
    """As `answer_of`, without the evidence."""
    try:
        return Answer({dimension.name: _said(judgement[dimension.name], dimension) for dimension in definition.dimensions})
    except KeyError as missing:
        detail = f"The note was judged by another version of the definition, without {missing}: it cannot be confirmed, answer it in full."
        raise RequestError(detail, "review_invalid") from None


def read_answer(given: Mapping[str, Any], fields: Mapping[str, str], definition: Definition) -> tuple[Answer, tuple[str, ...]]:
    """An answer as it was sent, {dimension: …, "evidence": [{"tag", "field"?, "start", "end"}]}, and what `unsound` says of it.

    Evidence of what the answer denies is dropped. Raises RequestError `review_invalid`, which says everything that is wrong.
    """
    known = {dimension.name for dimension in definition.dimensions} | {"evidence"}
    problems = [f"{name} is no dimension: use {', '.join(sorted(known))}" for name in given if name not in known]
    marks, wrong = _read_marks(given.get("evidence", []), fields, definition)
    values = {name: value for name, value in given.items() if name in known and name != "evidence"}
    try:
        labelled = read_labelled_note({**fields, **values}, _without_evidence(definition))
    except LabelError as problem:
        wrong.append(str(problem).partition(": ")[2])
        labelled = None
    if problems or wrong or labelled is None:
        raise RequestError("; ".join([*problems, *wrong]) + ".", "review_invalid")
    found: dict[str, Any] = {**labelled.levels, **labelled.options}
    for dimension in definition.of_kind("checks"):
        found[dimension.name] = {name: labelled.checks[name] for name in dimension.names if name in labelled.checks}
    answer = Answer({d.name: found[d.name] for d in definition.dimensions}, marks)
    answer = replace(answer, marks=tuple(mark for mark in marks if _serves(mark, answer, definition)))
    return answer, unsound(answer, fields, definition)


def stored_answer(stored: Mapping[str, Any]) -> Answer:
    """An answer as the database has it."""
    values = {name: value for name, value in stored.items() if name != "evidence"}
    return Answer(values, tuple(Mark(**mark) for mark in stored.get("evidence", ())))


def unsound(answer: Answer, fields: Mapping[str, str], definition: Definition) -> tuple[str, ...]:
    """What the checker of labelled notes says against it, such as a check without a quote. It may quote the note: for its reader alone."""
    try:
        read_labelled_note(record_of(answer, fields), definition)
    except LabelError as problem:
        return tuple(str(problem).partition(": ")[2].split("; "))
    return ()


def record_of(answer: Answer, fields: Mapping[str, str]) -> dict[str, Any]:
    """The answer as a labelled note: the form of the data files."""
    quotes = [{"tag": m.tag, "quote": fields.get(m.field, "")[m.start : m.end], "field": m.field} for m in answer.marks]
    return {**fields, **answer.values, "evidence": quotes}


def patched(answer: Answer, changes: Mapping[str, Any]) -> dict[str, Any]:
    """An answer as it would be sent after some values were changed: checks one by one, levels and options whole."""
    values = {
        name: {**value, **changes.get(name, {})} if isinstance(value, Mapping) else changes.get(name, value)
        for name, value in answer.values.items()
    }
    return {**values, **{name: value for name, value in changes.items() if name not in values}, "evidence": answer.to_dict()["evidence"]}


def label_of(answer: Answer, definition: Definition) -> str:
    """The label that follows from the checks."""
    return definition.label.name(met_by(flat(answer, definition), definition))


def met_by(said: Mapping[Key, int], definition: Definition) -> bool:
    """Whether the label is met by what was answered."""
    return definition.label.rule({name: bool(met) for (_, name), met in said.items() if name})


def flat(answer: Answer, definition: Definition) -> dict[Key, int]:
    """Every single thing that was answered: a check as 0 or 1, a scale or choice by the place of its member."""
    found: dict[Key, int] = {}
    for dimension in definition.dimensions:
        value, names = answer.values.get(dimension.name), dimension.names
        if isinstance(value, Mapping):
            found |= {(dimension.name, name): int(bool(met)) for name, met in value.items() if name in names}
        elif isinstance(value, int) and 0 <= value < len(names):
            found[dimension.name, ""] = value
        elif value in names:
            found[dimension.name, ""] = names.index(value)
    return found


def member_rows(answer: Answer, model: Answer | None, definition: Definition) -> Iterator[dict[str, Any]]:
    """What an answer says member by member; `changed`: unlike the model."""
    said = flat(model, definition) if model else {}
    for (name, check), place in flat(answer, definition).items():
        member = check or definition.dimension(name).names[place]
        changed = (name, check) in said and said[name, check] != place
        yield {"dimension": name, "member": member, "met": bool(place) if check else True, "place": place, "changed": changed}


def apart(answers: Sequence[Answer], definition: Definition) -> float:
    """The share of things on which people do not all agree, from 0 to 1."""
    told = [flat(answer, definition) for answer in answers]
    both = set.intersection(*(set(one) for one in told)) if told else set()
    return sum(len({one[key] for one in told}) > 1 for key in both) / len(both) if both else 0.0


def _without_evidence(definition: Definition) -> Definition:
    """The same definition asking for no quotes: what it refuses is wrong in itself."""
    members = {d.name: tuple(replace(member, evidence=0) for member in d.members) for d in definition.dimensions}
    return replace(definition, dimensions=tuple(replace(d, members=members[d.name]) for d in definition.dimensions))


def _said(verdict: Mapping[str, Any], dimension: Dimension) -> Any:  # noqa: ANN401 by the kind of dimension
    if dimension.kind == "checks":
        return {name: bool(verdict[name]["met"]) for name in dimension.names}
    return int(verdict["level"]) if dimension.kind == "scale" else str(verdict["name"])


def _marks(verdict: Mapping[str, Any], dimension: Dimension, definition: Definition) -> Iterator[Mark]:
    if dimension.kind == "scale" and dimension.evidence_tag:
        yield from _places(dimension.evidence_tag, verdict.get("evidence", ()), definition)
    elif dimension.kind == "checks":
        for member in dimension.members:
            if verdict[member.name]["met"] and member.evidence:
                yield from _places(member.name, verdict[member.name].get("evidence", ()), definition)


def _places(tag: str, spans: Sequence[Mapping[str, Any]], definition: Definition) -> Iterator[Mark]:
    return (Mark(tag, span.get("field") or definition.main_field, span["start"], span["end"]) for span in spans)


def _read_marks(given: object, fields: Mapping[str, str], definition: Definition) -> tuple[tuple[Mark, ...], list[str]]:
    if not isinstance(given, Sequence) or isinstance(given, str) or len(given) > MOST_MARKS:
        return (), [f"evidence must be a list of at most {MOST_MARKS}"]
    marks, wrong = [], []
    tags = set(definition.tags) | {name for name, member in definition.checks.items() if member.evidence}
    for number, item in enumerate(given, 1):
        mark = _mark(item, definition.main_field)
        if mark is None or mark.tag not in tags:
            wrong.append(f"evidence {number} needs a tag ({', '.join(sorted(tags))}), start and end as whole numbers")
        elif not 0 <= mark.start < mark.end <= len(fields.get(mark.field, "")) or not fields[mark.field][mark.start : mark.end].strip():
            wrong.append(f"evidence {number} stands outside its field, or holds nothing: mark it again")
        else:
            marks.append(mark)
    return tuple(dict.fromkeys(marks)), wrong


def _mark(item: object, main_field: str) -> Mark | None:
    if not isinstance(item, Mapping):
        return None
    tag, field, start, end = item.get("tag"), item.get("field") or main_field, item.get("start"), item.get("end")
    whole = all(isinstance(place, int) and not isinstance(place, bool) for place in (start, end))
    if not whole or not isinstance(tag, str) or not isinstance(field, str):
        return None
    return Mark(tag, field, int(start), int(end))  # type: ignore[arg-type]


def _serves(mark: Mark, answer: Answer, definition: Definition) -> bool:
    """Whether the answer says what the evidence is for."""
    for dimension in definition.dimensions:
        value = answer.values[dimension.name]
        if dimension.kind == "scale" and mark.tag == dimension.evidence_tag:
            return bool(dimension.members[value].evidence)
        if dimension.kind == "checks" and mark.tag in dimension.names:
            return bool(value.get(mark.tag))
    return False
