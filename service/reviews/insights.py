"""What becomes of insights: steps, told to subscribers and audited in the same transaction; and how fast authors are answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection, FromClause, Row, func, insert, select, update

from service.audit.store import append
from service.database import Base
from service.errors import RequestError
from service.inserting import insert_new
from service.notes.rules import storable
from service.notes.store import NOTES
from service.reviews.cards import CARDS
from service.reviews.lives import ANSWERS, LONGEST, NEW, require_step
from service.reviews.tables import InsightRow, InsightStepRow

INSIGHTS, STEPS = (Base.metadata.tables[row.__tablename__] for row in (InsightRow, InsightStepRow))
EVENT = "insight.outcome"
DAY = 86_400.0


class Emit(Protocol):
    """Tells subscribers of an event in the same transaction; `text` goes to those alone who asked for words."""

    def __call__(
        self, connection: Connection, event_type: str, data: Mapping[str, Any], *, text: Mapping[str, str] | None, at: datetime
    ) -> object: ...


@dataclass(frozen=True)
class Step:
    """`steps`: how many it had taken when it was looked at; None: whatever happened since."""

    note_id: str
    state: str
    who: str
    outcome: str | None = None  # what was done, or why not
    answer: str | None = None  # a sentence to the author
    steps: int | None = None


@dataclass(frozen=True)
class Loop:
    """How the loop to authors does. `share` and `median_days` are None where there is nothing to measure."""

    insights: int
    answered: int
    share: float | None
    median_days: float | None  # from receipt to the first answer
    oldest_unanswered: tuple[str, datetime] | None  # note id and receipt


def take_step(connection: Connection, step: Step, emit: Emit, at: datetime) -> int:
    """Move an insight on; how many steps it has taken. Raises RequestError: `insight_refused`, `insight_changed`, `note_not_found`."""
    note = connection.execute(select(NOTES).where(NOTES.c.id == step.note_id, NOTES.c.erased_at.is_(None))).first()
    card = connection.execute(select(CARDS.c.insight).where(CARDS.c.note_id == step.note_id)).first()
    if note is None or card is None:
        raise RequestError("There is no such note.", "note_not_found")
    outcome, answer = (storable(text and text.strip(), LONGEST) for text in (step.outcome, step.answer))
    before = _begun(connection, step.note_id, note.received_at)
    if step.steps not in (None, before.steps):
        raise RequestError(
            f"The insight is {before.state} by now. Look at it again.", "insight_changed", state=before.state, steps=before.steps
        )
    if before.state == NEW and not card.insight:
        raise RequestError("The note is no insight. Decide first that it is.", "insight_refused")
    require_step(before.state, step.state, outcome, answer)
    first = step.state in ANSWERS and before.answered_at is None
    _write(connection, step, before, at, first=first, outcome=outcome, answer=answer)
    _tell(connection, step, note, before, emit, at, answer=answer)
    return int(before.steps) + 1


def steps_of(connection: Connection, note_id: str) -> Sequence[Row[Any]]:
    """What became of an insight so far, in order: number, state, who, at, outcome, answer."""
    return connection.execute(select(STEPS).where(STEPS.c.note_id == note_id).order_by(STEPS.c.number)).all()


def loop(connection: Connection, *, author: str | None = None) -> Loop:
    """Of all insights, or of one author's."""
    source: FromClause = CARDS if author is None else CARDS.join(NOTES, NOTES.c.id == CARDS.c.note_id)
    mine = [] if author is None else [NOTES.c.author == author]
    counted = select(CARDS.c.answered, func.count()).select_from(source).where(CARDS.c.insight, *mine).group_by(CARDS.c.answered)
    counts = {bool(answered): int(number) for answered, number in connection.execute(counted)}
    everything, answered = sum(counts.values()), counts.get(True, 0)
    waiting = select(CARDS.c.note_id).select_from(source).where(CARDS.c.insight, ~CARDS.c.answered, *mine)
    oldest = connection.scalar(waiting.order_by(CARDS.c.note_id).limit(1))
    share = answered / everything if everything else None
    return Loop(everything, answered, share, _median_days(connection, author), oldest and (oldest, _received(connection, oldest)))


def _received(connection: Connection, note_id: str) -> datetime:
    received: datetime = connection.execute(select(NOTES.c.received_at).where(NOTES.c.id == note_id)).scalar_one()
    return received


def _begun(connection: Connection, note_id: str, received_at: datetime) -> Row[Any]:
    """Where the insight stands, locked until the transaction ends."""
    row = {"note_id": note_id, "state": NEW, "steps": 0, "received_at": received_at}
    connection.execute(insert_new(INSIGHTS, connection.dialect.name), row)
    return connection.execute(select(INSIGHTS).where(INSIGHTS.c.note_id == note_id).with_for_update()).one()


def _write(
    connection: Connection, step: Step, before: Row[Any], at: datetime, *, first: bool, outcome: str | None, answer: str | None
) -> None:  # fmt: skip
    waited = {"answered_at": at, "answer_seconds": (at - before.received_at).total_seconds()} if first else {}
    moved = update(INSIGHTS).where(INSIGHTS.c.note_id == step.note_id)
    connection.execute(moved.values(state=step.state, steps=before.steps + 1, **waited))
    said = {"outcome": outcome, "answer": answer, "who": step.who, "at": at}
    connection.execute(insert(STEPS).values(note_id=step.note_id, number=before.steps + 1, state=step.state, **said))
    answered = {"answered": True} if first else {}
    connection.execute(update(CARDS).where(CARDS.c.note_id == step.note_id).values(life=step.state, **answered))


def _tell(
    connection: Connection, step: Step, note: Row[Any], before: Row[Any], emit: Emit, at: datetime, *, answer: str | None
) -> None:  # fmt: skip
    """What people wrote may quote the note: it goes only to those who asked for words, and never into the audit."""
    where = {"note_id": step.note_id, "source": note.source, "record_id": note.record_id}
    told = {**where, "state": step.state, "before": before.state, "answered": answer is not None}
    emit(connection, EVENT, told, text={"answer": answer} if answer else None, at=at)
    after = {"state": step.state, "before": before.state, "answered": answer is not None}
    append(connection, who=step.who, action=f"insight.{step.state}", what=f"note:{step.note_id}", after=after, at=at)


def _median_days(connection: Connection, author: str | None) -> float | None:
    waited = select(INSIGHTS.c.answer_seconds).where(INSIGHTS.c.answer_seconds.is_not(None)).order_by(INSIGHTS.c.answer_seconds)
    if author is not None:
        waited = waited.join(NOTES, NOTES.c.id == INSIGHTS.c.note_id).where(NOTES.c.author == author)
    number = connection.execute(select(func.count()).select_from(waited.order_by(None).subquery())).scalar_one()
    if not number:
        return None
    middle = connection.scalars(waited.offset((number - 1) // 2).limit(2 - number % 2)).all()
    return float(sum(middle) / len(middle) / DAY)
