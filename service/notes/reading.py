"""Notes as they are read: what was said of one before, and its history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, select

from service.errors import RequestError
from service.notes.rules import Delivery
from service.notes.store import JUDGEMENTS, NOTES, PIECE, VERSIONS

Identity = tuple[str, str, str]  # source, hash of the record id, content hash


@dataclass(frozen=True)
class Found:
    """A judgement that was made of the same content of the same record."""

    note_id: str
    version_id: str
    judgement_id: str
    judgement: dict[str, Any]


def find_judgements(
    connection: Connection, deliveries: Sequence[Delivery], definition_fingerprint: str, model_fingerprint: str
) -> list[Found | None]:
    """What was said before, in order: it need not be computed again; None where nothing was, and for deliveries without a record id.

    Keep the deliveries all the same: a record may come back to an earlier wording.
    """
    wanted = [(delivery.source, delivery.record_hash or "", delivery.content_hash) for delivery in deliveries]
    known = _found(connection, [item for item in wanted if item[1]], definition_fingerprint, model_fingerprint)
    return [known.get(item) for item in wanted]


def judged_by(connection: Connection, version_ids: Sequence[str]) -> set[tuple[str, str, str]]:
    """Version, definition's and model's fingerprint of the judgements that these versions have."""
    made = (JUDGEMENTS.c.version_id, JUDGEMENTS.c.definition_fingerprint, JUDGEMENTS.c.model_fingerprint)
    found: set[tuple[str, str, str]] = set()
    for start in range(0, len(version_ids), PIECE):
        of_versions = JUDGEMENTS.c.version_id.in_(version_ids[start : start + PIECE])
        found |= {(row[0], row[1], row[2]) for row in connection.execute(select(*made).where(of_versions))}
    return found


def note(connection: Connection, note_id: str) -> Row[Any]:
    """A note, or what is left of it. Raises RequestError `note_not_found`."""
    found = connection.execute(select(NOTES).where(NOTES.c.id == note_id)).first()
    if found is None:
        raise RequestError("There is no such note.", "note_not_found")
    return found


def history(connection: Connection, note_id: str) -> list[tuple[Row[Any], Sequence[Row[Any]]]]:
    """Every version of a note, each with its judgements, both the oldest first. Empty for an erased note."""
    versions = connection.execute(select(VERSIONS).where(VERSIONS.c.note_id == note_id).order_by(VERSIONS.c.id)).all()
    judgements = connection.execute(select(JUDGEMENTS).where(JUDGEMENTS.c.note_id == note_id).order_by(JUDGEMENTS.c.id)).all()
    return [(version, [one for one in judgements if one.version_id == version.id]) for version in versions]


SHOWN = (
    *(NOTES.c[name] for name in ("id", "source", "record_id", "author", "hcp", "written_at", "received_at")),
    *(VERSIONS.c.id.label("version_id"), VERSIONS.c.fields, VERSIONS.c.failure),
    JUDGEMENTS.c.id.label("judgement_id"),
    *(JUDGEMENTS.c[name] for name in ("label", "probability", "level", "needs_review", "judgement", "created_at")),
)


def _found(connection: Connection, wanted: Sequence[Identity], definition: str, model: str) -> dict[Identity, Found]:
    found: dict[Identity, Found] = {}
    for start in range(0, len(wanted), PIECE):
        asked = set(wanted[start : start + PIECE])
        for row in _made(connection, asked, {"its_definition": definition, "its_model": model}):
            found[row.source, row.record_hash, row.content_hash] = Found(row.note_id, row.version_id, row.id, row.judgement)
    return {key: value for key, value in found.items() if key in set(wanted)}


FOUND: tuple[ColumnElement[Any], ...] = tuple(JUDGEMENTS.c[name] for name in ("id", "note_id", "version_id", "judgement"))
IDENTITY = (NOTES.c.source, NOTES.c.record_hash, VERSIONS.c.content_hash)
MADE: Select[Any] = (
    select(*FOUND, *IDENTITY)
    .select_from(NOTES.join(VERSIONS, VERSIONS.c.note_id == NOTES.c.id).join(JUDGEMENTS, JUDGEMENTS.c.version_id == VERSIONS.c.id))
    .where(JUDGEMENTS.c.definition_fingerprint == bindparam("its_definition"), JUDGEMENTS.c.model_fingerprint == bindparam("its_model"))
)


MADE_OF_ONE: Select[Any] = MADE.where(*(column == bindparam(f"its_{column.name}") for column in IDENTITY))


def _made(connection: Connection, asked: set[Identity], made_by: Mapping[str, str]) -> Sequence[Row[Any]]:
    """The hash of a record finds its note; the rest narrows that down, source included. A list of one would cost more than one."""
    if len(asked) == 1:
        its = {f"its_{column.name}": value for column, value in zip(IDENTITY, next(iter(asked)), strict=True)}
        return connection.execute(MADE_OF_ONE, {**its, **made_by}).all()
    among = [column.in_(sorted({item[place] for item in asked})) for place, column in enumerate(IDENTITY)]
    return connection.execute(MADE.where(*among), made_by).all()
