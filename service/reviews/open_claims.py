"""Claims of a change on a physician that no note documents a check of, with the question that would check them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from insight_classifier.definition import Definition
from insight_classifier.judgement import Check, Judgement, Option
from insight_classifier.measures.thread_parts import Parts
from insight_classifier.measures.threads import ThreadNote, threads
from service.notes.store import JUDGEMENTS, NOTES
from service.reviews.answers import Answer
from service.reviews.cards import CARDS
from service.reviews.judged import judgement_of
from service.reviews.timeline import CURRENT
from service.reviews.word import words_of_people

MOST = 500  # notes on one physician, the latest


@dataclass(frozen=True)
class Claimed:
    """`subject`: what it is about; `sentence`: that it was claimed and when; `question`: what would check it, where there is one."""

    note_id: str
    day: date | None
    subject: str
    sentence: str
    question: str | None


def open_claims(connection: Connection, hcp: str | None, definition: Definition, parts: Parts | None) -> list[Claimed]:
    """Those of a physician, the latest first; none where the definition declares no threads, or nobody knows the physician.

    A later check on the same subject closes a claim, so notes after the one that is looked at count too.
    """
    if not hcp or parts is None:
        return []
    columns = (*(NOTES.c[name] for name in ("id", "written_at", "received_at", "current_version_id")), JUDGEMENTS.c.judgement, CARDS.c.open)
    joined = NOTES.join(JUDGEMENTS, CURRENT).outerjoin(CARDS, CARDS.c.note_id == NOTES.c.id)
    query: Select[Any] = select(*columns).select_from(joined)
    query = query.where(NOTES.c.hcp == hcp, NOTES.c.erased_at.is_(None)).order_by(NOTES.c.id.desc()).limit(MOST)
    notes = _judged(connection, connection.execute(query).all(), hcp, definition)
    found = [(thread.title, claim) for thread in threads(notes, parts, definition) for claim in thread.open_claims]
    told = [Claimed(one.claim.note_id, one.claim.day, title, one.sentence, one.question) for title, one in found]
    return sorted(told, key=lambda one: (one.day or date.min, one.note_id), reverse=True)


def _judged(connection: Connection, rows: Sequence[Row[Any]], hcp: str, definition: Definition) -> list[ThreadNote]:
    """What the model said, and in its place what people said; notes under other members are left out.

    Where somebody is still to decide, the model counts: whoever decides blind must not learn here what another said.
    """
    words = words_of_people(connection, {row.id: row.current_version_id for row in rows if row.open is False}, definition)
    found = []
    for row in rows:
        judgement = judgement_of({**row.judgement, "id": row.id}, definition)
        if judgement is not None:
            word = words.get(row.id)
            said = _as_people_say(judgement, word.answer, definition) if word and word.answer else judgement
            found.append(ThreadNote(said, hcp, (row.written_at or row.received_at).date()))
    return found


def _as_people_say(judgement: Judgement, answer: Answer, definition: Definition) -> Judgement:
    """With people's checks and options; quotes of what they deny are left out."""
    said = dict(judgement.verdicts)
    for dimension in definition.dimensions:
        given = answer.values.get(dimension.name)
        if dimension.kind == "choice" and isinstance(given, str):
            said[dimension.name] = Option(given, {})
        if dimension.kind == "checks" and isinstance(given, Mapping):
            said[dimension.name] = _checks(said[dimension.name], given)
    return replace(judgement, verdicts=said)


def _checks(before: Any, given: Mapping[str, bool]) -> Mapping[str, Check]:  # noqa: ANN401 a verdict of a dimension of checks
    return {
        name: replace(check, met=given[name], evidence=check.evidence if given[name] else ()) if name in given else check
        for name, check in before.items()
    }
