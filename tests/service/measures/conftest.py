"""Notes of several authors, judged whole and decided by people, on a database."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from insight_classifier.definition import Definition
from service.database import Database
from service.measures.reading import Notes, read_notes
from service.reviews.scores import draw
from tests.service.reviews.desk import Desk, judgement

AUTHORS = 12


def whole(definition: Definition, *met: str, level: int = 0) -> dict[str, Any]:
    """The parts of a judgement that a desk's leaves out: chances of every level and option, which sum to 1."""
    found = judgement(definition, *met, level=level)
    chosen = 0.7
    for d in definition.dimensions:
        rest = (1 - chosen) / max(1, len(d.members) - 1)
        if d.kind == "scale":
            found[d.name]["probabilities"] = [chosen if place == level else rest for place in range(len(d.members))]
        if d.kind == "choice":
            found[d.name]["probabilities"] = {name: rest if place else chosen for place, name in enumerate(d.names)}
        if d.kind == "checks":
            for name in d.names:
                found[d.name][name]["probability"] = 0.8 if name in met else 0.2
    return {d.name: found[d.name] for d in definition.dimensions}


Filled = Callable[..., Desk]


def filled_with(database: Database, definition: Definition, notes: int = 120, decided: int = 0, authors: int = AUTHORS) -> Desk:
    """A desk with so many notes, every other one meeting everything, of two teams; the first `decided` by chance are decided."""
    desk = Desk(database, definition)
    for number in range(notes):
        met = tuple(definition.checks) if number % 2 else ()
        metadata = {
            "author": f"msl-{number % authors}",
            "team": "north" if number % authors < authors // 2 else "south",
            "tenure_months": 6 + 24 * (number % 2),
        }
        desk.note(f"n{number}", *met, metadata=metadata, **whole(definition, *met, level=0))
    for name in sorted(desk.kept, key=lambda name: draw(desk.kept[name].note_id))[:decided]:
        desk.decide(name, "confirm")
    return desk


@pytest.fixture
def filled(database: Database, definition: Definition) -> Filled:
    """`filled_with` on the test's database."""
    return partial(filled_with, database, definition)


def read(desk: Desk) -> Notes:
    with desk.database.read() as connection:
        found = read_notes(connection, desk.definition, ((12, "new"), (600, "old")))
    assert found is not None
    return found
