"""Decisions as the database has them, note by note in an order that every database shares, without reading all at once."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, Select, exists, func, select

from insight_classifier.definition import Definition
from service.errors import RequestError
from service.exchange.lines import Stated
from service.exchange.rules import LeftOut
from service.notes.store import JUDGEMENTS, NOTES, VERSIONS
from service.reviews.answers import read_answer, stored_answer
from service.reviews.kinds import ANSWERING
from service.reviews.listing import chosen
from service.reviews.store import REVIEWS
from service.reviews.views import ANY, View

COUNTED = 5000  # a count ends there: a form is shown for it
PIECE = 250  # notes read at a time: others read and write in between
COUNTS = (REVIEWS.c.superseded_at.is_(None), REVIEWS.c.kind.in_(ANSWERING))
SAME = (REVIEWS.c.note_id == NOTES.c.id) & (REVIEWS.c.version_id == NOTES.c.current_version_id)
SHOWN = (
    *(REVIEWS.c[name] for name in ("note_id", "reviewer", "kind", "at", "answer", "blind", "comment", "seconds")),
    *(REVIEWS.c[name] for name in ("definition_fingerprint", "definition_version")),
    *(NOTES.c.source, NOTES.c.record_id, NOTES.c.metadata, VERSIONS.c.content_hash, VERSIONS.c.fields, JUDGEMENTS.c.judgement),
)
JOINED = (
    NOTES.join(VERSIONS, VERSIONS.c.id == NOTES.c.current_version_id)
    .join(REVIEWS, SAME)
    .outerjoin(JUDGEMENTS, JUDGEMENTS.c.id == NOTES.c.current_judgement_id)
)


def decided(connection: Connection, view: View, who: str) -> list[str]:
    """The ids of a view's notes on which somebody decided, in the order of a file: by the CRM's own ids, hashed.

    Without a word on it the view holds what is decided too, not only what waits.
    """
    query = _decided(connection, view, who)
    return list(connection.scalars(query.order_by(func.coalesce(NOTES.c.record_hash, NOTES.c.id), NOTES.c.source)))


def number_decided(connection: Connection, view: View, who: str, *, most: int = COUNTED) -> int:
    """How many notes `decided` has, counted up to `most`."""
    found = _decided(connection, view, who).limit(most).subquery()
    return connection.scalar(select(func.count()).select_from(found)) or 0


def _decided(connection: Connection, view: View, who: str) -> Select[tuple[str]]:
    within = chosen(connection, replace(view, open=view.open or ANY), who, ordered=False).subquery()
    return select(NOTES.c.id).where(NOTES.c.id.in_(select(within.c.note_id)), NOTES.c.erased_at.is_(None), exists().where(SAME, *COUNTS))


def stated(connection: Connection, note_ids: Sequence[str], definition: Definition, left: LeftOut) -> Iterator[list[Stated]]:
    """The decisions that count on each note, in the order of the ids; those that this definition cannot say are counted in `left`."""
    query = select(*SHOWN).select_from(JOINED).where(*COUNTS, NOTES.c.id.in_(note_ids)).order_by(REVIEWS.c.note_id, REVIEWS.c.id)
    rows = {note_id: list(group) for note_id, group in groupby(connection.execute(query), key=lambda row: row.note_id)}
    for note_id in note_ids:
        if found := [one for row in rows.get(note_id, ()) if (one := _stated(row, definition, left))]:
            yield found


def _stated(row: Row[Any], definition: Definition, left: LeftOut) -> Stated | None:
    """Evidence that serves nothing under this definition goes, as it does when it is taken in again."""
    try:
        answer, warnings = read_answer(stored_answer(row.answer).to_dict(), row.fields, definition)
    except RequestError:
        left.unfit += 1
        return None
    same = ("note_id", "source", "record_id", "content_hash", "fields", "reviewer", "kind", "at", "blind", "comment", "seconds")
    return Stated(
        **{name: row._mapping[name] for name in same},
        metadata=row.metadata or {},
        answer=answer,
        sound=not warnings,
        fingerprint=row.definition_fingerprint,
        definition_version=row.definition_version,
        judgement=row.judgement,
    )
