"""What the form of an adjudication holds, made into the answer that settles the note. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from insight_classifier.definition import Definition, Dimension
from service.adjudication.sides import Side, field_of, lines
from service.errors import RequestError

Form = Mapping[str, str]


def answer_of_form(form: Form, sides: Sequence[Side], definition: Definition) -> dict[str, Any]:
    """As `answers.read_answer` takes it. Raises RequestError `review_invalid`, which names what was not chosen."""
    missing = [line.title for line in lines(sides, None, definition, form) if line.chosen not in dict(line.options)]
    if missing:
        raise RequestError(f"Choose for: {', '.join(missing)}.", "review_invalid")
    values = {dimension.name: _value(dimension, form) for dimension in definition.dimensions}
    return {**values, "evidence": [vars(mark) for mark in dict.fromkeys(_taken(form, sides))]}


def _value(dimension: Dimension, form: Form) -> Any:  # noqa: ANN401 by the kind of dimension
    if dimension.kind == "checks":
        return {name: form.get(field_of((dimension.name, name))) == "yes" for name in dimension.names}
    chosen = form.get(field_of((dimension.name, "")), "")
    return dimension.names.index(chosen) if dimension.kind == "scale" else chosen


def _taken(form: Form, sides: Sequence[Side]) -> Iterator[Any]:
    return (mark for side in sides for mark in side.answer.marks if f"take.{mark.tag}.{side.letter}" in form)
