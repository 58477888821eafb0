"""The pipeline: insights by the state that they are in, the oldest first, and how the loop back to their authors does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from service.reviews.insights import Loop, loop
from service.reviews.life import Told, steps_told
from service.reviews.listing import COUNTED, Entry, count, page
from service.reviews.lives import NEW
from service.reviews.queues import Queue
from service.reviews.saved import choices
from service.reviews.states import STATES, State
from service.reviews.views import Filter, View

LIFE = "life"
FEW = 5  # of each state where all are shown
MANY = 1000  # counted of each where there is a search or a filter, which must look into every note


@dataclass(frozen=True)
class Stage(View):
    """A view of the insights in one state. What is no insight any more stays where it is in its life, for its author was told of it."""

    state: str = NEW

    @property
    def described(self) -> Queue:
        only = {"insight": True} if self.state == NEW else {}
        return Queue("pipeline", STATES[self.state].title, STATES[self.state].what, rising=True, only=only, open=False)


@dataclass(frozen=True)
class Group:
    """`entries`: the oldest of the state; `after`: what to ask the next page with, None: these are all."""

    state: State
    count: int
    entries: Sequence[Entry] = ()
    after: str | None = None


@dataclass(frozen=True)
class Found:
    """`view`: what is asked for beside the state. `chosen`: the state that alone is shown; `groups` have the notes, `counts` all states."""

    view: View
    chosen: str | None
    counts: Mapping[str, int]
    most: int  # counts end there
    groups: Mapping[str, Group]
    latest: Mapping[str, Told]  # the last step of each note that is shown
    loop: Loop
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def query(self) -> str:
        return self.view.to_query()


def read_pipeline(connection: Connection, asked: View, who: str, *, after: str | None = None) -> Found:
    """Of one state a page behind `after`, else the oldest few of each. Raises RequestError for an `after` that no page said."""
    view, chosen = _split(asked)
    stages = {name: _stage(view, name) for name in STATES}
    most = MANY if view.to_query() else COUNTED
    counts = {name: count(connection, stage, who, most=most) for name, stage in stages.items()}
    groups = {}
    for name in [chosen] if chosen else STATES:
        found = page(connection, stages[name], who, after=after if chosen else None, **({} if chosen else {"limit": FEW}))
        groups[name] = Group(STATES[name], counts[name], found.entries, found.after)
    ids = [entry.card.id for group in groups.values() for entry in group.entries]
    latest = {note_id: told[-1] for note_id, told in steps_told(connection, ids).items()}
    return Found(view, chosen, counts, most, groups, latest, loop(connection), choices(connection))


def _split(asked: View) -> tuple[View, str | None]:
    """The state that the address names, and the rest of what it asks for."""
    named = [one.values[0] for one in asked.filters if one.name == LIFE and not one.but and one.values[0] in STATES]
    rest = tuple(one for one in asked.filters if one.name != LIFE)
    return replace(asked, queue=View.queue, filters=rest), named[0] if named else None


def _stage(view: View, state: str) -> Stage:
    return Stage(**{**vars(view), "filters": (*view.filters, Filter(LIFE, (state,)))}, state=state)
