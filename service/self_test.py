"""The test of a model before it may judge: a golden note, made of the definition's own examples, the whole way."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from insight_classifier.definition import Definition, Member
from insight_classifier.judgement import Judgement, Span
from insight_classifier.notes import Note
from insight_classifier.predictor import Predictor
from service.schemas import Shapes


@dataclass(frozen=True)
class SelfTest:
    """What became of it; `failure` says it in words, None where it passed."""

    done: bool = False
    failure: str | None = None
    example: dict[str, Any] | None = None  # the judgement that was made


def examine(predictor: Predictor, shapes: Shapes) -> SelfTest:
    """Judge the golden note and look at every part of the answer. Raises nothing: every failure is a result."""
    example = None
    try:
        note = golden_note(predictor.definition)
        judgement = predictor.judge([note])[0]
        example = judgement.to_dict()
        shapes.judgement.model_validate(example)
        failure = next(_faults(note, judgement, predictor), None)
    except Exception as problem:  # noqa: BLE001 whoever asks /readyz, or for the swap, is told
        failure = f"{type(problem).__name__} while judging."
    return SelfTest(True, failure and f"The test at start failed: {failure}", example)


def golden_note(definition: Definition) -> Note:
    """The acceptable example of every member, one a line."""
    texts = dict.fromkeys(member.acceptable.text for dimension in definition.dimensions for member in dimension.members)
    return Note("self-test", {definition.main_field: "\n".join(texts)})


def _faults(note: Note, judgement: Judgement, predictor: Predictor) -> Iterator[str]:
    if not math.isfinite(judgement.probability):
        yield "the label's probability is no number."
    for span in _spans(judgement):
        if note.fields[span.field][span.start : span.end] != span.text:
            yield "a quote does not stand where it is said to stand."
    for member in _ruled_alone(predictor.definition):
        example = Note("self-test", {predictor.definition.main_field: member.acceptable.text})
        if not predictor.screen(example).spans.get(member.name):
            yield f"the rules do not find {member.title} in its own example."


def _spans(judgement: Judgement) -> Iterator[Span]:
    for verdict in judgement.verdicts.values():
        checks = verdict.values() if isinstance(verdict, dict) else [verdict]
        for check in checks:
            yield from getattr(check, "evidence", ())


def _ruled_alone(definition: Definition) -> Iterator[Member]:
    return (member for member in definition.checks.values() if member.judged_by == ("rules",))
