"""Decisions as records of Argilla 2, and the settings of a dataset that takes them, both from the definition. Pure.

`rg.Settings.from_json` reads the settings, `dataset.records.from_json` the records. Users are told by an id made of the reviewer's.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from insight_classifier.definition import Definition, Dimension
from service.errors import RequestError
from service.exchange.lines import Stated
from service.reviews.answers import Answer, answer_of

SPACE = uuid.UUID("6f1c35d4-7d0e-5d0a-9b1e-2f5f7f3b6f10")  # names the users that reviewers become


def record(decisions: Sequence[Stated], definition: Definition) -> dict[str, Any]:
    """One note: people's answers as responses, the model's judgement as suggestions."""
    note = decisions[0]
    responses: dict[str, list[dict[str, Any]]] = {}
    for one in decisions:
        for question, value in _values(one.answer, definition):
            responses.setdefault(question, []).append({"value": value, "user_id": str(uuid.uuid5(SPACE, one.reviewer))})
    context = {name: value for name, value in note.metadata.items() if isinstance(value, str | int | float) and not isinstance(value, bool)}
    return {
        "id": note.name,
        "fields": {name: text for name, text in note.fields.items() if text},
        "metadata": {**context, "definition": note.fingerprint, "content_hash": note.content_hash},
        "suggestions": dict(_suggestions(note, definition)),
        "responses": responses,
        "vectors": {},
    }


def settings(definition: Definition) -> dict[str, Any]:
    """A dataset's settings in their JSON form."""
    return {
        "guidelines": definition.title,
        "fields": [
            {
                "name": field.name,
                "title": field.title,
                "required": field.required,
                "settings": {"type": "text", "use_markdown": False},
            }
            for field in definition.fields
        ],
        "questions": [*(_question(dimension) for dimension in definition.dimensions), *_spans(definition)],
        "vectors": [],
        "metadata": [],
        "allow_extra_metadata": True,
    }


def _question(dimension: Dimension) -> dict[str, Any]:
    options = [{"value": m.name, "text": m.title, "description": m.wording} for m in dimension.members]
    many = dimension.kind == "checks"
    kind = {"type": "multi_label_selection" if many else "label_selection", "options": options, "visible_options": None}
    if many:
        kind["options_order"] = "natural"
    asked = {"title": dimension.title, "description": dimension.wording, "required": not many}
    return {"name": dimension.name, **asked, "settings": kind}


def _spans(definition: Definition) -> Iterator[dict[str, Any]]:
    tags = [*definition.tags, *(name for name, member in definition.checks.items() if member.evidence)]
    options = [{"value": tag, "text": tag, "description": None} for tag in dict.fromkeys(tags)]
    for field in definition.fields:
        kind = {"type": "span", "field": field.name, "options": options, "visible_options": None, "allow_overlapping": True}
        about = {"title": f"Evidence in {field.title}", "description": None, "required": False}
        yield {"name": _span_question(field.name), **about, "settings": kind}


def _values(answer: Answer, definition: Definition) -> Iterator[tuple[str, Any]]:
    """What is said to each question; to one of which nothing holds nothing is said, for Argilla takes no empty answers."""
    for dimension in definition.dimensions:
        value = answer.values[dimension.name]
        if isinstance(value, Mapping):
            if met := [name for name in dimension.names if value.get(name)]:
                yield dimension.name, met
        else:
            yield dimension.name, dimension.names[value] if dimension.kind == "scale" else value
    for field in definition.fields:
        if spans := [{"label": m.tag, "start": m.start, "end": m.end} for m in answer.marks if m.field == field.name]:
            yield _span_question(field.name), spans


def _suggestions(note: Stated, definition: Definition) -> Iterator[tuple[str, dict[str, Any]]]:
    judgement = note.judgement
    if judgement is None:
        return
    try:
        answer = answer_of(judgement, definition)
    except RequestError:  # judged by a definition with other members
        return
    for question, value in _values(answer, definition):
        yield question, {"value": value, "score": _score(judgement.get(question), value), "agent": judgement["model"]["name"]}


def _score(verdict: Mapping[str, Any] | None, value: Any) -> float | list[float] | None:  # noqa: ANN401 by the kind of dimension
    """The model's probability of what it says; none of evidence, and none where rules alone judge."""
    if verdict is None:
        return None
    if isinstance(value, list):
        found = [verdict[name]["probability"] for name in value]
        return None if None in found else found
    level = verdict.get("level")
    return float(verdict["probabilities"][value if level is None else level])


def _span_question(field: str) -> str:
    return f"evidence_{field}"
