"""What becomes of the invented insights and of the safety items, step by step as people take them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import Connection, select

from service.demonstration.story import Story, Telling
from service.reviews.cards import CARDS
from service.reviews.insights import Step, take_step
from service.safety.desk import Decision, acknowledge, close, hand_over
from service.safety.rules import FALSE_ALARMS
from service.safety.tables import Item
from service.webhooks.outbox import emit

WAITS = timedelta(days=10)  # younger insights are new
SEEN = timedelta(hours=30)  # younger safety items are open; some of them are overdue
HANDED_OVER, FALSE_ALARM = 0.6, 0.15


def follow_insights(
    connection: Connection, told: Mapping[str, Telling], lead: str, story: Story, at: datetime, chance: Random
) -> None:  # fmt: skip
    """Insights at every stage of their lives, most with a word to their author."""
    insights = connection.scalars(select(CARDS.c.note_id).where(CARDS.c.insight).order_by(CARDS.c.note_id)).all()
    paths = story["paths"]
    shares = [path["share"] for path in paths]
    for note_id in insights:
        path = chance.choices([*paths, {"steps": []}], [*shares, 1 - sum(shares)])[0]
        if note_id in told and told[note_id].received_at < at - WAITS:
            _walk(connection, note_id, path["steps"], lead, told[note_id].received_at, at, chance)


def _walk(
    connection: Connection, note_id: str, steps: Sequence[Mapping[str, Any]], who: str, since: datetime, at: datetime, chance: Random
) -> None:  # fmt: skip
    for said in steps:
        since += timedelta(days=chance.uniform(1, 25))
        if since >= at:
            return
        take_step(connection, Step(note_id, said["state"], who, said.get("outcome"), said.get("answer")), emit, since)


def follow_safety(
    connection: Connection, told: Mapping[str, Telling], who: str, story: Story, at: datetime, chance: Random
) -> None:  # fmt: skip
    """Older items were acknowledged, and most of them handed over or closed; the last ones wait."""
    items = connection.execute(select(Item.__table__.c.id, Item.__table__.c.note_id).order_by(Item.__table__.c.id)).all()
    for number, item in enumerate(items, 1):
        if item.note_id not in told or (received := told[item.note_id].received_at) > at - SEEN:
            continue
        seen = received + timedelta(hours=chance.uniform(0.5, 20))
        done, lot = seen + timedelta(hours=chance.uniform(0.2, 6)), chance.random()
        acknowledge(connection, item.id, Decision(who, seen, story["acknowledged"]))
        if lot < HANDED_OVER and done < at:
            hand_over(connection, item.id, Decision(who, done), f"DEMO-{number:04d}", story["desk"])
        elif lot < HANDED_OVER + FALSE_ALARM and done < at:
            close(connection, item.id, Decision(who, done, story["closing"]), chance.choice(sorted(FALSE_ALARMS)))
