"""Earlier notes like this one, as a reader sees them: whether they are nearly copies, what was said of them, how they begin."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from insight_classifier.definition import Definition
from service.notes.store import JUDGEMENTS, NOTES, VERSIONS
from service.presentation import in_words
from service.reviews.cards import CARDS
from service.reviews.neighbours import Neighbour, neighbours
from service.reviews.words import words_of

FEW = 5
LEAST = 0.1  # nearness below which a note is left out: it shares one rare word of ten, or is about the same in every way
COPY = 0.8  # share of all words that two notes have in common, from which one is nearly a copy of the other
LONGEST = 160  # characters of the beginning
READ: Select[Any] = select(
    *(NOTES.c[name] for name in ("id", "author", "received_at")),
    *(VERSIONS.c.fields, JUDGEMENTS.c.label, JUDGEMENTS.c.probability, CARDS.c.insight, CARDS.c.got),
).select_from(
    CARDS.join(NOTES, NOTES.c.id == CARDS.c.note_id)
    .join(VERSIONS, VERSIONS.c.id == CARDS.c.version_id)
    .outerjoin(JUDGEMENTS, JUDGEMENTS.c.id == CARDS.c.judgement_id)
)


@dataclass(frozen=True)
class Similar:
    """An earlier note. `label` None: nobody judged it; `decided`: by people, else by the model; `copy`: nearly the same words."""

    id: str
    author: str | None
    received_at: datetime
    label: str | None
    met: bool
    decided: bool
    near: float
    copy: bool
    words: str


def similar(connection: Connection, note_id: str, definition: Definition, limit: int = FEW) -> list[Similar]:
    """The notes most like one among those received before it, the nearest first; copies of it are marked."""
    found = {one.note_id: one for one in neighbours(connection, note_id, limit) if one.near >= LEAST}
    rows = {row.id: row for row in connection.execute(READ.where(NOTES.c.id.in_([note_id, *found])))} if found else {}
    own = _words(rows[note_id]) if note_id in rows else set()
    return [_similar(rows[other], one, own, definition) for other, one in found.items() if other in rows]


def _similar(row: Row[Any], one: Neighbour, own: set[str], definition: Definition) -> Similar:
    decided, words = bool(row.got), _words(row)
    met = bool(row.insight) if decided else row.label == definition.label.met
    return Similar(
        id=row.id,
        author=row.author,
        received_at=row.received_at,
        label=in_words(definition.label.name(met)) if decided or row.label else None,
        met=met,
        decided=decided,
        near=one.near,
        copy=len(own & words) >= COPY * len(own | words),
        words=_beginning(row.fields, definition),
    )


def _words(row: Row[Any]) -> set[str]:
    return set(words_of(row.fields).split())


def _beginning(fields: Mapping[str, str], definition: Definition) -> str:
    text = " ".join(fields.get(definition.main_field, "").split())
    return text if len(text) <= LONGEST else text[:LONGEST].rsplit(" ", 1)[0] + " …"
