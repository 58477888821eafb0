"""The form of a bulk: what it offers to change, by the definition alone, and the bulk that comes of it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from insight_classifier.definition import Definition, Dimension
from service.bulks.acting import Bulk
from service.errors import RequestError
from service.reviews.kinds import CHANGE, CONFIRM, FLAG, SKIP

ACTS: Mapping[str, str] = {  # what each does, in words
    CONFIRM: "Confirm what the model said",
    CHANGE: "Change the values that are chosen below, and keep the rest as the model said it",
    SKIP: "Skip: leave them to others",
    FLAG: "Flag them for a lead",
}
YES, NO = "yes", "no"
Form = Mapping[str, str]


@dataclass(frozen=True)
class Choice:
    """One value that may be set in all notes: the form's field, and its options with their titles."""

    field: str
    title: str
    options: tuple[tuple[str, str], ...]
    chosen: str = ""


@dataclass(frozen=True)
class Group:
    """The choices of one dimension."""

    dimension: Dimension
    choices: tuple[Choice, ...]


def groups(definition: Definition, given: Form) -> list[Group]:
    """Everything that can be changed, as it was `given` before."""
    return [Group(dimension, tuple(_choices(dimension, given))) for dimension in definition.dimensions]


def bulk_of(form: Form, definition: Definition) -> Bulk:
    """Raises RequestError `review_invalid`, which says what is missing."""
    kind = form.get("act", "")
    if kind not in ACTS:
        raise RequestError("Choose what to do with the notes.", "review_invalid")
    changes = {d.name: value for d in definition.dimensions if (value := _value(d, form)) is not None}
    if kind == CHANGE and not changes:
        raise RequestError("Choose at least one value that is to be changed.", "review_invalid")
    if kind != CHANGE and changes:
        raise RequestError("You chose values, but not to change the notes. Choose to change them, or leave the values.", "review_invalid")
    return Bulk(kind, changes or None, form.get("comment") or None)


def expected(form: Form) -> int:
    """How many notes the person was told of."""
    try:
        return int(form.get("expected", ""))
    except ValueError:
        raise RequestError("The form is not whole. Reload the page and count again.", "review_invalid") from None


def _choices(dimension: Dimension, given: Form) -> list[Choice]:
    if dimension.kind != "checks":
        field = f"change.{dimension.name}"
        return [Choice(field, dimension.title, tuple((m.name, m.title) for m in dimension.members), given.get(field, ""))]
    fields = {member: f"change.{dimension.name}.{member.name}" for member in dimension.members}
    answers = ((YES, "Yes"), (NO, "No"))
    return [Choice(field, member.title, answers, given.get(field, "")) for member, field in fields.items()]


def _value(dimension: Dimension, form: Form) -> Any:  # noqa: ANN401 by the kind of dimension
    if dimension.kind == "checks":
        said = {name: form.get(f"change.{dimension.name}.{name}") for name in dimension.names}
        return {name: value == YES for name, value in said.items() if value in (YES, NO)} or None
    chosen = form.get(f"change.{dimension.name}")
    if chosen not in dimension.names:
        return None
    return dimension.names.index(chosen) if dimension.kind == "scale" else chosen
