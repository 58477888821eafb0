"""What goes of a note that is erased: what people wrote, where its evidence stood, what it can be found by. That they decided stays."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select, text, update

from service.reviews.answers import stored_answer
from service.reviews.cards import CARDS, FACET_ROWS, TEXTS
from service.reviews.gold import GOLD
from service.reviews.insights import STEPS
from service.reviews.store import REVIEWS

IDS_AT_ONCE = 500


def erase(connection: Connection, note_ids: Sequence[str]) -> int:
    """Take away comments, places of evidence, sentences to authors, cards and words to search; of how many notes there was a card."""
    count = sum(_erase(connection, note_ids[start : start + IDS_AT_ONCE]) for start in range(0, len(note_ids), IDS_AT_ONCE))
    if count and connection.dialect.name == "sqlite":
        # A word that was deleted stays in the index until its part is written anew.
        connection.execute(text("INSERT INTO review_words (review_words) VALUES ('optimize')"))
    return count


def _erase(connection: Connection, ids: Sequence[str]) -> int:
    connection.execute(update(REVIEWS).where(REVIEWS.c.note_id.in_(ids), REVIEWS.c.comment.is_not(None)).values(comment=None))
    answers = connection.execute(
        select(REVIEWS.c.id, REVIEWS.c.answer).where(REVIEWS.c.note_id.in_(ids), REVIEWS.c.label.is_not(None))
    ).all()
    for review_id, answer in answers:
        values = {**stored_answer(answer).values, "evidence": []}
        connection.execute(update(REVIEWS).where(REVIEWS.c.id == review_id).values(answer=values, sound=False))
    connection.execute(update(STEPS).where(STEPS.c.note_id.in_(ids)).values(outcome=None, answer=None))
    connection.execute(delete(GOLD).where(GOLD.c.note_id.in_(ids)))
    connection.execute(delete(FACET_ROWS).where(FACET_ROWS.c.note_id.in_(ids)))
    connection.execute(delete(TEXTS).where(TEXTS.c.number.in_(select(CARDS.c.number).where(CARDS.c.note_id.in_(ids)))))
    return connection.execute(delete(CARDS).where(CARDS.c.note_id.in_(ids))).rowcount
