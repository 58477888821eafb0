"""Comparisons in the database. Each function runs in the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from insight_classifier.judgement import Origin
from service.database import Base
from service.notes.store import JUDGEMENTS, NOTES, VERSIONS
from service.shadow.rules import Difference
from service.shadow.tables import ShadowRow

SHADOW = Base.metadata.tables[ShadowRow.__tablename__]
PIECE = 500  # ids in one statement


@dataclass(frozen=True)
class Judged:
    """A note as the live model judged it."""

    note_id: str
    judgement_id: str
    fields: Mapping[str, str]
    judgement: Mapping[str, Any]


@dataclass(frozen=True)
class Compared:
    """What the model on trial said beside it."""

    note_id: str
    judgement_id: str
    model: Origin
    probability: float
    differences: Sequence[Difference]


def judged(connection: Connection, note_ids: Sequence[str]) -> list[Judged]:
    """The notes among these that are judged and not erased."""
    joined = NOTES.join(VERSIONS, VERSIONS.c.id == NOTES.c.current_version_id).join(
        JUDGEMENTS, JUDGEMENTS.c.id == NOTES.c.current_judgement_id
    )
    query = select(NOTES.c.id, JUDGEMENTS.c.id.label("judgement_id"), VERSIONS.c.fields, JUDGEMENTS.c.judgement).select_from(joined)
    rows = connection.execute(query.where(NOTES.c.id.in_(note_ids), NOTES.c.erased_at.is_(None)))
    return [Judged(row.id, row.judgement_id, row.fields, row.judgement) for row in rows]


def keep(connection: Connection, compared: Sequence[Compared], at: datetime) -> None:
    """Put comparisons in the place of earlier ones; of notes that were erased or judged anew meanwhile nothing is kept."""
    ids = [one.note_id for one in compared]
    current = {one.note_id: one.judgement_id for one in judged(connection, ids)}
    rows = [_row(one, at) for one in compared if current.get(one.note_id) == one.judgement_id]
    connection.execute(delete(SHADOW).where(SHADOW.c.note_id.in_(ids)))
    if rows:
        connection.execute(insert(SHADOW), rows)


def _row(compared: Compared, at: datetime) -> dict[str, Any]:
    return {
        "note_id": compared.note_id,
        "judgement_id": compared.judgement_id,
        "model_name": compared.model.name[:100],
        "model_fingerprint": compared.model.fingerprint,
        "probability": compared.probability,
        "differs": bool(compared.differences),
        "parts": [one.to_dict() for one in compared.differences],
        "at": at,
    }


def of_note(connection: Connection, note_id: str) -> Row[Any] | None:
    """Where the model on trial differs on a note; None where it does not, or was not asked."""
    return connection.execute(select(SHADOW).where(SHADOW.c.note_id == note_id, SHADOW.c.differs)).one_or_none()


def on_trial(connection: Connection) -> bool:
    """Whether a model on trial has judged anything."""
    return connection.execute(select(SHADOW.c.note_id).limit(1)).first() is not None


def counts(connection: Connection) -> tuple[int, int]:
    """How many notes were compared, and on how many the two differ."""
    row = connection.execute(select(func.count(), func.count().filter(SHADOW.c.differs)).select_from(SHADOW)).one()
    return row[0], row[1]


def forget_others(connection: Connection, fingerprint: str | None) -> int:
    """Take away what other models than this one said on trial; how many notes that was."""
    return connection.execute(delete(SHADOW).where(SHADOW.c.model_fingerprint != (fingerprint or ""))).rowcount


def erase(connection: Connection, note_ids: Sequence[str]) -> int:
    """Take away the comparisons of notes; how many there were."""
    pieces = (note_ids[start : start + PIECE] for start in range(0, len(note_ids), PIECE))
    return sum(connection.execute(delete(SHADOW).where(SHADOW.c.note_id.in_(piece))).rowcount for piece in pieces)
