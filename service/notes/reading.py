"""Notes as they are read: what was said of one before, its history, and pages of the latest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, bindparam, exists, select

from service.errors import RequestError
from service.notes.rules import Delivery
from service.notes.store import JUDGEMENTS, MEMBERS, NOTES, PIECE, VERSIONS

Identity = tuple[str, str, str]  # source, hash of the record id, content hash
MOST = 500  # notes on a page


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


@dataclass(frozen=True)
class Wanted:
    """Which notes: all that is named must hold. `met`: (dimension, member) that are all met; `unmet`: that are all judged and not met."""

    label: str | None = None
    needs_review: bool | None = None
    level: int | None = None
    author: str | None = None
    source: str | None = None
    met: tuple[tuple[str, str], ...] = ()
    unmet: tuple[tuple[str, str], ...] = ()


EVERYTHING = Wanted()


def latest(connection: Connection, wanted: Wanted = EVERYTHING, *, limit: int = 50, after: str | None = None) -> Sequence[Row[Any]]:
    """Notes with their current version and judgement, the latest received first, at most `limit`; none that was erased.

    `after`: the id of the last note of the page before; ids sort by (received_at, chance). A note that nobody judged yet has None in the
    judgement's columns, and is left out where anything is asked of its judgement.
    """
    query = _from(wanted).where(*_conditions(wanted), NOTES.c.erased_at.is_(None)).limit(min(limit, MOST))
    driver = _driver(wanted)
    if after is not None:
        query = query.where(driver < after)
    return connection.execute(query.order_by(driver.desc())).all()


def unjudged(connection: Connection, limit: int) -> Sequence[Row[Any]]:
    """Notes whose current version has no judgement, the oldest first: after a crash nothing that was accepted is forgotten."""
    waits = (NOTES.c.current_judgement_id.is_(None), NOTES.c.erased_at.is_(None))
    columns: tuple[ColumnElement[Any], ...] = (
        NOTES.c.id,
        NOTES.c.source,
        NOTES.c.record_id,
        VERSIONS.c.id.label("version_id"),
        VERSIONS.c.fields,
        VERSIONS.c.failure,
    )
    joined = NOTES.join(VERSIONS, VERSIONS.c.id == NOTES.c.current_version_id)
    return connection.execute(select(*columns).select_from(joined).where(*waits).order_by(NOTES.c.id).limit(limit)).all()


SHOWN = (
    *(NOTES.c[name] for name in ("id", "source", "record_id", "author", "hcp", "written_at", "received_at")),
    *(VERSIONS.c.id.label("version_id"), VERSIONS.c.fields, VERSIONS.c.failure),
    JUDGEMENTS.c.id.label("judgement_id"),
    *(JUDGEMENTS.c[name] for name in ("label", "probability", "level", "needs_review", "judgement", "created_at")),
)


def _from(wanted: Wanted) -> Select[Any]:
    """The tables, joined so that the one whose index is already in the order of the page can drive."""
    current = and_(JUDGEMENTS.c.id == NOTES.c.current_judgement_id, JUDGEMENTS.c.note_id == NOTES.c.id)  # either way by an index
    joined = NOTES.join(VERSIONS, VERSIONS.c.id == NOTES.c.current_version_id)
    joined = joined.join(JUDGEMENTS, current) if _asks_judgement(wanted) else joined.outerjoin(JUDGEMENTS, current)
    if wanted.met:
        joined = joined.join(MEMBERS, MEMBERS.c.judgement_id == JUDGEMENTS.c.id)
    return select(*SHOWN).select_from(joined)


def _driver(wanted: Wanted) -> ColumnElement[str]:
    """The note's id in the table with the sharpest condition: members before triage columns before notes."""
    if wanted.met:
        return MEMBERS.c.note_id
    triage = (wanted.label, wanted.level, wanted.needs_review)
    return JUDGEMENTS.c.note_id if any(value is not None for value in triage) and wanted.author is None else NOTES.c.id


def _asks_judgement(wanted: Wanted) -> bool:
    return bool(wanted.met or wanted.unmet) or any(value is not None for value in (wanted.label, wanted.level, wanted.needs_review))


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    plain: Mapping[ColumnElement[Any], object] = {
        JUDGEMENTS.c.label: wanted.label,
        JUDGEMENTS.c.level: wanted.level,
        JUDGEMENTS.c.needs_review: wanted.needs_review,
        NOTES.c.author: wanted.author,
        NOTES.c.source: wanted.source,
    }
    conditions: list[ColumnElement[bool]] = [column == value for column, value in plain.items() if value is not None]
    conditions += [_says(*name, met=True) for name in wanted.met[1:]]
    conditions += [_says(*name, met=False) for name in wanted.unmet]
    for dimension, member in wanted.met[:1]:
        conditions += [MEMBERS.c.dimension == dimension, MEMBERS.c.member == member, MEMBERS.c.met]
    return conditions


def _says(dimension: str, member: str, *, met: bool) -> ColumnElement[bool]:
    other = MEMBERS.alias()
    same = (other.c.judgement_id == JUDGEMENTS.c.id, other.c.dimension == dimension, other.c.member == member)
    return exists().where(*same, other.c.met if met else ~other.c.met)


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
