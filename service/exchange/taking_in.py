"""Decisions from a file into the database: every line is checked first, all of them are stored or none, and none twice."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, tuple_, update

from insight_classifier.definition import Definition
from insight_classifier.errors import InsightError
from insight_classifier.record import Record
from service.audit.store import append
from service.errors import RequestError
from service.exchange.lines import Taken, answer_in, read_line
from service.notes.rows import new_id
from service.notes.store import JUDGEMENTS, NOTES, VERSIONS
from service.reviews.answers import Answer, answer_of, label_of, member_rows
from service.reviews.cards import CARDS
from service.reviews.kinds import DECIDING
from service.reviews.store import MEMBERS, REVIEWS
from service.reviews.tally import tally

PIECE = 250
MOST_TOLD = 20  # of what is wrong
KNOWN: Select[Any] = select(
    *(NOTES.c[name] for name in ("id", "source", "record_hash", "current_version_id")),
    *(VERSIONS.c.content_hash, VERSIONS.c.fields, JUDGEMENTS.c.judgement),
).select_from(
    NOTES.join(VERSIONS, VERSIONS.c.id == NOTES.c.current_version_id).outerjoin(JUDGEMENTS, JUDGEMENTS.c.id == NOTES.c.current_judgement_id)
)


class ImportRefused(RequestError):
    """`problems`: what is wrong, a line each, at most MOST_TOLD; `count`: how many lines are."""

    def __init__(self, problems: Sequence[str], count: int) -> None:
        self.problems, self.count = problems, count
        more = f"\n… and {count - len(problems):,} more" if count > len(problems) else ""
        super().__init__("\n".join(problems) + more + "\nNothing was stored.", "invalid_request")


@dataclass
class TakenIn:
    """`known`: decisions that were there already, or after which the same person decided again."""

    stored: int = 0
    known: int = 0


def take_in(
    connection: Connection, records: Iterable[Record], definition: Definition, who: str, at: datetime, *, why: str | None = None
) -> TakenIn:
    """Store the decisions of a file in the caller's transaction, with one trace in the audit. Raises ImportRefused, or FileError."""
    done, problems, wrong = TakenIn(), list[str](), 0
    lines = iter(records)
    while piece := list(islice(lines, PIECE)):
        for problem in _piece(connection, piece, definition, done):
            wrong += 1
            if len(problems) < MOST_TOLD:
                problems.append(problem)
    if wrong:
        raise ImportRefused(problems, wrong)
    append(connection, who=who, action="review.import", what="decisions", after=vars(done), why=why, at=at)
    return done


def _piece(connection: Connection, records: Sequence[Record], definition: Definition, done: TakenIn) -> Iterator[str]:
    """What is wrong with some lines; the others are stored, for the time being."""
    read: list[tuple[int, Taken]] = []
    for record in records:
        try:
            if record.error:
                raise record.error
            read.append((record.number, read_line(record.content, definition)))
        except InsightError as problem:
            yield _told(record.number, problem)
    notes = _notes(connection, [taken for _, taken in read])
    touched: set[str] = set()
    for number, taken in read:
        try:
            note = _note_of(taken, notes)
            answer, sound = answer_in(taken, note.fields, definition)
        except InsightError as problem:
            yield _told(number, problem)
            continue
        if _store(connection, note, taken, answer, definition, sound=sound):
            touched.add(note.id)
            done.stored += 1
        else:
            done.known += 1
    connection.execute(update(CARDS).where(CARDS.c.note_id.in_(touched)).values(revision=CARDS.c.revision + 1))
    tally(connection, sorted(touched), definition)


def _told(number: int, problem: InsightError) -> str:
    text = str(problem)
    return text if text.startswith("line ") else f"line {number}: {text}"


def _notes(connection: Connection, taken: Sequence[Taken]) -> dict[tuple[str, str], Row[Any]]:
    """The notes that lines speak of, by source and the CRM's id as a hash, or by our id."""
    named = {(one.source, one.record_hash) for one in taken if one.record_hash}
    ours = {one.note for one in taken if one.note}
    by_crm = KNOWN.where(tuple_(NOTES.c.source, NOTES.c.record_hash).in_(named), NOTES.c.erased_at.is_(None)).with_for_update(of=NOTES)
    by_us = KNOWN.where(NOTES.c.id.in_(ours), NOTES.c.erased_at.is_(None)).with_for_update(of=NOTES)
    found: dict[tuple[str, str], Row[Any]] = {(row.source, row.record_hash): row for row in connection.execute(by_crm)} if named else {}
    return found | ({("", row.id): row for row in connection.execute(by_us)} if ours else {})


def _note_of(taken: Taken, notes: dict[tuple[str, str], Row[Any]]) -> Row[Any]:
    key = (taken.source, taken.record_hash) if taken.record_hash else ("", taken.note or "")
    note = notes.get(key)
    if note is None:
        raise RequestError("the note is not in this database: have its CRM send it first, or take the line out", "note_not_found")
    if note.content_hash != taken.content_hash:
        raise RequestError("the note was reworded since this was decided: take the line out, and decide anew", "review_stale")
    return note


def _store(connection: Connection, note: Row[Any], taken: Taken, answer: Answer, definition: Definition, *, sound: bool) -> bool:
    """Whether it was stored: a decision counts until the same person decides again, what settles a note until it is settled again."""
    before = _before(connection, note, taken)
    live = [row for row in before if row.superseded_at is None]
    if any(row.at >= taken.at for row in live) or any((row.at, row.reviewer) == (taken.at, taken.reviewer) for row in before):
        return False
    row = {
        "id": new_id(taken.at),
        "note_id": note.id,
        "version_id": note.current_version_id,
        "definition_fingerprint": taken.fingerprint,
        "definition_version": taken.definition_version,
        **{name: getattr(taken, name) for name in ("reviewer", "kind", "blind", "comment", "at", "seconds")},
        "answer": answer.to_dict(),
        "label": label_of(answer, definition),
        "sound": sound,
        "undone": False,
        "replaces": live[-1].id if live else None,
    }
    connection.execute(update(REVIEWS).where(REVIEWS.c.id.in_([one.id for one in live])).values(superseded_at=taken.at))
    connection.execute(insert(REVIEWS).values(row))
    members = member_rows(answer, _model(note, definition), definition)
    connection.execute(insert(MEMBERS), [{**member, "review_id": row["id"], "note_id": note.id} for member in members])
    return True


def _before(connection: Connection, note: Row[Any], taken: Taken) -> Sequence[Row[Any]]:
    """What this decision would take the place of, and what was taken back or replaced before."""
    same = (
        [REVIEWS.c.reviewer == taken.reviewer, REVIEWS.c.kind.in_(DECIDING)] if taken.kind in DECIDING else [REVIEWS.c.kind == taken.kind]
    )
    on_it = (REVIEWS.c.note_id == note.id, REVIEWS.c.version_id == note.current_version_id)
    shown = [REVIEWS.c[name] for name in ("id", "at", "reviewer", "superseded_at")]
    return connection.execute(select(*shown).where(*on_it, *same).order_by(REVIEWS.c.id)).all()


def _model(note: Row[Any], definition: Definition) -> Answer | None:
    """What the model said, where it was asked the same."""
    same = note.judgement is not None and note.judgement["definition"]["fingerprint"] == definition.fingerprint
    return answer_of(note.judgement, definition) if same else None
