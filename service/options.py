"""What a caller may ask for beside the judgement: fewer parts of it, and a certain model and definition."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.errors import RequestError

FIELDS, MODEL, DEFINITION = "fields", "model", "definition"
KEPT = ("id", "label", "note_id")  # never left out
ERROR = "error"  # a batch's note without a judgement is told whole


@dataclass(frozen=True)
class Options:
    """`fields`: the top-level parts wanted, None for all. `model` and `definition`: a name or a fingerprint, None for what is live."""

    fields: frozenset[str] | None = None
    model: str | None = None
    definition: str | None = None

    def part(self, result: dict[str, Any]) -> dict[str, Any]:
        """What was asked for, of a judgement as JSON."""
        if self.fields is None or ERROR in result:
            return result
        return {key: value for key, value in result.items() if key in self.fields or key in KEPT}


NO_OPTIONS = Options()


def read_options(query: Mapping[str, str], known: Sequence[str]) -> Options:
    """From the query of a request; `known` are the parts of a judgement. Raises RequestError."""
    return Options(_fields(query.get(FIELDS), known), query.get(MODEL) or None, query.get(DEFINITION) or None)


def _fields(asked: str | None, known: Sequence[str]) -> frozenset[str] | None:
    if asked is None:
        return None
    names = [name.strip() for name in asked.split(",") if name.strip()]
    wrong = [name[:60] for name in names if name not in known]
    if wrong:
        raise RequestError(f"{', '.join(wrong[:5])}: no part of a judgement. Use {', '.join(known)}.", "unknown_field", known=list(known))
    return frozenset(names)


def parameters() -> list[dict[str, Any]]:
    """For the OpenAPI document."""
    described = {
        FIELDS: "Parts of the judgement to send, separated by commas; id and label always come.",
        MODEL: "Name or fingerprint of the model that must judge; the live one and the one before it can.",
        DEFINITION: "Name or fingerprint of the definition to judge by.",
    }
    return [{"name": name, "in": "query", "schema": {"type": "string"}, "description": words} for name, words in described.items()]
