"""Decisions as they are read: those on one note, without what a blind reviewer must not see, and what people settled, for training."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from insight_classifier.definition import Definition
from service.notes.store import NOTES, VERSIONS
from service.reviews.answers import apart, record_of, stored_answer
from service.reviews.cards import CARDS
from service.reviews.kinds import ADJUDICATE, ANSWERING, DECIDING, OBJECT
from service.reviews.store import REVIEWS

PIECE = 500


@dataclass(frozen=True)
class Told:
    """Acts on a note, the oldest first, undone and replaced ones too. `hidden`: how many others' acts are kept from a blind reviewer."""

    reviews: Sequence[Row[Any]]
    hidden: int = 0


def reviews_of(connection: Connection, note_id: str, who: str, *, sees_all: bool = False) -> Told:
    """The acts on a note as a person may see them: while two are to decide blind, one's own alone, until one has decided.

    `sees_all`: for those who adjudicate. The gold of a note is hidden in the same way.
    """
    rows = connection.execute(select(REVIEWS).where(REVIEWS.c.note_id == note_id).order_by(REVIEWS.c.id)).all()
    card = connection.execute(select(CARDS.c.wanted, CARDS.c.gold, CARDS.c.version_id).where(CARDS.c.note_id == note_id)).first()
    blind = card is not None and (card.wanted > 1 or card.gold)
    decided = any(row.reviewer == who and row.kind in DECIDING and row.superseded_at is None for row in rows)
    if sees_all or decided or not blind:
        return Told(rows)
    own = [row for row in rows if row.reviewer == who or row.kind == OBJECT]
    return Told(own, len(rows) - len(own))


def settled(connection: Connection, definition: Definition, *, after: str = "", sound: bool = True) -> Iterator[dict[str, Any]]:
    """What people agree on, as labelled notes in the form of the data files, by note id behind `after`.

    An adjudication settles a note; without one all who decided must have answered alike. Only answers under this definition, and with
    `sound` only those whose evidence passes the checker of labelled notes. Bulk decisions and single ones alike.
    """
    while rows := _page(connection, definition, after):
        for note_id, group in groupby(rows, key=lambda row: row.note_id):
            answer = _settled(list(group), definition)
            if answer is not None and (answer.sound or not sound):
                yield {**record_of(stored_answer(answer.answer), answer.fields), "id": note_id, **_context(answer)}
        after = rows[-1].note_id


def _page(connection: Connection, definition: Definition, after: str) -> Sequence[Row[Any]]:
    """All that counts on the next notes, whole notes at a time."""
    wanted = (REVIEWS.c.superseded_at.is_(None), REVIEWS.c.kind.in_(ANSWERING), REVIEWS.c.definition_fingerprint == definition.fingerprint)
    ids = select(REVIEWS.c.note_id).where(*wanted, REVIEWS.c.note_id > after).distinct().order_by(REVIEWS.c.note_id).limit(PIECE)
    same = (REVIEWS.c.note_id == NOTES.c.id) & (REVIEWS.c.version_id == NOTES.c.current_version_id)
    joined = NOTES.join(VERSIONS, VERSIONS.c.id == NOTES.c.current_version_id).join(REVIEWS, same)
    shown = [REVIEWS.c[name] for name in ("note_id", "reviewer", "kind", "answer", "sound", "id")]
    query: Select[Any] = select(*shown, VERSIONS.c.fields, NOTES.c.metadata).select_from(joined)
    found = connection.execute(query.where(*wanted, NOTES.c.id.in_(list(connection.scalars(ids)))).order_by(NOTES.c.id, REVIEWS.c.id))
    return found.all()


def _settled(rows: Sequence[Row[Any]], definition: Definition) -> Row[Any] | None:
    final = [row for row in rows if row.kind == ADJUDICATE]
    if final:
        return final[-1]
    alike = apart([stored_answer(row.answer) for row in rows], definition) == 0
    return max(rows, key=lambda row: (row.sound, row.id)) if alike else None


def _context(row: Row[Any]) -> dict[str, Any]:
    """What came with the note, where it has no name of the labels' own."""
    taken = {"id", "evidence", *row.answer, *row.fields}
    return {name: value for name, value in (row.metadata or {}).items() if name not in taken}
