"""The true shape of a judgement, built from the definition: it documents the API and is checked against a real judgement at start."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from insight_classifier.definition import Definition, Dimension, Member
from service.options import KEPT as NEVER_LEFT_OUT

Fields = Mapping[str, tuple[Any, Any]]  # key: (annotation, default); `...` where it is always there
Probability = Annotated[float, Field(ge=0, le=1)]


class Strict(BaseModel):
    """Nothing beyond what is described."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Open(BaseModel):
    """More members may be there, as RFC 9457 allows."""

    model_config = ConfigDict(extra="allow", strict=True)


class Origin(Strict):
    """Which definition or model, to the byte."""

    name: str
    version: str
    fingerprint: Annotated[str, Field(description="Sixteen hex digits of its content.")]


class FieldError(Strict):
    """One key of a request that is wrong."""

    field: str
    code: str
    detail: str


def maybe(words: str) -> Any:  # noqa: ANN401 pydantic's own
    """A key that is left out rather than null: `name: str | None = maybe("…")`."""
    return Field(default=None, description=words, json_schema_extra=_without_default)


class Shapes:
    """The models of one definition: of a `note`, a `batch`, a `judgement`, a batch's `results` and a `problem`."""

    def __init__(self, definition: Definition, note: type[BaseModel], batch_notes: int) -> None:
        self.note = note
        self._quotes: Any = list[_quote(definition)]  # type: ignore[misc]
        found = {d.name: (self._ruled(d), None) for d in definition.dimensions if _by_rules(d)}
        said = self._judgement(definition)
        self.judgement = _model("Judgement", "Everything that is said of one note.", said)
        part: Fields = {key: (kind, default if key in NEVER_LEFT_OUT else None) for key, (kind, default) in said.items()}
        self.part = _model("JudgementPart", "What was asked for of a judgement, where `fields` asked for less than the whole.", part)
        failed: Fields = {"id": (str, ...), "error": (_note_error(), ...), **found}
        self.failure = _model("Failure", "A note of a batch that was not judged.", failed)
        failures: Any = list[self.failure]  # type: ignore[name-defined]
        self.problem = _model("Problem", "An error (RFC 9457).", {**_problem(), "results": (failures, None), **found}, Open)
        notes: Any = Annotated[list[note], Field(max_length=batch_notes)]  # type: ignore[valid-type]
        own: Fields = {"client_request_id": (_described(str, "Instead of the header Idempotency-Key."), None)}
        self.request = _model("NoteRequest", note.__doc__ or "", own, note)
        self.batch = _model("Batch", "Several notes.", {"notes": (notes, ...), **own})
        self.job_notes = _model("JobNotes", "Notes of a bulk job, as many as one likes.", {"notes": (list[note], ...)})  # type: ignore[valid-type]
        either: Any = self.judgement | self.failure | self.part
        self.results = _model("Results", "In the order of the notes.", {"results": (list[either], ...)})

    def all(self) -> tuple[type[BaseModel], ...]:
        return (self.note, self.request, self.batch, self.job_notes, self.judgement, self.part, self.results, self.problem)

    def _judgement(self, definition: Definition) -> Fields:
        label = definition.label
        return {
            "id": (str, ...),
            "label": (_described(_choice((label.met, label.unmet)), f"Derived: {label.rule.source}."), ...),
            "probability": (_described(Probability, f"Calibrated, of {label.met}."), ...),
            **{d.name: (_described(self._verdict(d), d.wording), ...) for d in definition.dimensions},
            "needs_review": (bool, ...),
            "review_reasons": (list[str], ...),
            "coaching": (_described(list[str], "Questions that could be asked next."), ...),
            "definition": (Origin, ...),
            "model": (Origin, ...),
            "note_id": (_described(str, "Where the service keeps notes: by what it knows this one."), None),
        }

    def _verdict(self, dimension: Dimension) -> type[BaseModel]:
        name = _camel(dimension.name)
        if dimension.kind == "scale":
            return _model(f"{name}Level", dimension.title, self._level(dimension))
        if dimension.kind == "choice":
            chances = _model(f"{name}Probabilities", "One for each option.", {member: (Probability, ...) for member in dimension.names})
            return _model(f"{name}Option", dimension.title, {"name": (_choice(dimension.names), ...), "probabilities": (chances, ...)})
        checks = {m.name: (_described(self._check(m, name, bool(dimension.lane)), m.wording), ...) for m in dimension.members}
        return _model(f"{name}Checks", dimension.title, checks)

    def _level(self, dimension: Dimension) -> Fields:
        count = len(dimension.members)
        return {
            "level": (Annotated[int, Field(ge=0, lt=count)], ...),
            "name": (_choice(dimension.names), ...),
            "probabilities": (Annotated[list[Probability], Field(min_length=count, max_length=count)], ...),
            "evidence": (self._quotes, ...),
        }

    def _check(self, member: Member, prefix: str, in_lane: bool) -> type[BaseModel]:
        learned = "model" in member.judged_by
        chance = Probability if learned else _described(None, "Null: rules alone judge it.")
        fields: dict[str, tuple[Any, Any]] = {"met": (bool, ...), "probability": (chance, ...), "evidence": (self._quotes, ...)}
        if in_lane or "rules" in member.judged_by:
            sources = ("model", "rule", "both") if len(member.judged_by) > 1 else ("model",) if learned else ("rule",)
            fields["source"] = (
                _described(_choice(sources), "Whose word it is: of those who say yes, or, where nobody does, of all who judge it."),
                ...,
            )
        return _model(prefix + _camel(member.name), member.title, fields)

    def _ruled(self, dimension: Dimension) -> type[BaseModel]:
        source: Any = Literal["rule"]
        common: Fields = {"met": (bool, ...), "probability": (None, ...), "evidence": (self._quotes, ...)}
        found = _model("FoundByRules", "Scanned by the safety rules.", {**common, "source": (source, ...)})
        members = {m.name: (_described(found, m.wording), ...) for m in _by_rules(dimension)}
        return _model(f"{_camel(dimension.name)}FoundByRules", "What the safety rules found in a note that was not judged.", members)


def _quote(definition: Definition) -> type[BaseModel]:
    fields: Fields = {
        "field": (_described(_choice(field.name for field in definition.fields), "Left out where the note has only one."), None),
        "start": (Annotated[int, Field(ge=0)], ...),
        "end": (Annotated[int, Field(ge=0)], ...),
        "text": (str, ...),
    }
    return _model("Evidence", "A quote: field[start:end] == text, in Unicode code points of the field as it was sent.", fields)


def _note_error() -> type[BaseModel]:
    return _model(
        "NoteError", "Why one note was not judged.", {"code": (str, ...), "detail": (str, ...), "retry_after_seconds": (int, None)}
    )


def _problem() -> Fields:
    return {
        "type": (str, ...),
        "title": (str, ...),
        "status": (int, ...),
        "detail": (_described(str, "What happened, and what to change."), ...),
        "code": (_described(str, "Stable; made for programs."), ...),
        "request_id": (str, ...),
        "retry_after_seconds": (_described(int, "Where waiting helps; also sent as Retry-After."), None),
        "errors": (_described(list[FieldError], "Each key of the request that is wrong."), None),
    }


def _by_rules(dimension: Dimension) -> tuple[Member, ...]:
    return tuple(member for member in dimension.members if "rules" in member.judged_by) if dimension.kind == "checks" else ()


def _model(name: str, described: str, fields: Fields, base: type[BaseModel] = Strict) -> type[BaseModel]:
    """A model whose attributes have neutral names, so that no name of a definition collides with pydantic's own."""
    keys: dict[str, Any] = {}
    for number, (key, (kind, default)) in enumerate(fields.items()):
        keys[f"key_{number}"] = (kind, Field(default, alias=key, json_schema_extra=_without_default))
    return create_model(name, __base__=base, __doc__=described, **keys)


def _without_default(schema: dict[str, Any]) -> None:
    """A key that is left out has no default: null would be another statement."""
    schema.pop("default", None)


def _described(kind: object, words: str) -> Any:  # noqa: ANN401 a type made at run time
    return Annotated[kind, Field(description=words)]


def _choice(names: Iterable[str]) -> Any:  # noqa: ANN401 a type made at run time
    return Literal[tuple(names)]


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))
