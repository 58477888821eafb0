"""Judgements that are kept, looked at a piece at a time: which labels would another definition flip?"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from insight_classifier.definition import Definition
from insight_classifier.definition_flips import Flip, flips
from service.notes.rows import new_id
from service.notes.store import JUDGEMENTS

PIECE = 500  # judgements that are looked at in one reading
SETTLED = timedelta(minutes=1)  # younger ones may still be joined by some with earlier ids
THIS = (JUDGEMENTS.c.id, JUDGEMENTS.c.note_id, JUDGEMENTS.c.definition_fingerprint)


@dataclass(frozen=True)
class Piece:
    """`through`: the id of the last judgement that was looked at; `judged`: those under the old definition."""

    through: str
    judged: int
    flips: tuple[Flip, ...]
    untold: int


def count(connection: Connection, old: Definition, new: Definition, after: str, at: datetime) -> Piece | None:
    """The next judgements behind `after`, an id; None where there are no more that are settled `at` a moment."""
    until = new_id(at - SETTLED)[:14]
    rows = connection.execute(
        select(*THIS).where(JUDGEMENTS.c.id > after, JUDGEMENTS.c.id < until).order_by(JUDGEMENTS.c.id).limit(PIECE)
    ).all()
    if not rows:
        return None
    ids = [row.id for row in rows if row.definition_fingerprint == old.fingerprint]
    query = select(JUDGEMENTS.c.note_id, JUDGEMENTS.c.judgement).where(JUDGEMENTS.c.id.in_(ids)).order_by(JUDGEMENTS.c.id)
    judged = [{**row.judgement, "id": row.note_id} for row in connection.execute(query)]
    found = list(flips(old, new, judged))
    known = tuple(flip for flip in found if flip.before is not None and flip.after is not None)
    return Piece(rows[-1].id, len(judged), known, len(found) - len(known))
