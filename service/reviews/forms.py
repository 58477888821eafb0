"""The form under a note: what it asks, and the decision that comes of it. Members only by the definition. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from insight_classifier.definition import Definition, Dimension, Member
from insight_classifier.judgement import Judgement, Level, Option, Verdict
from service.errors import RequestError
from service.reviews.answers import Answer, Mark, answer_of, flat, patched
from service.reviews.evidence import EVIDENCE, read_marks
from service.reviews.keys import member_keys
from service.reviews.kinds import CHANGE, CONFIRM, FLAG, SKIP
from service.reviews.rules import Decision

DECIDE = "decide"  # confirm, or change where the form says otherwise than the model
ACTS = (DECIDE, SKIP, FLAG)
Form = Mapping[str, str]


@dataclass(frozen=True)
class Control:
    """One box or button of the form. `said`: the model's own; `probability` None: nobody computed one."""

    member: Member
    field: str
    value: str
    key: str
    checked: bool
    said: bool
    probability: float | None
    threshold: float | None = None


@dataclass(frozen=True)
class Question:
    """One dimension with its controls, a scale from the bottom up."""

    dimension: Dimension
    controls: tuple[Control, ...]


def questions(definition: Definition, judgement: Judgement | None, given: Form | None = None) -> tuple[Question, ...]:
    """What the form asks; filled in as the model judged, or as it was `given` before."""
    keys = member_keys(definition)
    return tuple(Question(dimension, tuple(_controls(dimension, judgement, keys, given))) for dimension in definition.dimensions)


def _controls(
    dimension: Dimension, judgement: Judgement | None, keys: Mapping[tuple[str, str], str], given: Form | None
) -> Iterator[Control]:  # fmt: skip
    verdict = judgement.verdicts[dimension.name] if judgement else None
    for number, member in enumerate(dimension.members):
        checks = dimension.kind == "checks"
        field = _field(dimension, member.name if checks else None)
        value = "yes" if checks else member.name
        said, probability = _said(verdict, member.name, number)
        checked = said if given is None else given.get(field) == value
        threshold = member.threshold if checks and probability is not None else None
        yield Control(member, field, value, keys.get((dimension.name, member.name), ""), checked, said, probability, threshold)


def _said(verdict: Verdict | None, name: str, number: int) -> tuple[bool, float | None]:
    if verdict is None:
        return False, None
    if isinstance(verdict, Level):
        return verdict.level == number, verdict.probabilities[number]
    if isinstance(verdict, Option):
        return verdict.name == name, verdict.probabilities[name]
    return verdict[name].met, verdict[name].probability


def shown_marks(judgement: Mapping[str, Any] | None, definition: Definition) -> tuple[Mark, ...]:
    """The evidence that the form begins with: the model's."""
    model = _model(judgement, definition)
    return model.marks if model else ()


def decision_of(form: Form, seen: Row[Any] | None, who: str, note_id: str, definition: Definition, at: datetime) -> Decision:
    """What a person sent. `seen`: the fields and the judgement that they had before them, None: there is none. Raises RequestError."""
    kind = form.get("act", "")
    if kind not in ACTS:
        raise RequestError(f"The form does not say what to do: use {', '.join(ACTS)}.", "review_invalid")
    answer = _answer(form, seen, definition) if kind == DECIDE else None
    return Decision(
        note_id=note_id,
        version_id=form.get("version_id", ""),
        judgement_id=form.get("judgement_id") or None,
        who=who,
        kind=kind if kind != DECIDE else CHANGE if answer else CONFIRM,
        answer=answer,
        comment=form.get("comment"),
        seconds=_seconds(form, at),
        revision=_revision(form),
    )


def _answer(form: Form, seen: Row[Any] | None, definition: Definition) -> dict[str, Any] | None:
    """A whole answer with its evidence; None: the same as the model's, to be confirmed."""
    values = {dimension.name: value for dimension in definition.dimensions if (value := _value(form, dimension)) is not None}
    model = _model(seen.judgement if seen else None, definition)
    marks = read_marks(form, model.marks if model else (), seen.fields if seen else {}, definition)
    if model is None:
        return {**values, EVIDENCE: marks}
    complete = len(values) == len(definition.dimensions)
    same = complete and flat(Answer(values), definition) == flat(model, definition) and _alike(marks, model.marks)
    return None if same else {**patched(model, values), EVIDENCE: marks}


def _alike(marks: Sequence[Mapping[str, Any]], shown: Sequence[Mark]) -> bool:
    """Whether the same places are marked for the same."""
    places = [tuple(one.get(name) for name in ("tag", "field", "start", "end")) for one in marks]
    return sorted(map(repr, places)) == sorted(repr((mark.tag, mark.field, mark.start, mark.end)) for mark in shown)


def _model(judgement: Mapping[str, Any] | None, definition: Definition) -> Answer | None:
    try:
        return answer_of(judgement, definition) if judgement is not None else None
    except RequestError:  # by a definition with other members: it is answered in full
        return None


def _value(form: Form, dimension: Dimension) -> Any:  # noqa: ANN401 by the kind of dimension
    if dimension.kind == "checks":
        return {name: _field(dimension, name) in form for name in dimension.names}
    chosen = form.get(_field(dimension))
    if chosen not in dimension.names:
        return None
    return dimension.names.index(chosen) if dimension.kind == "scale" else chosen


def _field(dimension: Dimension, member: str | None = None) -> str:
    return f"answer.{dimension.name}" + (f".{member}" if member else "")


def _seconds(form: Form, at: datetime) -> float | None:
    """Since the page was made, by what the page says."""
    try:
        return (at - datetime.fromisoformat(form.get("opened_at", ""))).total_seconds()
    except (ValueError, TypeError):
        return None


def _revision(form: Form) -> int:
    try:
        return int(form.get("revision", ""))
    except ValueError:
        raise RequestError("The form is not whole. Reload the page and decide again.", "review_invalid") from None
