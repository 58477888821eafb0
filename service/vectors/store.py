"""Vectors in the database. Each function runs in the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, bindparam, delete, select

from service.database import Base
from service.inserting import insert_new
from service.vectors.rules import from_bytes
from service.vectors.tables import ComparisonRow, VectorRow

VECTORS, COMPARISONS = (Base.metadata.tables[row.__tablename__] for row in (VectorRow, ComparisonRow))
PIECE = 500  # ids in one statement
OF_MODEL = select(VECTORS.c.version_id, VECTORS.c.vector).where(VECTORS.c.model_fingerprint == bindparam("its_model"))


@dataclass(frozen=True)
class Made:
    """A vector that a model made of a version. `vector`: as `rules.to_bytes` gives it."""

    note_id: str
    version_id: str
    model_fingerprint: str
    vector: bytes


def keep(connection: Connection, made: Sequence[Made]) -> None:
    """Keep vectors; what one model made of one version before stays."""
    rows = [{"note_id": m.note_id, "version_id": m.version_id, "model_fingerprint": m.model_fingerprint, "vector": m.vector} for m in made]
    if rows:
        connection.execute(insert_new(VECTORS, connection.dialect.name), rows)


def vectors_of(connection: Connection, version_ids: Sequence[str], model_fingerprint: str) -> dict[str, NDArray[np.float32]]:
    """What a model made of versions, (size,) of unit length each; those are left out of which it made nothing."""
    found: dict[str, NDArray[np.float32]] = {}
    for start in range(0, len(version_ids), PIECE):
        wanted = OF_MODEL.where(VECTORS.c.version_id.in_(version_ids[start : start + PIECE]))
        rows = connection.execute(wanted, {"its_model": model_fingerprint}).all()
        if rows:
            found |= dict(zip((row.version_id for row in rows), from_bytes([row.vector for row in rows]), strict=True))
    return found


def compared(connection: Connection, against: Mapping[str, float | None]) -> None:
    """Notes that were compared with their neighbours, each with the share of those that say otherwise."""
    forget_comparisons(connection, list(against))
    if against:
        rows = [{"note_id": note_id, "against": share} for note_id, share in sorted(against.items())]
        connection.execute(insert_new(COMPARISONS, connection.dialect.name), rows)


def forget_comparisons(connection: Connection, note_ids: Sequence[str]) -> None:
    """These are to be compared again."""
    for start in range(0, len(note_ids), PIECE):
        connection.execute(delete(COMPARISONS).where(COMPARISONS.c.note_id.in_(note_ids[start : start + PIECE])))


def erase(connection: Connection, note_ids: Sequence[str]) -> int:
    """Take away the vectors of notes; how many there were. From a vector one can guess what a note was about."""
    forget_comparisons(connection, note_ids)
    pieces = (note_ids[start : start + PIECE] for start in range(0, len(note_ids), PIECE))
    return sum(connection.execute(delete(VECTORS).where(VECTORS.c.note_id.in_(piece))).rowcount for piece in pieces)
