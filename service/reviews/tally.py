"""What people's decisions come to for a card: how many decided, whether they differ, and what the note is by their word."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from insight_classifier.definition import Definition
from service.database import Base
from service.notes.store import JUDGEMENTS
from service.reviews.answers import apart, stored_answer
from service.reviews.kinds import ADJUDICATE, ANSWERING, DECIDING, FLAG, OBJECT
from service.reviews.tables import CardRow, GoldRow, ReviewRow

CARDS, REVIEWS, GOLD = (Base.metadata.tables[row.__tablename__] for row in (CardRow, ReviewRow, GoldRow))
PIECE = 500


def tally(connection: Connection, note_ids: Sequence[str], definition: Definition) -> None:
    """Put cards right after decisions on their notes changed, or their wording did."""
    for start in range(0, len(note_ids), PIECE):
        piece = note_ids[start : start + PIECE]
        cards = connection.execute(_cards(piece)).all()
        live = {note_id: list(rows) for note_id, rows in groupby(connection.execute(_live(piece)), key=lambda row: row.note_id)}
        if cards:
            connection.execute(PUT, [_counted(card, live.get(card.note_id, []), definition) for card in cards])


PUT = (
    update(CARDS)
    .where(CARDS.c.note_id == bindparam("its_note"))
    .values({name: bindparam(f"new_{name}") for name in ("got", "open", "flagged", "objected", "dispute", "insight")})
)


def _cards(ids: Sequence[str]) -> Any:  # noqa: ANN401 a select
    joined = CARDS.outerjoin(JUDGEMENTS, JUDGEMENTS.c.id == CARDS.c.judgement_id)
    joined = joined.outerjoin(GOLD, (GOLD.c.note_id == CARDS.c.note_id) & (GOLD.c.version_id == CARDS.c.version_id))
    shown = (CARDS.c.note_id, CARDS.c.wanted, JUDGEMENTS.c.label, GOLD.c.review_id.label("gold"))
    return select(*shown).select_from(joined).where(CARDS.c.note_id.in_(ids))


def _live(ids: Sequence[str]) -> Any:  # noqa: ANN401 a select
    """What counts of the wording that counts."""
    joined = REVIEWS.join(CARDS, (CARDS.c.note_id == REVIEWS.c.note_id) & (CARDS.c.version_id == REVIEWS.c.version_id))
    shown = [REVIEWS.c[name] for name in ("id", "note_id", "reviewer", "kind", "label", "answer")]
    query = select(*shown).select_from(joined).where(REVIEWS.c.note_id.in_(ids), REVIEWS.c.superseded_at.is_(None))
    return query.order_by(REVIEWS.c.note_id, REVIEWS.c.id)


def _counted(card: Row[Any], live: Sequence[Row[Any]], definition: Definition) -> Mapping[str, Any]:
    decisions = [row for row in live if row.kind in DECIDING]
    settled = next((row.label for row in reversed(live) if row.kind == ADJUDICATE or row.id == card.gold), None)
    people = len({row.reviewer for row in decisions})
    label = settled or _agreed(row.label for row in decisions) or card.label
    return {
        "its_note": card.note_id,
        "new_got": people,
        "new_open": people < card.wanted and settled is None,
        "new_flagged": any(row.kind == FLAG for row in live),
        "new_objected": _objected(live),
        "new_dispute": _dispute(decisions, definition) if people > 1 and settled is None else None,
        "new_insight": label == definition.label.met,
    }


def _objected(live: Sequence[Row[Any]]) -> bool:
    """Whether the author's word came after everybody's decision; rows are in the order of their moments."""
    said = [row.kind for row in live if row.kind in (*ANSWERING, OBJECT)]
    return bool(said) and said[-1] == OBJECT


def _agreed(labels: Iterable[str | None]) -> str | None:
    """The label that all gave."""
    found = set(labels)
    return found.pop() if len(found) == 1 else None


def _dispute(decisions: Sequence[Row[Any]], definition: Definition) -> float:
    return apart([stored_answer(row.answer) for row in decisions], definition)
