"""What became of an insight so far, as pages tell it: where it stands, each step with its words, and where it may go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from service.accounts.rules import LOCAL
from service.accounts.store import names_of
from service.errors import Problem
from service.reviews.cards import CARDS
from service.reviews.insights import INSIGHTS, STEPS, steps_of
from service.reviews.lives import NEW
from service.reviews.states import STATES, State, next_states

SOMEBODY = "Somebody"


@dataclass(frozen=True)
class Told:
    """One step. `outcome`: what was done, or why not; `answer`: the sentence to the author."""

    state: State
    name: str
    at: datetime
    outcome: str | None
    answer: str | None


@dataclass(frozen=True)
class Life:
    """`steps`: how many it has taken. `begun`: it is an insight, or was one when it took a step."""

    state: State
    steps: int
    told: tuple[Told, ...]
    begun: bool

    @property
    def next(self) -> tuple[State, ...]:
        return next_states(self.state.name)


@dataclass(frozen=True)
class Trying:
    """A step that was refused: why, and what was typed."""

    problem: Problem
    outcome: str
    answer: str


def read_life(connection: Connection, note_id: str) -> Life:
    """Of one note, the oldest step first; one that nobody took up is new."""
    found = connection.execute(select(INSIGHTS.c.state, INSIGHTS.c.steps).where(INSIGHTS.c.note_id == note_id)).first()
    insight = connection.scalar(select(CARDS.c.insight).where(CARDS.c.note_id == note_id))
    told = _told(connection, steps_of(connection, note_id))
    state, steps = (found.state, found.steps) if found else (NEW, 0)
    return Life(STATES[state], steps, tuple(told), begun=bool(insight) or steps > 0)


def latest_steps(connection: Connection, note_ids: Sequence[str]) -> Mapping[str, Told]:
    """The last step of each note that took one."""
    last = select(STEPS.c.note_id, func.max(STEPS.c.number).label("number")).where(STEPS.c.note_id.in_(note_ids))
    of_each = last.group_by(STEPS.c.note_id).subquery()
    same = (STEPS.c.note_id == of_each.c.note_id) & (STEPS.c.number == of_each.c.number)
    rows = connection.execute(select(STEPS).join(of_each, same)).all()
    return {row.note_id: told for row, told in zip(rows, _told(connection, rows), strict=True)}


def _told(connection: Connection, rows: Sequence[Row[Any]]) -> list[Told]:
    names = {LOCAL.id: LOCAL.name, **names_of(connection, {row.who for row in rows})}
    return [Told(STATES[row.state], names.get(row.who, SOMEBODY), row.at, row.outcome, row.answer) for row in rows]
