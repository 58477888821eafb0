"""One decision as a line of a file: a labelled note (contracts.md) with who said it, when, and of which wording; and back. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from insight_classifier.definition import Definition
from service.database import moment_text
from service.errors import RequestError
from service.notes.rules import LARGEST, hash_of, storable
from service.reviews.answers import Answer, read_answer, record_of
from service.reviews.kinds import ADJUDICATE, ANSWERING
from service.reviews.rules import LONGEST_COMMENT, MOST_SECONDS

REVIEW = "review"  # the member of a line that is no part of a labelled note
# What a line must say of its decision, and how long that may be, as the columns have it.
TEXTS: Mapping[str, int] = {"source": 50, "reviewer": 64, "definition": 64, "definition_version": 100, "version": 64}


@dataclass(frozen=True)
class Stated:
    """A decision that counts, with the note that it is of. `content_hash`: of the wording; `record_id` None: the CRM gave none."""

    note_id: str
    source: str
    record_id: str | None
    content_hash: str
    fields: Mapping[str, str]
    metadata: Mapping[str, Any]
    reviewer: str
    kind: str
    at: datetime
    answer: Answer
    sound: bool
    blind: bool
    fingerprint: str
    definition_version: str
    comment: str | None = None
    seconds: float | None = None
    judgement: Mapping[str, Any] | None = None  # the model's, for those who want it beside

    @property
    def name(self) -> str:
        """The note's name in a file: the same in every database that has the note from its CRM."""
        return self.note_id if self.record_id is None else f"{self.source}:{self.record_id}"

    @property
    def settles(self) -> bool:
        return self.kind == ADJUDICATE


@dataclass(frozen=True)
class Taken:
    """A line that was read. `given`: the answer as `answers.read_answer` takes it."""

    note: str | None  # our id, where the CRM gave none
    source: str
    record_hash: str | None
    content_hash: str
    given: Mapping[str, Any]
    reviewer: str
    kind: str
    at: datetime
    blind: bool
    fingerprint: str
    definition_version: str
    comment: str | None
    seconds: float | None


def line_of(stated: Stated) -> dict[str, Any]:
    """A line in the order of the data files; `evidence` also says where each quote stands."""
    record = record_of(stated.answer, stated.fields)
    places = [{"start": mark.start, "end": mark.end} for mark in stated.answer.marks]
    evidence = [{**quote, **place} for quote, place in zip(record.pop("evidence"), places, strict=True)]
    taken = {"id", "evidence", REVIEW, *record}
    context = {name: value for name, value in stated.metadata.items() if name not in taken}
    return {"id": stated.name, **record, "evidence": evidence, **context, REVIEW: _review(stated)}


def _review(stated: Stated) -> dict[str, Any]:
    told = {
        **({"note": stated.note_id} if stated.record_id is None else {"record": stated.record_id}),
        **{name: getattr(stated, name) for name in ("source", "reviewer", "kind")},
        "at": moment_text(stated.at),
        "definition": stated.fingerprint,
        "definition_version": stated.definition_version,
        "version": stated.content_hash,
        "blind": stated.blind,
    }
    return {**told, **{name: value for name in ("comment", "seconds") if (value := getattr(stated, name)) is not None}}


def read_line(line: Mapping[str, Any], definition: Definition) -> Taken:
    """Raises RequestError, which says what is wrong with the line and how to mend it."""
    review = line.get(REVIEW)
    if not isinstance(review, Mapping):
        raise _wrong(f"{REVIEW} is missing: only lines that `insight reviews export` wrote say who decided and when")
    texts = {name: _text(review, name, longest) for name, longest in TEXTS.items()}
    fields = {field.name: line[field.name] for field in definition.fields if isinstance(line.get(field.name), str)}
    if hash_of(fields) != texts["version"]:
        raise _wrong("the text was changed since it was exported: export it again, or take the line out")
    record = review.get("record")
    return Taken(
        note=_text(review, "note", 32) if record is None else None,
        source=texts["source"],
        record_hash=None if record is None else hash_of(_text(review, "record", 100_000)),
        content_hash=texts["version"],
        given={**{d.name: line[d.name] for d in definition.dimensions if d.name in line}, "evidence": _evidence(line.get("evidence"))},
        reviewer=texts["reviewer"],
        kind=_kind(review),
        at=_moment(review),
        blind=review.get("blind") is True,
        fingerprint=texts["definition"],
        definition_version=texts["definition_version"],
        comment=_comment(review),
        seconds=_seconds(review),
    )


def answer_in(taken: Taken, fields: Mapping[str, str], definition: Definition) -> tuple[Answer, bool]:
    """The answer, and whether it is fit for training. Raises RequestError, which says everything that is wrong."""
    answer, warnings = read_answer(taken.given, fields, definition)
    return answer, not warnings


def _evidence(given: object) -> object:
    """As an answer has it: places without their words. What is none is left for its reader to refuse."""
    if not isinstance(given, list):
        return given if given is not None else []
    return [{name: item.get(name) for name in ("tag", "field", "start", "end")} if isinstance(item, Mapping) else item for item in given]


def _text(review: Mapping[str, Any], name: str, longest: int) -> str:
    value = review.get(name)
    if not isinstance(value, str) or storable(value, longest) != value:
        raise _wrong(f"{REVIEW}.{name} is not a text of 1 to {longest} characters: leave it as it was exported")
    return value


def _kind(review: Mapping[str, Any]) -> str:
    if review.get("kind") not in ANSWERING:
        raise _wrong(f"{REVIEW}.kind is none of {', '.join(ANSWERING)}: leave it as it was exported")
    return str(review["kind"])


def _moment(review: Mapping[str, Any]) -> datetime:
    value = review.get("at")
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
        if at is not None and at.tzinfo is not None and 1970 < at.year < 9999:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise _wrong(f"{REVIEW}.at is no moment such as 2026-03-01T12:00:00Z")


def _comment(review: Mapping[str, Any]) -> str | None:
    value = review.get("comment")
    if value is not None and (not isinstance(value, str) or storable(value, LONGEST_COMMENT) != value):
        raise _wrong(f"{REVIEW}.comment is not a text of 1 to {LONGEST_COMMENT} characters")
    return value


def _seconds(review: Mapping[str, Any]) -> float | None:
    value = review.get("seconds")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= min(MOST_SECONDS, LARGEST):
        raise _wrong(f"{REVIEW}.seconds is no number from 0 to {MOST_SECONDS:.0f}")
    return float(value)


def _wrong(detail: str) -> RequestError:
    return RequestError(detail, "invalid_request")
