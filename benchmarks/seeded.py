"""A workbench of any size for benchmarks: synthetic notes of two years, judged, with cards, decisions, insights, safety items, vectors."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import Connection, insert, select, text

from insight_classifier.definition import Definition
from service.database import Database
from service.notes.batches import judged_many, keep_many
from service.notes.rows import Kept, new_id
from service.notes.rules import Delivery
from service.reviews.answers import answer_of, member_rows, stored_answer
from service.reviews.cards import CARDS, refresh
from service.reviews.insights import INSIGHTS
from service.reviews.lives import ACTED_ON, IN_PLAN, UNDER_REVIEW
from service.reviews.scores import Policy
from service.reviews.store import MEMBERS, REVIEWS
from service.reviews.tables import CardRow
from service.reviews.tally import tally
from service.safety.tables import Item
from service.vectors.rules import to_bytes
from service.vectors.store import Made, keep

START = datetime(2024, 1, 1, tzinfo=UTC)
PIECE = 500
DIMENSIONS = 384  # of a vector
COMMON = ["the", "patient", "clinic", "asked", "dose", "trial", "nurse", "renal", "start", "week", "older", "switch", "infusion", "risk"]
RARE = [f"{first}{second}{third}" for first in "bdfglmnprst" for second in ("ar", "el", "im", "on", "ur") for third in "abdeiklmno"]
FINGERPRINT = "f" * 16  # of the model that there is none of


def fill(database: Database, definition: Definition, notes: int) -> None:
    """Notes of two years, judged, with cards; one in twenty is a safety item, one in thirty disputed or assigned."""
    chance, policy = random.Random(1), Policy(definition)
    numbers_of = np.random.default_rng(1)
    for first in range(0, notes, PIECE):
        numbers = range(first, min(first + PIECE, notes))
        database.write(lambda connection, numbers=numbers: _piece(connection, numbers, chance, policy, numbers_of))  # type: ignore[misc]
    if database.dialect == "postgresql":  # its server does so of itself; SQLite knows no statistics here
        database.write(lambda connection: connection.execute(text("ANALYZE")).close())


def _piece(connection: Connection, numbers: Sequence[int], chance: random.Random, policy: Policy, vectors: np.random.Generator) -> None:
    at = START + timedelta(minutes=10 * numbers[0])
    given = [_delivery(number, chance) for number in numbers]
    kept = [one for one in keep_many(connection, given, at) if isinstance(one, Kept)]
    judged = [_judgement(policy.definition, chance) for _ in kept]
    judged_many(connection, list(zip(kept, judged, strict=True)), at)
    ids = [one.note_id for one in kept]
    refresh(connection, ids, policy)
    _vectors(connection, kept, vectors)
    connection.execute(insert(Item), [_item(note_id, at, chance) for note_id in ids if chance.random() < 0.05])
    decided = [(one, said) for one, said in zip(kept, judged, strict=True) if chance.random() < 0.2]
    if decided:
        rows = [row for one, said in decided for row in _reviews(one, said, policy.definition, at, chance)]
        _decided(connection, rows, policy.definition)
    tally(connection, [one.note_id for one, _ in decided], policy.definition)
    _insights(connection, [one.note_id for one, said in decided if said["label"] == policy.definition.label.met], at, chance)
    marked = [note_id for note_id in ids if chance.random() < 0.03]
    table = CardRow.__table__
    values = {"dispute": chance.random(), "assigned_to": f"p{chance.randrange(5)}", "gold": True}
    connection.execute(table.update().where(table.c.note_id.in_(marked)).values(values))  # type: ignore[attr-defined]


def _vectors(connection: Connection, kept: Sequence[Kept], vectors: np.random.Generator) -> None:
    drawn = vectors.standard_normal((len(kept), DIMENSIONS), dtype=np.float32)
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    made = [to_bytes(one.astype(np.float16)) for one in drawn]
    keep(connection, [Made(one.note_id, one.version_id, FINGERPRINT, vector) for one, vector in zip(kept, made, strict=True)])


def _decided(connection: Connection, rows: Sequence[dict[str, Any]], definition: Definition) -> None:
    """Decisions with what they say member by member, each on the judgement of its note."""
    notes = {row["note_id"] for row in rows}
    seen = dict(connection.execute(select(CARDS.c.note_id, CARDS.c.judgement_id).where(CARDS.c.note_id.in_(notes))).tuples().all())
    connection.execute(insert(REVIEWS), [{**row, "judgement_id": seen[row["note_id"]]} for row in rows])
    told = [(row, member) for row in rows for member in member_rows(stored_answer(row["answer"]), None, definition)]
    connection.execute(insert(MEMBERS), [{**member, "review_id": row["id"], "note_id": row["note_id"]} for row, member in told])


def _reviews(kept: Kept, judgement: dict[str, Any], definition: Definition, at: datetime, chance: random.Random) -> list[dict[str, Any]]:
    """Two people who decided blind; the second at times beside the first."""
    answer = answer_of(judgement, definition).to_dict()
    scale = next(definition.of_kind("scale"))
    other = {**answer, scale.name: chance.randrange(len(scale.members))} if chance.random() < 0.3 else answer
    same = {
        **{"note_id": kept.note_id, "version_id": kept.version_id, "kind": "change", "label": judgement["label"], "sound": True},
        **{"definition_fingerprint": definition.fingerprint, "definition_version": definition.version, "blind": True, "undone": False},
    }
    people = chance.sample(["p1", "p2", "p3", "p4"], 2)
    times = [at + timedelta(hours=number + 1) for number in range(2)]
    return [
        {**same, "id": new_id(time), "reviewer": who, "answer": said, "at": time}
        for who, said, time in zip(people, (answer, other), times, strict=True)
    ]


def _insights(connection: Connection, ids: Sequence[str], at: datetime, chance: random.Random) -> None:
    """Where some insights are in their lives."""
    moved = [note_id for note_id in ids if chance.random() < 0.6]
    if not moved:
        return
    state, seconds = chance.choice((UNDER_REVIEW, IN_PLAN, ACTED_ON)), chance.uniform(1e5, 3e6)
    answered = {"answered_at": at + timedelta(seconds=seconds), "answer_seconds": seconds} if state != UNDER_REVIEW else {}
    rows = [{"note_id": note_id, "state": state, "steps": 1, "received_at": at, **answered} for note_id in moved]
    connection.execute(insert(INSIGHTS), rows)
    table = CardRow.__table__
    values = {"life": state, "answered": bool(answered)}
    connection.execute(table.update().where(table.c.note_id.in_(moved)).values(values))  # type: ignore[attr-defined]


def _delivery(number: int, chance: random.Random) -> Delivery:
    words = [chance.choice(COMMON) for _ in range(55)] + [chance.choice(RARE) for _ in range(30)]
    chance.shuffle(words)
    author = f"m{chance.randrange(1000)}"
    metadata = {
        "country": f"c{chance.randrange(5)}",
        "team": f"t{chance.randrange(8)}",
        "therapeutic_area": f"a{chance.randrange(6)}",
        "channel": chance.choice(("in_person", "remote")),
        "author": author,
        "field_label": chance.choice(("insight", "feedback")),
    }
    return Delivery("veeva", f"r{number}", {"text": " ".join(words)}, author=author, hcp=f"h{chance.randrange(5000)}", metadata=metadata)


def _judgement(definition: Definition, chance: random.Random) -> dict[str, Any]:
    checks = {name: chance.random() < 0.5 for name in definition.checks}
    verdicts: dict[str, Any] = {}
    for dimension in definition.dimensions:
        shares = {name: 1 / len(dimension.names) for name in dimension.names}
        place = chance.randrange(len(dimension.names))
        name = dimension.names[place]
        if dimension.kind == "checks":
            found = {n: [_span(chance)] if checks[n] else [] for n in dimension.names}
            verdicts[dimension.name] = {n: {"met": checks[n], "probability": 0.5, "evidence": found[n]} for n in dimension.names}
        elif dimension.kind == "scale":
            verdicts[dimension.name] = {"level": place, "name": name, "probabilities": [*shares.values()], "evidence": []}
        else:
            verdicts[dimension.name] = {"name": name, "probabilities": shares}
    origin = {"name": "synthetic", "version": "1", "fingerprint": FINGERPRINT}
    label = definition.label.name(definition.label.rule(checks))
    asks = {"needs_review": chance.random() < 0.2, "review_reasons": [], "coaching": [], "definition": origin, "model": origin}
    return {"id": "x", "label": label, "probability": round(chance.random(), 6), **verdicts, **asks}


def _span(chance: random.Random) -> dict[str, Any]:
    """A place in the text, whose words nobody looks at."""
    start = chance.randrange(300)
    return {"start": start, "end": start + 30, "text": "x" * 30}


def _item(note_id: str, at: datetime, chance: random.Random) -> dict[str, Any]:
    due = at + timedelta(hours=chance.randrange(1000))
    times = dict.fromkeys(("received_at", "awareness_at", "half_at"), at)
    empty = {"spans": [], "marks": [], "content_hash": "x", "flags": "x", "source": "veeva", "revision": 1, "events": 1}
    return {"id": f"s{note_id}", "note_id": note_id, "state": "open", "due_at": due, **times, **empty}
