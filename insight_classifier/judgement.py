"""A judgement of a note: the one shape for people and models, and its JSON form (contracts.md)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Span:
    """A piece of a field as it was sent: `fields[field][start:end] == text`, in Unicode code points."""

    field: str
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Check:
    """The verdict on one yes/no member; `probability` is None where only rules judge it."""

    met: bool
    probability: float | None
    evidence: tuple[Span, ...] = ()
    source: str | None = None  # "model", "rule" or "both": whose word it is, in dimensions with a lane of their own


@dataclass(frozen=True)
class Level:
    """The verdict on a scale."""

    level: int
    name: str
    probabilities: tuple[float, ...]
    evidence: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Option:
    """The verdict on a choice."""

    name: str
    probabilities: Mapping[str, float]


Verdict = Mapping[str, Check] | Level | Option


@dataclass(frozen=True)
class Origin:
    """Which definition or model, to the byte."""

    name: str
    version: str
    fingerprint: str

    def to_dict(self) -> dict[str, str]:
        return {"name": self.name, "version": self.version, "fingerprint": self.fingerprint}


@dataclass(frozen=True)
class Judgement:
    """Everything that is said of one note."""

    id: str
    label: str
    probability: float  # calibrated, of the label's positive outcome
    verdicts: Mapping[str, Verdict]
    needs_review: bool
    review_reasons: tuple[str, ...]
    coaching: tuple[str, ...]
    definition: Origin
    model: Origin
    single_field: bool = True  # spans leave their field out where there is only one
    # What the note is about, (size,), of unit length; no part of the JSON form. None: the model folder gives no vectors.
    vector: NDArray[np.float16] | None = field(default=None, compare=False, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form; probabilities are rounded to six decimals."""
        return {
            "id": self.id,
            "label": self.label,
            "probability": _rounded(self.probability),
            **{name: verdict_to_dict(verdict, single_field=self.single_field) for name, verdict in self.verdicts.items()},
            "needs_review": self.needs_review,
            "review_reasons": list(self.review_reasons),
            "coaching": list(self.coaching),
            "definition": self.definition.to_dict(),
            "model": self.model.to_dict(),
        }


def verdict_to_dict(verdict: Verdict, *, single_field: bool) -> dict[str, Any]:
    """The JSON form of one dimension's verdict."""
    if isinstance(verdict, Level):
        return {
            "level": verdict.level,
            "name": verdict.name,
            "probabilities": [_rounded(p) for p in verdict.probabilities],
            "evidence": _spans(verdict.evidence, single_field),
        }
    if isinstance(verdict, Option):
        return {"name": verdict.name, "probabilities": {name: _rounded(p) for name, p in verdict.probabilities.items()}}
    return {name: _check(check, single_field) for name, check in verdict.items()}


def _check(check: Check, single_field: bool) -> dict[str, Any]:
    plain: dict[str, Any] = {"met": check.met, "probability": None if check.probability is None else _rounded(check.probability)}
    plain["evidence"] = _spans(check.evidence, single_field)
    if check.source is not None:
        plain["source"] = check.source
    return plain


def _spans(spans: tuple[Span, ...], single_field: bool) -> list[dict[str, Any]]:
    plain = [{"start": span.start, "end": span.end, "text": span.text} for span in spans]
    if single_field:
        return plain
    return [{"field": span.field, **item} for span, item in zip(spans, plain, strict=True)]


def _rounded(value: float) -> float:
    return round(float(value), 6)
