"""What is measured from, in the database: each judged note with its facts, in narrow columns, and people's decisions."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Text, and_, cast, func, select

from insight_classifier.definition import Definition
from service.notes.store import JUDGEMENTS, NOTES
from service.reviews.answers import Answer, stored_answer
from service.reviews.cards import CARDS
from service.reviews.insights import INSIGHTS
from service.reviews.kinds import ANSWERING
from service.reviews.store import REVIEWS
from service.reviews.word import words_of_people

PIECE = 500
_JUDGED = and_(JUDGEMENTS.c.id == NOTES.c.current_judgement_id, JUDGEMENTS.c.note_id == NOTES.c.id)


def judged_notes(connection: Connection) -> Iterator[Row[Any]]:
    """Every judged note in the order of receipt; `said` is its judgement as JSON text, `decided` whether anybody's decision counts."""
    joined = (
        NOTES.join(CARDS, CARDS.c.note_id == NOTES.c.id).join(JUDGEMENTS, _JUDGED).outerjoin(INSIGHTS, INSIGHTS.c.note_id == NOTES.c.id)
    )
    query = select(
        NOTES.c.id,
        NOTES.c.author,
        NOTES.c["metadata"],
        func.coalesce(NOTES.c.written_at, NOTES.c.received_at).label("at"),
        NOTES.c.current_version_id,
        cast(JUDGEMENTS.c.judgement, Text).label("said"),
        CARDS.c.draw,
        CARDS.c.insight,
        ((CARDS.c.got > 0) | ~CARDS.c.open).label("decided"),
        INSIGHTS.c.answered_at,
    ).select_from(joined)
    rows = connection.execution_options(yield_per=PIECE).execute(query.where(NOTES.c.erased_at.is_(None)).order_by(NOTES.c.id))
    yield from rows


def answers(connection: Connection, current: Mapping[str, str], definition: Definition) -> Iterator[tuple[str, Answer, bool]]:
    """People's word on notes: note id, answer, and whether it is settled. `current`: the version of each note that counts.

    Where people differ and nobody has settled it, whoever decided first counts: leaving such notes out would leave out the hard ones.
    """
    ids = list(current)
    for start in range(0, len(ids), PIECE):
        piece = {one: current[one] for one in ids[start : start + PIECE]}
        words = words_of_people(connection, piece, definition)
        yield from ((note_id, word.answer, True) for note_id, word in words.items() if word.answer is not None)
        apart = [note_id for note_id, word in words.items() if word.answer is None]
        yield from ((note_id, answer, False) for note_id, answer in _first(connection, apart, piece).items())


def _first(connection: Connection, note_ids: Sequence[str], current: Mapping[str, str]) -> dict[str, Answer]:
    counts = (REVIEWS.c.superseded_at.is_(None), REVIEWS.c.kind.in_(ANSWERING), REVIEWS.c.note_id.in_(note_ids))
    query = select(REVIEWS.c.note_id, REVIEWS.c.version_id, REVIEWS.c.answer).where(*counts).order_by(REVIEWS.c.id.desc())
    return {row.note_id: stored_answer(row.answer) for row in connection.execute(query) if row.version_id == current[row.note_id]}
