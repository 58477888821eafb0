"""An author's own notes in the database. Everything is asked with the author's id: another's note is as if it were not there."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from insight_classifier.definition import Definition
from service.errors import RequestError
from service.notes.store import NOTES
from service.reviews.cards import CARDS, refresh
from service.reviews.insights import STEPS, Loop, loop
from service.reviews.kinds import OBJECT
from service.reviews.life import Life, Told, read_life, steps_told
from service.reviews.listing import READ
from service.reviews.lives import ANSWERS
from service.reviews.rules import Decision
from service.reviews.scores import Policy
from service.reviews.store import REVIEWS, save
from service.reviews.word import Word, words_of_people

PAGE, FEW = 25, 5
ID = re.compile(r"[0-9a-f]{1,32}")


@dataclass(frozen=True)
class Own:
    """Notes with the columns of `notes.reading.SHOWN`; what people decided, and the steps of each, by note id."""

    notes: Sequence[Row[Any]]
    after: str | None
    people: Mapping[str, Word] = field(default_factory=dict)
    steps: Mapping[str, Sequence[Told]] = field(default_factory=dict)
    insights: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Overview:
    """What of an author's was answered last, and what waits."""

    loop: Loop
    answered: Sequence[tuple[Row[Any], Sequence[Told]]]


@dataclass(frozen=True)
class OwnNote:
    """`objection`: the author's word against the judgement, None: there is none that counts."""

    note: Row[Any]
    word: Word | None
    life: Life
    objection: Row[Any] | None


def own_notes(connection: Connection, author: str, definition: Definition, *, after: str | None = None) -> Own:
    """A page of an author's notes, the latest received first. Raises RequestError for an `after` that no page said."""
    if after is not None and not ID.fullmatch(after):
        raise RequestError("`after` is not what a page of this list said. Begin with the first page.", "invalid_request")
    behind = [] if after is None else [NOTES.c.id < after]
    mine = READ.where(NOTES.c.author == author, NOTES.c.erased_at.is_(None), *behind)
    notes = connection.execute(mine.order_by(NOTES.c.id.desc()).limit(PAGE + 1)).all()
    more, notes = len(notes) > PAGE, notes[:PAGE]
    ids = [note.id for note in notes]
    insights = connection.scalars(select(CARDS.c.note_id).where(CARDS.c.note_id.in_(ids), CARDS.c.insight))
    people = words_of_people(connection, {note.id: note.version_id for note in notes}, definition)
    return Own(notes, ids[-1] if more else None, people, steps_told(connection, ids), frozenset(insights))


def overview(connection: Connection, author: str) -> Overview:
    """The answers that came last, the latest first, with every step of those notes."""
    latest = func.max(STEPS.c.at)
    answered = select(STEPS.c.note_id).join(NOTES, NOTES.c.id == STEPS.c.note_id).where(NOTES.c.author == author)
    answered = answered.where(NOTES.c.erased_at.is_(None), STEPS.c.state.in_(ANSWERS)).group_by(STEPS.c.note_id)
    ids = list(connection.scalars(answered.order_by(latest.desc(), STEPS.c.note_id).limit(FEW)))
    notes = {row.id: row for row in connection.execute(READ.where(NOTES.c.id.in_(ids)))}
    steps = steps_told(connection, ids)
    return Overview(loop(connection, author=author), [(notes[one], steps[one]) for one in ids if one in notes])


def own_note(connection: Connection, author: str, note_id: str, definition: Definition) -> OwnNote:
    """Raises RequestError `note_not_found`: another's note and one that there is not are the same."""
    note = _mine(connection, author, note_id)
    word = words_of_people(connection, {note.id: note.version_id}, definition).get(note.id)
    return OwnNote(note, word, read_life(connection, note.id), _objection(connection, note))


def disagree(connection: Connection, author: str, note_id: str, said: Mapping[str, str], who: str, policy: Policy, at: datetime) -> None:
    """Keep an author's sentence against a judgement of an own note, for reviewers. `said`: version_id, judgement_id, words.

    Raises RequestError: `note_not_found`, `review_invalid` where it says nothing, `review_stale` where the note was reworded since.
    """
    note = _mine(connection, author, note_id)
    words = said.get("words", "").strip()
    if not words:
        raise RequestError("Say in a sentence what you see differently: a person reads it.", "review_invalid")
    if connection.scalar(select(CARDS.c.number).where(CARDS.c.note_id == note.id)) is None:
        refresh(connection, [note.id], policy)
    decision = Decision(note.id, said.get("version_id", ""), said.get("judgement_id") or None, who, OBJECT, comment=words)
    save(connection, decision, policy, at)


def _mine(connection: Connection, author: str, note_id: str) -> Row[Any]:
    mine = READ.where(NOTES.c.id == note_id, NOTES.c.author == author, NOTES.c.erased_at.is_(None))
    found = connection.execute(mine).first() if ID.fullmatch(note_id) else None
    if found is None:
        raise RequestError("There is no such note of yours. Your notes are listed at /me.", "note_not_found")
    return found


def _objection(connection: Connection, note: Row[Any]) -> Row[Any] | None:
    said = (REVIEWS.c.note_id == note.id, REVIEWS.c.version_id == note.version_id, REVIEWS.c.kind == OBJECT)
    query: Select[Any] = select(REVIEWS.c.comment, REVIEWS.c.at).where(*said, REVIEWS.c.superseded_at.is_(None))
    return connection.execute(query.order_by(REVIEWS.c.id.desc()).limit(1)).first()
