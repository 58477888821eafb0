"""What became of an insight so far, as pages tell it: where it stands, each step with its words, and where it may go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, select

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


def steps_told(connection: Connection, note_ids: Sequence[str]) -> Mapping[str, Sequence[Told]]:
    """The steps of each note that took one, the oldest first."""
    rows = connection.execute(select(STEPS).where(STEPS.c.note_id.in_(note_ids)).order_by(STEPS.c.note_id, STEPS.c.number)).all()
    pairs = zip(rows, _told(connection, rows), strict=True)
    return {note_id: [told for _, told in group] for note_id, group in groupby(pairs, key=lambda pair: str(pair[0].note_id))}


def _told(connection: Connection, rows: Sequence[Row[Any]]) -> list[Told]:
    names = {LOCAL.id: LOCAL.name, **names_of(connection, {row.who for row in rows})}
    return [Told(STATES[row.state], names.get(row.who, SOMEBODY), row.at, row.outcome, row.answer) for row in rows]
