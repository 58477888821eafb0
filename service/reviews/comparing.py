"""Judgements beside those of similar earlier notes: where most neighbours are the other thing, the note stands among the likely wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, case, exists, func, select, update

from service.notes.store import NOTES
from service.reviews.cards import CARDS, READ
from service.reviews.neighbours import neighbours
from service.reviews.scores import Policy, against, scores
from service.vectors.store import COMPARISONS, VECTORS, compared

NEIGHBOURS = 30
LATEST = select(CARDS.c.insight).where(CARDS.c.judgement_id.is_not(None)).order_by(CARDS.c.number.desc()).limit(2000).subquery()
RATE = select(func.avg(case((LATEST.c.insight, 1.0), else_=0.0)))  # of the latest: to count all would take as long as to compare three
DONE = exists().where(COMPARISONS.c.note_id == CARDS.c.note_id)
HAS_VECTOR = exists().where(VECTORS.c.version_id == CARDS.c.version_id)
SUSPECTED = (
    update(CARDS)
    .where(CARDS.c.note_id == bindparam("its_note"), CARDS.c.judgement_id == bindparam("its_judgement"))
    .values(suspicion=bindparam("new_suspicion"))
)


@dataclass(frozen=True)
class Comparison:
    """What neighbours say of one judgement, and what its suspicion is with that."""

    note_id: str
    judgement_id: str | None
    against: float | None
    suspicion: float | None


def due(connection: Connection, limit: int) -> list[str]:
    """Notes to be compared, the latest first: those whose card is made, that have a vector, and that were not compared since."""
    query = select(CARDS.c.note_id).where(CARDS.c.judgement_id.is_not(None), ~DONE, HAS_VECTOR)
    return list(connection.scalars(query.order_by(CARDS.c.number.desc()).limit(limit)))


def compare(connection: Connection, note_ids: Sequence[str], policy: Policy) -> list[Comparison]:
    """Look at the neighbours of notes. Reads only: it takes some ten milliseconds a note, for which no write should wait."""
    rows = connection.execute(READ.where(NOTES.c.id.in_(note_ids))).all() if note_ids else []
    rate = float(connection.scalar(RATE) or 0.0) if rows else 0.0
    found = []
    for row in rows:
        if not row.judgement:  # a new wording came meanwhile: its card will be made anew, and compared then
            found.append(Comparison(row.id, None, None, None))
            continue
        share = against(row.judgement["label"] == policy.definition.label.met, _others(connection, row.id), rate)
        suspicion = scores(row.judgement, row.metadata or {}, policy.definition, share).suspicion
        found.append(Comparison(row.id, row.current_judgement_id, share, suspicion))
    return found


def put(connection: Connection, found: Sequence[Comparison]) -> None:
    """Put suspicion on the cards. One that shows another judgement by now stays, and was made anew, so it is compared again."""
    values = [{"its_note": c.note_id, "its_judgement": c.judgement_id, "new_suspicion": c.suspicion} for c in found]
    if values:
        connection.execute(SUSPECTED, values)
        compared(connection, {c.note_id: c.against for c in found})


def _others(connection: Connection, note_id: str) -> list[tuple[float, bool, bool]]:
    """How alike each neighbour is, what it is, and whether people decided that."""
    alike: Mapping[str, float] = {one.note_id: one.about for one in neighbours(connection, note_id, NEIGHBOURS)}
    query = select(CARDS.c.note_id, CARDS.c.insight, CARDS.c.got).where(CARDS.c.note_id.in_(alike))
    return [(alike[row.note_id], bool(row.insight), bool(row.got)) for row in connection.execute(query)] if alike else []
