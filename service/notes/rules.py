"""What a delivery is, which version of a note counts, and what a judgement says member by member. Pure."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from insight_classifier.errors import ConfigError
from insight_classifier.notes import Note
from service.database import content_json
from service.depth import DEEPEST, is_too_deep

# What is taken from a note's metadata, and under which names it may stand there; the first that holds something counts.
NAMES: Mapping[str, tuple[str, ...]] = {
    "source": ("source",),
    "author": ("author", "msl"),
    "hcp": ("hcp", "hcp_id"),
    "written_at": ("written_at", "date"),
    "modified_at": ("modified_at",),
    "modified_number": ("version",),
}
DEFAULT_SOURCE = "api"
LONGEST: Mapping[str, int] = {"source": 50, "author": 200, "hcp": 200, "record_id": 255}  # characters; what is longer is cut
LARGEST = 2**63 - 1


@dataclass(frozen=True)
class Stamp:
    """When a version was made, as far as its CRM says so."""

    modified_at: datetime | None = None
    modified_number: int | None = None


@dataclass(frozen=True)
class Delivery:
    """One note as a CRM sent it. `record_id` None: it has no id of its own, and every delivery is another note.

    `ignored` says in words which metadata could not be read; it quotes none.
    """

    source: str
    record_id: str | None
    fields: Mapping[str, str]
    author: str | None = None
    hcp: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    written_at: datetime | None = None
    modified_at: datetime | None = None
    modified_number: int | None = None
    ignored: tuple[str, ...] = ()

    @cached_property
    def content_hash(self) -> str:
        """64 hex digits of what is judged: the fields, not what came with them."""
        return hash_of(dict(self.fields))

    @cached_property
    def record_hash(self) -> str | None:
        return None if self.record_id is None else hash_of(self.record_id)

    @property
    def stamp(self) -> Stamp:
        return Stamp(self.modified_at, self.modified_number)


def delivery_of(note: Note, record_id: str | None, source: str | None = None) -> Delivery:
    """A note that was read as a delivery. `record_id`: the id that the caller sent; `source`: of the caller's key, which decides.

    Who calls without a key, from the machine itself, may name the source in the metadata; a key's caller may not write another's records.
    Metadata never refuses a note: what cannot be read is left out and told in `ignored`.
    """
    found = {name: _first(note.metadata, keys) for name, keys in NAMES.items()}
    ignored: list[str] = []
    named = {name: _text(found, name, ignored) for name in ("source", "author", "hcp")}
    return Delivery(
        source=storable(source, LONGEST["source"]) or named["source"] or DEFAULT_SOURCE,
        record_id=record_id or None,  # many notes with an empty id are not one record
        fields=note.fields,
        author=named["author"],
        hcp=named["hcp"],
        metadata=_metadata(note.metadata, ignored),
        written_at=_moment(found, "written_at", ignored),
        modified_at=_moment(found, "modified_at", ignored),
        modified_number=_number(found, "modified_number", ignored),
        ignored=tuple(ignored),
    )


def takes_over(arrived: Stamp, newest: Stamp, again: Stamp | None = None) -> bool:
    """Whether what has just arrived counts from now on: by the CRM's count, else by its clock, else because it came later.

    `again`: with which stamp the same content came before. At the same stamp another content counts (two saves in one tick of the
    clock), but not one that is only delivered twice.
    """
    for one, other in ((arrived.modified_number, newest.modified_number), (arrived.modified_at, newest.modified_at)):
        if one is not None and other is not None:
            return one > other or (one == other and again != arrived)  # type: ignore[operator]
    return True


def newer(arrived: Stamp, newest: Stamp) -> Stamp:
    """The stamp that later deliveries are compared with, once one has taken over."""
    number = newest.modified_number if arrived.modified_number is None else arrived.modified_number
    return Stamp(newest.modified_at if arrived.modified_at is None else arrived.modified_at, number)


def members(judgement: Mapping[str, Any]) -> Iterator[tuple[str, str, bool, float | None]]:
    """Dimension, member, met and probability of all checks, and of the level or option that was chosen, whatever they are called."""
    for dimension, verdict in judgement.items():
        if not isinstance(verdict, Mapping):
            continue
        if "level" in verdict:
            yield dimension, verdict["name"], True, verdict["probabilities"][verdict["level"]]
        elif "probabilities" in verdict:
            yield dimension, verdict["name"], True, verdict["probabilities"].get(verdict["name"])
        else:
            for member, check in verdict.items():
                if isinstance(check, Mapping):
                    yield dimension, member, check["met"], check["probability"]


def first_level(judgement: Mapping[str, Any]) -> int | None:
    """The level on the definition's first scale."""
    return next((verdict["level"] for verdict in judgement.values() if isinstance(verdict, Mapping) and "level" in verdict), None)


def hash_of(value: object) -> str:
    """64 hex digits of a JSON value."""
    return hashlib.sha256(content_json(value).encode("ascii")).hexdigest()


def storable(text: str | None, longest: int) -> str | None:
    """A text that every database takes: no NUL, no half surrogate pair, no longer than its column; None for an empty one."""
    if not text:
        return None
    if text.isascii() and "\0" not in text:
        return text[:longest]
    return text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")[:longest]


def _first(metadata: Mapping[str, Any], keys: tuple[str, ...]) -> tuple[str, object]:
    """The key that holds something, and what it holds."""
    return next(((key, metadata[key]) for key in keys if metadata.get(key) not in (None, "")), (keys[0], None))


def _text(found: Mapping[str, tuple[str, object]], name: str, ignored: list[str]) -> str | None:
    key, value = found[name]
    if value is None or isinstance(value, str):
        return storable(value.strip(), LONGEST[name]) if value else None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)[: LONGEST[name]]
    ignored.append(f"metadata {key} is no text")
    return None


def _moment(found: Mapping[str, tuple[str, object]], name: str, ignored: list[str]) -> datetime | None:
    """ISO 8601; without a zone it is UTC, a date alone is its midnight."""
    key, value = found[name]
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value.strip()) if isinstance(value, str) else None
        if moment is not None:
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    ignored.append(f"metadata {key} is no moment in ISO 8601, such as 2026-03-01T12:00:00Z")
    return None


def _number(found: Mapping[str, tuple[str, object]], name: str, ignored: list[str]) -> int | None:
    key, value = found[name]
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 20:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST:
        return value
    if value is not None:
        ignored.append(f"metadata {key} is no whole number")
    return None


def _metadata(given: Mapping[str, Any], ignored: list[str]) -> Mapping[str, Any]:
    """JSON as both databases take it, and as everyone who reads it can."""
    if is_too_deep(given):
        ignored.append(f"metadata is nested in more than {DEEPEST} levels")
        return {}
    try:
        content_json(dict(given))
    except (ConfigError, TypeError, RecursionError):
        ignored.append("metadata holds something that is no JSON")
        return {}
    return given
