"""People's word on a note: what it is since they agree or settled it, or that they do not agree yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from insight_classifier.definition import Definition
from service.reviews.answers import Answer, apart, stored_answer
from service.reviews.gold import GOLD
from service.reviews.kinds import ADJUDICATE, ANSWERING
from service.reviews.store import REVIEWS


@dataclass(frozen=True)
class Word:
    """`answer` and `label` are None where people differ and nobody has settled it. `people`: how many decided; `at`: the latest of them."""

    answer: Answer | None
    label: str | None
    people: int
    at: datetime


def words_of_people(connection: Connection, current: Mapping[str, str], definition: Definition) -> Mapping[str, Word]:
    """By note. `current`: the version of each that counts. A note that nobody decided on is not in it."""
    shown = [REVIEWS.c[name] for name in ("id", "note_id", "version_id", "reviewer", "kind", "answer", "label", "sound", "at")]
    wanted = (REVIEWS.c.superseded_at.is_(None), REVIEWS.c.kind.in_(ANSWERING))
    query: Select[Any] = select(*shown, GOLD.c.review_id.label("gold")).select_from(
        REVIEWS.outerjoin(GOLD, GOLD.c.review_id == REVIEWS.c.id)
    )
    rows = connection.execute(query.where(*wanted, REVIEWS.c.note_id.in_(list(current))).order_by(REVIEWS.c.note_id, REVIEWS.c.id)).all()
    of_current = [row for row in rows if row.version_id == current[row.note_id]]
    return {note_id: _word(list(group), definition) for note_id, group in groupby(of_current, key=lambda row: row.note_id)}


def _word(rows: Sequence[Row[Any]], definition: Definition) -> Word:
    counts = _settling(rows, definition)
    answer, label = (stored_answer(counts.answer), counts.label) if counts else (None, None)
    return Word(answer, label, len({row.reviewer for row in rows}), max(row.at for row in rows))


def _settling(rows: Sequence[Row[Any]], definition: Definition) -> Row[Any] | None:
    """Whose answer counts: who settled it last, else anybody's where all answered alike, best one with its evidence."""
    final = [row for row in rows if row.kind == ADJUDICATE or row.gold]
    if final:
        return final[-1]
    alike = apart([stored_answer(row.answer) for row in rows], definition) == 0
    return max(rows, key=lambda row: (row.sound, row.id)) if alike else None
