"""Earlier notes near a note: found by the words that few others have, put in order by those words and by what the notes are about."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection, Row, Select, bindparam, func, literal_column, select, text

from service.notes.store import JUDGEMENTS, VERSIONS
from service.reviews.cards import CARDS, TEXTS
from service.reviews.words import words_of
from service.vectors.rules import likeness
from service.vectors.store import vectors_of

SHORTEST = 4  # letters of a word that is looked for
MOST_WORDS = 32  # of a note that are looked for, the longest: they are the rarest, on the whole
RARE = 60  # a word that more notes have tells little: of those only the latest are looked at, and only where rare words find too few
CANDIDATES = 300
ABOUT = 0.2  # weight of what notes are about, beside the words that they share
OF: Select[Any] = (
    select(CARDS.c.number, CARDS.c.note_id, CARDS.c.version_id, VERSIONS.c.fields, JUDGEMENTS.c.model_fingerprint)
    .select_from(CARDS.join(VERSIONS, VERSIONS.c.id == CARDS.c.version_id).outerjoin(JUDGEMENTS, JUDGEMENTS.c.id == CARDS.c.judgement_id))
    .where(CARDS.c.note_id == bindparam("its_note"))
)
FOUND_ON_SQLITE = text("SELECT rowid FROM review_words WHERE review_words MATCH :word AND rowid < :number ORDER BY rowid DESC LIMIT :most")
FOUND_ON_POSTGRES = (
    select(TEXTS.c.number)
    .where(literal_column("review_texts.review_words").op("@@")(func.to_tsquery(literal_column("'simple'"), bindparam("word"))))
    .where(TEXTS.c.number < bindparam("number"))
    .order_by(TEXTS.c.number.desc())
    .limit(bindparam("most"))
)


@dataclass(frozen=True)
class Neighbour:
    """An earlier note. `shared`: the part of the note's rare words that it has; `about`: how alike they are in what they are about, from 0
    to 1; `near`: both together."""

    number: int
    note_id: str
    version_id: str
    shared: float
    about: float

    @property
    def near(self) -> float:
        return self.shared + ABOUT * self.about


def neighbours(connection: Connection, note_id: str, limit: int) -> list[Neighbour]:
    """The nearest earlier notes, the nearest first; none where the note has no card yet."""
    note = connection.execute(OF, {"its_note": note_id}).first()
    if note is None:
        return []
    shared = _shared(connection, note)
    rows = _cards(connection, [number for number, _ in shared.most_common(CANDIDATES)], before=note_id)
    about = _about(connection, note, [row.version_id for row in rows])
    found = [Neighbour(row.number, row.note_id, row.version_id, shared[row.number], about.get(row.version_id, 0.0)) for row in rows]
    return sorted(found, key=lambda one: (-one.near, one.note_id))[:limit]


def _shared(connection: Connection, note: Row[Any]) -> Counter[int]:
    """By number, what part of the note's rare words earlier notes have, a word counting as much as it is rare."""
    found = {word: _having(connection, word, note.number) for word in looked_for(note.fields)}
    weights = {word: math.log(RARE / len(numbers)) for word, numbers in found.items() if 0 < len(numbers) < RARE}
    whole = sum(weights.values()) or 1.0
    shared: Counter[int] = Counter()
    for word, numbers in found.items():
        for number in numbers:
            shared[number] += weights.get(word, 0.0) / whole  # type: ignore[assignment]
    return shared


def looked_for(fields: Mapping[str, str]) -> list[str]:
    """The words of a note by which others are found."""
    words = {word for word in words_of(fields).split() if len(word) >= SHORTEST}
    return sorted(words, key=lambda word: (-len(word), word))[:MOST_WORDS]


def _having(connection: Connection, word: str, number: int) -> Sequence[int]:
    """The latest notes before one that have a word, by number, RARE at most."""
    sqlite = connection.dialect.name == "sqlite"
    values = {"word": f'"{word}"' if sqlite else f"'{word}'", "number": number, "most": RARE}
    return connection.execute(FOUND_ON_SQLITE if sqlite else FOUND_ON_POSTGRES, values).scalars().all()


def _cards(connection: Connection, numbers: Sequence[int], *, before: str) -> Sequence[Row[Any]]:
    """Notes that were received earlier: ids sort by the moment of receipt, numbers by that of the first card."""
    if not numbers:
        return []
    query: Select[Any] = select(CARDS.c.number, CARDS.c.note_id, CARDS.c.version_id)
    return connection.execute(query.where(CARDS.c.number.in_(numbers), CARDS.c.note_id < before)).all()


def _about(connection: Connection, note: Row[Any], version_ids: Sequence[str]) -> dict[str, float]:
    """How near versions are to a note's in what they are about, from 0; those are left out of which the same model has no vector."""
    found = vectors_of(connection, [note.version_id, *version_ids], note.model_fingerprint) if note.model_fingerprint else {}
    own = found.pop(note.version_id, None)
    if own is None or not found:
        return {}
    near = np.maximum(likeness(own, np.stack(list(found.values()))), 0.0)
    return dict(zip(found, near.tolist(), strict=True))
