"""Decisions as tasks of Label Studio, and the labelling interface that shows them, both from the definition. Pure.

Places are code points of each field as it was sent, which is how Label Studio counts too.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from insight_classifier.definition import Definition, Dimension
from service.database import moment_text
from service.errors import RequestError
from service.exchange.lines import Stated
from service.reviews.answers import Answer, answer_of

Result = dict[str, Any]


def task(decisions: Sequence[Stated], definition: Definition) -> dict[str, Any]:
    """One note with an annotation for each decision, and the model's judgement as its prediction."""
    note = decisions[0]
    about = {"source": note.source, "record_id": note.record_id, "content_hash": note.content_hash}
    return {
        "data": {"note": note.name, **{field.name: note.fields.get(field.name, "") for field in definition.fields}},
        "meta": {**about, "decisions": [_origin(one) for one in decisions]},
        "annotations": [_annotation(one, definition) for one in decisions],
        "predictions": list(_predictions(note, definition)),
    }


def interface(definition: Definition) -> str:
    """The labelling interface as XML: every text with its evidence tags, and every dimension under the main one."""
    view = Element("View")
    for field in definition.fields:
        SubElement(view, "Header", value=field.title)
        labels = SubElement(view, "Labels", name=_labels(field.name), toName=field.name)
        for tag in _tags(definition):
            SubElement(labels, "Label", value=tag)
        SubElement(view, "Text", name=field.name, value=f"${field.name}", granularity="symbol")
    for dimension in definition.dimensions:
        SubElement(view, "Header", value=dimension.title)
        many = dimension.kind == "checks"
        asked = {"choice": "multiple" if many else "single", "required": "false" if many else "true"}
        choices = SubElement(view, "Choices", {"name": dimension.name, "toName": definition.main_field, **asked})
        for member in dimension.members:
            SubElement(choices, "Choice", value=member.name, hint=f"{member.title}: {member.wording}")
    indent(view)
    return tostring(view, encoding="unicode") + "\n"


def _annotation(one: Stated, definition: Definition) -> dict[str, Any]:
    timed = {} if one.seconds is None else {"lead_time": one.seconds}
    result = list(_results(one.answer, one.fields, definition))
    return {"result": result, "ground_truth": one.settles, "was_cancelled": False, "created_at": moment_text(one.at), **timed}


def _origin(one: Stated) -> dict[str, Any]:
    """Who said it, under which definition: Label Studio knows neither."""
    return {"reviewer": one.reviewer, "kind": one.kind, "at": moment_text(one.at), "definition": one.fingerprint, "blind": one.blind}


def _predictions(note: Stated, definition: Definition) -> Iterator[dict[str, Any]]:
    if note.judgement is None:
        return
    try:
        answer = answer_of(note.judgement, definition)
    except RequestError:  # judged by a definition with other members
        return
    model = note.judgement["model"]
    result = list(_results(answer, note.fields, definition))
    yield {"model_version": f"{model['name']} {model['fingerprint']}", "score": note.judgement["probability"], "result": result}


def _results(answer: Answer, fields: Mapping[str, str], definition: Definition) -> Iterator[Result]:
    for number, mark in enumerate(answer.marks):
        value = {"start": mark.start, "end": mark.end, "text": fields[mark.field][mark.start : mark.end], "labels": [mark.tag]}
        yield {"id": f"mark{number}", "from_name": _labels(mark.field), "to_name": mark.field, "type": "labels", "value": value}
    for dimension in definition.dimensions:
        if chosen := _chosen(answer.values[dimension.name], dimension):
            shown = {"from_name": dimension.name, "to_name": definition.main_field, "type": "choices"}
            yield {"id": dimension.name, **shown, "value": {"choices": chosen}}


def _chosen(value: Any, dimension: Dimension) -> list[str]:  # noqa: ANN401 by the kind of dimension
    if isinstance(value, Mapping):
        return [name for name in dimension.names if value.get(name)]
    return [dimension.names[value] if dimension.kind == "scale" else value]


def _tags(definition: Definition) -> list[str]:
    proved = [member.name for member in definition.checks.values() if member.evidence]
    return list(dict.fromkeys([*definition.tags, *proved]))


def _labels(field: str) -> str:
    """The name of a field's tags in the interface."""
    return f"evidence_{field}"
