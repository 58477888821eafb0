"""What the invented reviewers decide: mostly as the notes' labellers did, at times as the model, now and then beside the point."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import Connection, select

from insight_classifier.definition import Definition
from insight_classifier.notes import LabelledNote
from service.demonstration.story import Story, Telling
from service.reviews.cards import CARDS
from service.reviews.gold import set_gold
from service.reviews.kinds import ADJUDICATE, CHANGE, CONFIRM
from service.reviews.rules import Decision
from service.reviews.scores import Policy, draw
from service.reviews.store import save

WAITS = timedelta(days=4)  # younger notes are left for whoever looks
DECIDED, AS_MODEL, SLIPS, COMMENTED, SETTLED = 0.8, 0.25, 0.12, 0.15, 0.6  # how often
GOLD = 14


@dataclass(frozen=True)
class Team:
    """Ids of accounts."""

    reviewers: tuple[str, str]
    lead: str


def decide(
    connection: Connection, told: Mapping[str, Telling], team: Team, policy: Policy, story: Story, at: datetime, chance: Random
) -> None:  # fmt: skip
    """Decisions on older notes, by two people where two are wanted; some disputes settled, some notes made gold. `told`: by note id."""
    gold, older = 0, [note_id for note_id, telling in told.items() if telling.received_at <= at - WAITS]
    # From the queue of chance, so that figures for all notes follow from them.
    drawn = set(sorted(older, key=draw)[: round(DECIDED * len(older))])
    for note_id, telling in told.items():
        if note_id not in drawn:
            continue
        card = connection.execute(select(CARDS).where(CARDS.c.note_id == note_id)).one()
        who = sorted(team.reviewers, key=lambda _: chance.random())[: card.wanted]
        answers = [_answer(telling.labelled, policy.definition, chance) for _ in who]
        moments = list(_moments(telling.received_at, at, chance, len(who) + 1))
        plain = Decision(note_id, card.version_id, card.judgement_id, team.lead, ADJUDICATE)
        for one, answer, moment in zip(who, answers, moments, strict=False):
            save(connection, _decision(plain, one, answer, story, chance), policy, moment)
        disputed = connection.scalar(select(CARDS.c.dispute).where(CARDS.c.note_id == note_id))
        if disputed and chance.random() < SETTLED:
            answer = answer_of_label(telling.labelled, policy.definition)
            comment = story["adjudicated"]
            last = save(connection, Decision(**{**vars(plain), "answer": answer, "comment": comment}), policy, moments[-1])
            if gold < GOLD:
                set_gold(connection, last.id, team.lead, moments[-1] + timedelta(minutes=5), why=story["why_gold"])
                gold += 1


def answer_of_label(labelled: LabelledNote, definition: Definition) -> dict[str, Any]:
    """A labelled note's answer, as a page sends it."""
    fields = labelled.note.fields
    values: dict[str, Any] = {**labelled.levels, **labelled.options}
    for dimension in definition.of_kind("checks"):
        values[dimension.name] = {name: labelled.checks[name] for name in dimension.names if name in labelled.checks}
    places = [(quote, fields[quote.field].index(quote.quote)) for quote in labelled.quotes]
    marks = [{"tag": q.tag, "field": q.field, "start": start, "end": start + len(q.quote)} for q, start in places]
    return {**values, "evidence": marks}


def _answer(labelled: LabelledNote, definition: Definition, chance: Random) -> dict[str, Any] | None:
    """None: as the model has it."""
    if chance.random() < AS_MODEL:
        return None
    answer = answer_of_label(labelled, definition)
    return slipped(answer, definition, chance) if chance.random() < SLIPS else answer


def slipped(answer: Mapping[str, Any], definition: Definition, chance: Random) -> dict[str, Any]:
    """The answer with one level or option beside the right one."""
    dimension = chance.choice([d for d in definition.dimensions if d.kind != "checks"])
    value, names = answer[dimension.name], dimension.names
    place = value if dimension.kind == "scale" else names.index(value)
    beside = place - 1 if place else 1
    return {**answer, dimension.name: beside if dimension.kind == "scale" else names[beside]}


def _decision(plain: Decision, who: str, answer: Mapping[str, Any] | None, story: Story, chance: Random) -> Decision:
    comment = chance.choice(story["comments"]) if answer and chance.random() < COMMENTED else None
    said = {"who": who, "kind": CHANGE if answer else CONFIRM, "answer": answer, "comment": comment, "seconds": chance.uniform(8, 90)}
    return Decision(**{**vars(plain), **said})


def _moments(since: datetime, at: datetime, chance: Random, count: int) -> Iterator[datetime]:
    """One after the other, within days of the note."""
    for _ in range(count):
        since = min(since + timedelta(hours=chance.uniform(2, 60)), at - timedelta(minutes=1))
        yield since
