"""Where people differ under a definition: which of its members, on which notes. Candidates for the wording of the next version."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, select

from insight_classifier.definition import Definition
from service.notes.store import VERSIONS
from service.reviews.answers import Key, flat, stored_answer
from service.reviews.cards import CARDS
from service.reviews.kinds import DECIDING
from service.reviews.lines import snippet
from service.reviews.store import REVIEWS

MOST_NOTES = 200  # the most disputed, by which members are counted
SHOWN = 10


@dataclass(frozen=True)
class Disputed:
    """A note on which people differ. `members`: what they differ on, in words."""

    note_id: str
    people: int
    dispute: float  # share of members on which they differ
    members: tuple[str, ...]
    words: str


@dataclass(frozen=True)
class Disputes:
    """`notes`: the most disputed; `counts`: on how many notes people differ about each thing that is answered; `seen`: notes looked at."""

    notes: tuple[Disputed, ...]
    counts: Mapping[Key, int]
    seen: int


def disputes(connection: Connection, definition: Definition) -> Disputes:
    """Of notes that no adjudication has settled."""
    found = [(card, _differing(said, definition)) for card, said in _cards(connection)]
    counts: dict[Key, int] = defaultdict(int)
    for _, keys in found:
        for key in keys:
            counts[key] += 1
    words = _words(connection, [card.version_id for card, _ in found[:SHOWN]], definition)
    notes = [
        Disputed(card.note_id, card.got, card.dispute, tuple(title(key, definition) for key in keys), words.get(card.version_id, ""))
        for card, keys in found[:SHOWN]
    ]
    return Disputes(tuple(notes), dict(counts), len(found))


def title(key: Key, definition: Definition) -> str:
    """What is answered, in words."""
    dimension = definition.dimension(key[0])
    return dimension.member(key[1]).title if key[1] else dimension.title


def _cards(connection: Connection) -> list[tuple[Any, list[Any]]]:
    """The most disputed first, each with what people answered."""
    shown = (CARDS.c.note_id, CARDS.c.version_id, CARDS.c.dispute, CARDS.c.got)
    query = select(*shown).where(CARDS.c.dispute > 0).order_by(CARDS.c.dispute.desc(), CARDS.c.note_id.desc()).limit(MOST_NOTES)
    cards = connection.execute(query).all()
    wanted = (REVIEWS.c.note_id.in_([card.note_id for card in cards]), REVIEWS.c.kind.in_(DECIDING), REVIEWS.c.superseded_at.is_(None))
    told = select(REVIEWS.c.note_id, REVIEWS.c.version_id, REVIEWS.c.answer).where(*wanted).order_by(REVIEWS.c.note_id, REVIEWS.c.id)
    said = {note_id: list(rows) for note_id, rows in groupby(connection.execute(told).all(), key=lambda row: str(row.note_id))}
    return [(card, [row for row in said.get(card.note_id, []) if row.version_id == card.version_id]) for card in cards]


def _differing(said: Sequence[Row[Any]], definition: Definition) -> list[Key]:
    """What not all answered alike; only what all of them answered at all."""
    answers = [flat(stored_answer(row.answer), definition) for row in said]
    common = set.intersection(*(set(one) for one in answers)) if answers else set()
    return [key for key in (answers[0] if answers else ()) if key in common and len({one[key] for one in answers}) > 1]


def _words(connection: Connection, version_ids: Sequence[str], definition: Definition) -> dict[str, str]:
    rows = connection.execute(select(VERSIONS.c.id, VERSIONS.c.fields).where(VERSIONS.c.id.in_(version_ids))).all()
    return {row.id: "".join(text for text, _ in snippet(row.fields, (), definition)) for row in rows}
