"""Rules of swapping: which names are names, which models answer alike, which one a caller asked for."""

import re
from collections.abc import Iterable

from insight_classifier.definition import Definition
from insight_classifier.judgement import Origin
from service.errors import RequestError

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\Z")  # a folder beside the present one, never a path


def checked_name(name: object) -> str:
    """Raises RequestError where it is not the plain name of a folder."""
    if not isinstance(name, str) or not NAME.match(name):
        raise RequestError(
            "model must be the name of a folder beside the present one: letters, digits, dot, dash, underscore.", "invalid_request"
        )
    return name


def contract(definition: Definition) -> dict[str, object]:
    """What callers were told of requests and answers: it stays as long as the service runs."""
    return {
        "fields": [(field.name, field.required) for field in definition.fields],
        "labels": (definition.label.met, definition.label.unmet),
        "dimensions": [
            (d.name, d.kind, d.lane, [(m.name, m.judged_by, bool(m.evidence)) for m in d.members]) for d in definition.dimensions
        ],
    }


def is_asked_for(origin: Origin, asked: str | None) -> bool:
    """Whether a name or fingerprint means this model or definition; None asks for nothing certain."""
    return asked is None or asked in (origin.name, origin.fingerprint)


def named(origins: Iterable[Origin]) -> str:
    return ", ".join(f"{origin.name} ({origin.fingerprint})" for origin in origins)
