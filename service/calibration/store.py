"""Gold notes and what people answered to them, in the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, case, func, or_, select

from insight_classifier.definition import Definition
from service.accounts.store import names_of
from service.calibration.rules import Answered, Standing, left_of, passed, standing
from service.errors import RequestError
from service.notes.store import VERSIONS
from service.reviews.answers import stored_answer
from service.reviews.cards import CARDS
from service.reviews.gold import GOLD, set_gold
from service.reviews.kinds import ADJUDICATE, ANSWERING, DECIDING
from service.reviews.store import REVIEWS

MOST_CANDIDATES = 20


@dataclass(frozen=True)
class GoldNote:
    """A note that is gold, or may become it. `text`: its main field; `gold_at` None: it is not gold yet."""

    note_id: str
    text: str
    label: str
    decided_at: datetime
    settled: bool
    gold_at: datetime | None = None
    set_by: str | None = None
    why: str | None = None


def gold_notes(connection: Connection, definition: Definition) -> list[GoldNote]:
    """All of them, the latest first."""
    joined = GOLD.join(REVIEWS, REVIEWS.c.id == GOLD.c.review_id).join(VERSIONS, VERSIONS.c.id == GOLD.c.version_id)
    query = select(GOLD, VERSIONS.c.fields, REVIEWS.c.label, REVIEWS.c.kind, REVIEWS.c.at).select_from(joined)
    rows = connection.execute(query.order_by(GOLD.c.set_at.desc(), GOLD.c.note_id)).all()
    return [
        GoldNote(row.note_id, _text(row, definition), row.label, row.at, row.kind == ADJUDICATE, row.set_at, row.set_by, row.why)
        for row in rows
    ]


def candidates(connection: Connection, who: str, definition: Definition) -> list[GoldNote]:
    """The latest notes that were settled, or that this person decided, and that are not gold."""
    joined = CARDS.join(REVIEWS, (REVIEWS.c.note_id == CARDS.c.note_id) & (REVIEWS.c.version_id == CARDS.c.version_id))
    joined = joined.join(VERSIONS, VERSIONS.c.id == CARDS.c.version_id)
    fit = (~CARDS.c.gold, REVIEWS.c.superseded_at.is_(None), REVIEWS.c.kind.in_(ANSWERING))
    own = or_(REVIEWS.c.kind == ADJUDICATE, REVIEWS.c.reviewer == who)
    query = select(CARDS.c.note_id, VERSIONS.c.fields, REVIEWS.c.label, REVIEWS.c.kind, REVIEWS.c.at).select_from(joined).where(*fit, own)
    rows = connection.execute(query.order_by(REVIEWS.c.id.desc()).limit(MOST_CANDIDATES)).all()
    found = {
        row.note_id: GoldNote(row.note_id, _text(row, definition), row.label, row.at, row.kind == ADJUDICATE) for row in reversed(rows)
    }
    return list(reversed(found.values()))


def make_gold(connection: Connection, note_id: str, who: str, at: datetime, *, why: str | None = None) -> str:
    """Make what settled a note its key, or else one's own decision; the note's id. Raises RequestError `review_stale` without either."""
    same = (REVIEWS.c.note_id == CARDS.c.note_id) & (REVIEWS.c.version_id == CARDS.c.version_id)
    own = or_(REVIEWS.c.kind == ADJUDICATE, (REVIEWS.c.reviewer == who) & REVIEWS.c.kind.in_(DECIDING))
    query = (
        select(REVIEWS.c.id)
        .select_from(REVIEWS.join(CARDS, same))
        .where(CARDS.c.note_id == note_id, REVIEWS.c.superseded_at.is_(None), own)
    )
    settled_first = case((REVIEWS.c.kind == ADJUDICATE, 0), else_=1)
    found = connection.scalar(query.order_by(settled_first, REVIEWS.c.id.desc()).limit(1))
    if found is None:
        raise RequestError("Only a note that was settled, or that you decided, can become gold. Decide on it first.", "review_stale")
    return set_gold(connection, found, who, at, why=why)


def standing_of(connection: Connection, who: str, definition: Definition) -> Standing:
    """How a person's answers that count compare with gold, without notes whose key is their own."""
    rows = connection.execute(_answered(REVIEWS.alias(), who)).all()
    found = [Answered(row.note_id, stored_answer(row.gold), stored_answer(row.own), row.gold_label == row.own_label) for row in rows]
    return standing(found, _open(connection, who), definition)


def passes(connection: Connection) -> list[tuple[str, bool]]:
    """Who has answered gold notes, by name, and whether that is enough: no figures of a person for others."""
    query = _answered(REVIEWS.alias(), None)
    found: dict[str, list[bool]] = {}
    for row in connection.execute(query):
        found.setdefault(row.who, []).append(row.gold_label == row.own_label)
    names: Mapping[str, str] = names_of(connection, found)
    told = [(names.get(who, "Somebody"), _passed(connection, who, same)) for who, same in found.items()]
    return sorted(told)


def _passed(connection: Connection, who: str, same: Sequence[bool]) -> bool:
    return passed(len(same), sum(same), left_of(len(same), _open(connection, who)))


def _answered(own: Any, who: str | None) -> Select[Any]:  # noqa: ANN401 an alias
    same = (own.c.note_id == GOLD.c.note_id) & (own.c.version_id == GOLD.c.version_id)
    joined = GOLD.join(REVIEWS, REVIEWS.c.id == GOLD.c.review_id).join(own, same)
    counted = [own.c.superseded_at.is_(None), own.c.kind.in_(DECIDING), REVIEWS.c.reviewer != own.c.reviewer]
    counted += [own.c.reviewer == who] if who is not None else []
    shown = (GOLD.c.note_id, own.c.reviewer.label("who"), REVIEWS.c.label.label("gold_label"), own.c.label.label("own_label"))
    both = (REVIEWS.c.answer.label("gold"), own.c.answer.label("own")) if who is not None else ()
    return select(*shown, *both).select_from(joined).where(*counted).order_by(GOLD.c.note_id)


def _open(connection: Connection, who: str) -> int:
    """Gold notes that the person may still answer: not their own, worded as they were."""
    own = REVIEWS.alias()
    answered = _answered(own, who).with_only_columns(GOLD.c.note_id).order_by(None)
    same = (CARDS.c.note_id == GOLD.c.note_id) & (CARDS.c.version_id == GOLD.c.version_id)
    joined = GOLD.join(REVIEWS, REVIEWS.c.id == GOLD.c.review_id).join(CARDS, same)
    query = select(func.count()).select_from(joined).where(REVIEWS.c.reviewer != who, GOLD.c.note_id.not_in(answered))
    number: int = connection.execute(query).scalar_one()
    return number


def _text(row: Row[Any], definition: Definition) -> str:
    return str(row.fields.get(definition.main_field, ""))
