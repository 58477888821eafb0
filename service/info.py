"""What runs here: version, model, definition with its wording, and limits."""

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from insight_classifier.definition import Dimension, Label, Member
from insight_classifier.judgement import Origin
from insight_classifier.notes import MAX_CHARACTERS
from insight_classifier.predictor import Predictor
from service.settings import Settings

DISTRIBUTION = "insight-classifier"
INTENDED_USE = "For coaching and triage of field notes. It does not appraise people, and a person decides where it matters."


def package_version() -> str:
    """The installed version; a plain checkout has none."""
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return "0+checkout"


def info(predictor: Predictor, settings: Settings) -> dict[str, Any]:
    """The body of /v1/info."""
    definition = predictor.definition
    origin = Origin(definition.name, definition.version, definition.fingerprint)
    return {
        "version": package_version(),
        "intended_use": INTENDED_USE,
        "model": predictor.model.to_dict(),
        "definition": {**origin.to_dict(), "title": definition.title},
        "limits": limits(settings),
        "fields": [{"name": f.name, "title": f.title, "required": f.required} for f in definition.fields],
        "label": _label(definition.label),
        "dimensions": [_dimension(dimension) for dimension in definition.dimensions],
    }


def limits(settings: Settings) -> dict[str, float]:
    """What a caller must keep to."""
    return {
        "note_characters": MAX_CHARACTERS,
        "body_bytes": settings.body_limit,
        "batch_notes": settings.batch_notes,
        "queue_notes": settings.queue_notes,
        "queue_bytes": settings.queue_bytes,
        "deadline_seconds": settings.deadline_seconds,
    }


def _label(label: Label) -> dict[str, Any]:
    outcomes = [{"name": label.met, "wording": label.met_wording}, {"name": label.unmet, "wording": label.unmet_wording}]
    return {"rule": label.rule.source, "outcomes": outcomes, "review_band": list(label.review_band), "crm_values": dict(label.crm_values)}


def _dimension(dimension: Dimension) -> dict[str, Any]:
    lane = {"lane": dimension.lane} if dimension.lane else {}
    members = [_member(member) for member in dimension.members]
    named = {"name": dimension.name, "title": dimension.title, "kind": dimension.kind, **lane}
    return {**named, "wording": dimension.wording, "members": members}


def _member(member: Member) -> dict[str, Any]:
    return {
        "name": member.name,
        "title": member.title,
        "wording": member.wording,
        "not_enough": member.not_enough,
        "acceptable": {"text": member.acceptable.text, "why": member.acceptable.why},
        "unacceptable": {"text": member.unacceptable.text, "why": member.unacceptable.why},
        "judged_by": list(member.judged_by),
        "coaching": list(member.coaching),
    }
