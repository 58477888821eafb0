"""A judgement as it is stored, read back for showing. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from insight_classifier.definition import Definition, Dimension
from insight_classifier.judgement import Check, Judgement, Level, Option, Origin, Span, Verdict


def judgement_of(stored: Mapping[str, Any], definition: Definition) -> Judgement | None:
    """From its JSON form; None where it was made under a definition with other members."""
    try:
        verdicts = {dimension.name: _verdict(stored[dimension.name], dimension, definition) for dimension in definition.dimensions}
    except (KeyError, IndexError, ValueError):
        return None
    return Judgement(
        id=stored["id"],
        label=stored["label"],
        probability=stored["probability"],
        verdicts=verdicts,
        needs_review=stored["needs_review"],
        review_reasons=tuple(stored.get("review_reasons", ())),
        coaching=tuple(stored.get("coaching", ())),
        definition=_origin(stored["definition"]),
        model=_origin(stored["model"]),
    )


def _origin(stored: Mapping[str, Any]) -> Origin:
    return Origin(stored["name"], stored["version"], stored["fingerprint"])


def _verdict(stored: Mapping[str, Any], dimension: Dimension, definition: Definition) -> Verdict:
    if dimension.kind == "scale":
        return Level(stored["level"], dimension.names[stored["level"]], tuple(stored["probabilities"]), _spans(stored, definition))
    if dimension.kind == "choice":
        chosen = dimension.names[dimension.names.index(stored["name"])]
        return Option(chosen, {name: stored["probabilities"].get(name, 0.0) for name in dimension.names})
    return {name: _check(stored[name], definition) for name in dimension.names}


def _check(stored: Mapping[str, Any], definition: Definition) -> Check:
    return Check(stored["met"], stored["probability"], _spans(stored, definition), stored.get("source"))


def _spans(stored: Mapping[str, Any], definition: Definition) -> tuple[Span, ...]:
    quotes: Sequence[Mapping[str, Any]] = stored.get("evidence", ())
    return tuple(Span(quote.get("field") or definition.main_field, quote["start"], quote["end"], quote["text"]) for quote in quotes)
