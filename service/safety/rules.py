"""What of a note's scan needs a person, until when, and when it is told again. Pure."""

import base64
import binascii
import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from insight_classifier.definition import Definition
from service.database import moment_text
from service.errors import RequestError

EVENT = "safety.flagged"  # what is emitted
DUE_AFTER = timedelta(hours=24)
OPEN, ACKNOWLEDGED, HANDED_OVER, CLOSED = "open", "acknowledged", "handed_over", "closed"
STATES = (OPEN, ACKNOWLEDGED, HANDED_OVER, CLOSED)
FALSE_ALARMS: Mapping[str, str] = {  # why an item may be closed without a report
    "no_event": "Nothing untoward happened, and no lack of effect is told",
    "no_patient": "No real patient or group of patients is meant: a trial, a label, a hypothetical case",
    "no_product": "Nobody took a medicinal product when it happened",
    "same_case": "The same case was handed over already",
}
FIRST, NEW_HIT, HALF_TIME, OVERDUE = "first", "new_hit", "half_time", "overdue"  # why it is told
REOPENED, EXPORTED, CLOCK = "reopened", "exported", "clock_set_right"  # kinds of events, beside the reasons and the states
RULE, MODEL = "rule", "model"


@dataclass(frozen=True)
class Place:
    """Where a quote stands: code points [start, end) of a field as it was sent; None: of the only one. `mark` knows it again."""

    field: str | None
    start: int
    end: int
    mark: str


@dataclass(frozen=True)
class Hit:
    """A flag that was found. `urgent`: a person must look at the note."""

    flag: str
    by: frozenset[str]  # RULE, MODEL or both
    places: tuple[Place, ...]
    urgent: bool = True

    @property
    def marks(self) -> set[str]:
        """One for each quote, or one for a hit without any."""
        return {f"{self.flag}:{place.mark}" for place in self.places} or {f"{self.flag}:"}

    def spans(self) -> list[dict[str, Any]]:
        """As they are stored."""
        keep = ("field", "start", "end")
        by = "both" if len(self.by) > 1 else min(self.by)
        return [{"flag": self.flag, **{key: asdict(place)[key] for key in keep}, "by": by} for place in self.places]


@dataclass(frozen=True)
class Scan:
    """One scan of one version of a note. `judged`: the model had its say too.

    `written_at` is of the note, `modified_at` of this version, as far as its CRM says so. `rules` is a fingerprint.
    """

    note_id: str
    content_hash: str
    source: str
    received_at: datetime
    hits: tuple[Hit, ...] = ()
    judged: bool = True
    record_id: str | None = None
    written_at: datetime | None = None
    modified_at: datetime | None = None
    rules: str | None = None

    @property
    def urgent(self) -> tuple[Hit, ...]:
        return tuple(hit for hit in self.hits if hit.urgent)

    def flags_by(self, judge: str) -> str:
        return joined(hit.flag for hit in self.hits if judge in hit.by)


class Lane:
    """The safety lane of a definition: which flags are in it, and which of them need a person (those that ask for quotes)."""

    def __init__(self, definition: Definition) -> None:
        lane = [dimension for dimension in definition.of_kind("checks") if dimension.lane == "safety"]
        self._flags = {dimension.name: {m.name: bool(m.evidence) for m in dimension.members} for dimension in lane}

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Their names, under which judgements and refusals tell what was found."""
        return tuple(self._flags)

    def hits(self, found: Mapping[str, Any]) -> tuple[Hit, ...]:
        """What was found, from a whole judgement as JSON or from what a refusal carries (`Unjudged.found`)."""
        return tuple(
            Hit(flag, _judges(check.get("source")), _places(check.get("evidence") or ()), urgent)
            for dimension, flags in self._flags.items()
            for flag, urgent in flags.items()
            if (check := (found.get(dimension) or {}).get(flag)) and check["met"]
        )


def _judges(source: str | None) -> frozenset[str]:
    return frozenset((RULE, MODEL)) if source == "both" else frozenset((source or MODEL,))


def _places(evidence: Iterable[Mapping[str, Any]]) -> tuple[Place, ...]:
    return tuple(Place(span.get("field"), span["start"], span["end"], _mark(span["text"])) for span in evidence)


def _mark(quote: str) -> str:
    """The same for the same words, wherever they stand and however they are spaced."""
    words = " ".join(quote.lower().split())
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True)
class Times:
    """The clock of an item."""

    awareness_at: datetime
    half_at: datetime
    due_at: datetime


def times(awareness_at: datetime, due_after: timedelta) -> Times:
    return Times(awareness_at, awareness_at + due_after / 2, awareness_at + due_after)


def awareness(said: datetime | None, received_at: datetime) -> datetime:
    """The clock begins when the first employee knew: as the CRM says, unless that is still to come."""
    return said if said is not None and said <= received_at else received_at


def joined(flags: Iterable[str]) -> str:
    """As flags are stored: sorted, each once."""
    return " ".join(sorted(set(flags)))


def new_id(at: datetime) -> str:
    """In order of time, to the millisecond."""
    return f"saf_{int(at.timestamp() * 1000):012x}{secrets.token_hex(8)}"


def payload(item: Mapping[str, Any], reason: str) -> dict[str, Any]:
    """The data of `safety.flagged`: where to look and until when, never a word of the note."""
    told = {key: item[key] for key in ("note_id", "source", "record_id", "state")}
    moments = {key: moment_text(item[key]) for key in ("awareness_at", "due_at")}
    return {"item_id": item["id"], **told, "flags": item["flags"].split(), **moments, "reason": reason}


def cursor_of(due_at: datetime, item_id: str) -> str:
    """Where a page ends, for callers to hand back."""
    return base64.urlsafe_b64encode(json.dumps([due_at.isoformat(), item_id]).encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[datetime, str]:
    """Raises RequestError."""
    try:
        due_at, item_id = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        moment = datetime.fromisoformat(due_at).astimezone(UTC)
        if not isinstance(item_id, str) or "\0" in item_id:
            raise ValueError(item_id)
    except (binascii.Error, ValueError, TypeError, OverflowError, RecursionError) as problem:
        raise RequestError("cursor is none that a page ended with: leave it out to begin anew.", "invalid_request") from problem
    return moment, item_id
