"""Messages: made with the fact they tell of, shown, sent again, blanked, taken away."""

import time
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from service.audit.tables import AuditRow
from service.database import Database
from service.webhooks.outbox import Chosen, deliveries, emit, emit_many, erase, expire, replay
from service.webhooks.queue import claim
from service.webhooks.rules import DEAD, DELIVERED, QUEUED, Event
from service.webhooks.store import delete_subscription, enable_subscription
from service.webhooks.tables import Message, Subscription
from tests.service.webhooks.conftest import AT, JUDGED, Clock, emitted, messages, states, subscribed

URL = "https://crm.example.com/hook"
TEXT = "One lady on clarivumab"


def mark(database: Database, state: str, **values: Any) -> None:
    database.write(lambda c: c.execute(update(Message).values(state=state, **values)) and None)


def disable(database: Database, subscription_id: str) -> None:
    work = update(Subscription).where(Subscription.id == subscription_id).values(disabled_at=AT, disabled_reason="gone")
    database.write(lambda c: c.execute(work) and None)


def test_an_event_makes_a_message_for_each_who_wants_it(database: Database, clock: Clock) -> None:
    wanted = subscribed(database, URL)
    subscribed(database, URL, events=("job.finished",))
    disable(database, subscribed(database, URL).id)
    assert emitted(database, clock) == 1
    (row,) = messages(database)
    assert (row.subscription_id, row.event, row.data, row.note_id, row.state) == (wanted.id, JUDGED, {"note_id": "n0"}, "n0", QUEUED)


def test_a_filter_lets_through_one_source(database: Database, clock: Clock) -> None:
    subscribed(database, URL, source="veeva")
    assert [emitted(database, clock, source=source) for source in ("veeva", "other", None)] == [1, 0, 0]


def test_an_event_whose_transaction_fails_was_never_made(database: Database, clock: Clock) -> None:
    subscribed(database, URL)

    def work(connection: Any) -> None:
        emit(connection, JUDGED, {}, at=clock())
        raise RuntimeError("the judgement could not be stored")

    with pytest.raises(RuntimeError):
        database.write(work)
    assert messages(database) == []


def test_words_go_to_those_alone_who_asked(database: Database, clock: Clock) -> None:
    open_one, plain = subscribed(database, URL, include_text=True), subscribed(database, URL)
    data = {"note_id": "n1", "judgement": {"flags": {"x": {"evidence": [{"start": 0, "end": 3, "text": "One"}]}}}}
    database.write(lambda c: emit(c, JUDGED, data, text={"text": TEXT, "next_steps": "None"}, at=AT))
    sent = {row.subscription_id: row.body() for row in database.write(lambda c: claim(c, "x", AT))}
    assert TEXT in sent[open_one.id]
    assert TEXT not in sent[plain.id]
    assert '"One"' not in sent[plain.id] + sent[open_one.id]
    assert '"evidence":[{"start":0,"end":3}]' in sent[plain.id]


def test_many_events_keep_their_order(database: Database, clock: Clock) -> None:
    subscribed(database, URL)
    events = [Event(JUDGED, {"note_id": f"n{number}"}, AT) for number in range(50)]
    assert database.write(lambda c: emit_many(c, events)) == 50
    assert [row.note_id for row in messages(database)] == [f"n{number}" for number in range(50)]


def test_erasing_blanks_words_wherever_they_wait(database: Database, clock: Clock) -> None:
    subscribed(database, URL, include_text=True)
    for note_id in ("n1", "n2", "n3"):
        database.write(lambda c, n=note_id: emit(c, JUDGED, {"note_id": n}, text=TEXT, at=AT))
    first, second, third = (row.id for row in messages(database))
    for message_id, state in ((first, DELIVERED), (second, DEAD)):
        database.write(lambda c, i=message_id, s=state: c.execute(update(Message).where(Message.id == i).values(state=s)) and None)
    assert database.write(lambda c: erase(c, ["n1", "n2", *(f"x{number}" for number in range(2000))])) == 2
    assert [row.words for row in messages(database)] == [None, None, {"text": TEXT}]
    assert database.write(lambda c: erase(c, ["n1", "n2"])) == 0


def test_what_was_delivered_or_given_up_expires(database: Database, clock: Clock) -> None:
    subscribed(database, URL)
    emitted(database, clock)
    assert database.write(lambda c: expire(c, AT + timedelta(days=1))) == 0  # it still waits
    for state in (DELIVERED, DEAD):
        mark(database, state)
        assert database.write(lambda c: expire(c, AT)) == 0
        assert database.write(lambda c: expire(c, AT + timedelta(seconds=1))) == 1
        emitted(database, clock)


def test_what_waits_for_a_receiver_that_is_disabled_expires_too(database: Database, clock: Clock) -> None:
    known = subscribed(database, URL)
    emitted(database, clock)
    disable(database, known.id)
    assert database.write(lambda c: expire(c, AT + timedelta(seconds=1))) == 1


def test_messages_of_a_webhook_go_with_it(database: Database, clock: Clock) -> None:
    known, other = subscribed(database, URL), subscribed(database, URL)
    emitted(database, clock)
    database.write(lambda c: delete_subscription(c, known.id, who="test", at=AT))
    assert [row.subscription_id for row in messages(database)] == [other.id]


@pytest.mark.parametrize(
    ("chosen", "count"),
    [(Chosen(since=AT), 1), (Chosen(until=AT), 0), (Chosen(since=AT, until=AT + timedelta(seconds=1)), 1), (Chosen(["msg_x"]), 0)],
)
def test_dead_letters_of_a_time_are_sent_again(database: Database, clock: Clock, chosen: Chosen, count: int) -> None:
    known = subscribed(database, URL)
    emitted(database, clock)
    mark(database, DEAD, attempts=15, last_status=500)
    clock.move(days=4)
    assert database.write(lambda c: replay(c, known.id, chosen, who="test", at=clock())) == count
    if count:
        (again,) = database.write(lambda c: claim(c, "x", clock()))
        assert (again.attempt, again.queued_at, again.id) == (1, clock(), messages(database)[0].id)


def test_messages_are_sent_again_by_their_ids_unless_they_wait(database: Database, clock: Clock) -> None:
    known = subscribed(database, URL)
    emitted(database, clock, 2)
    ids = [row.id for row in messages(database)]
    database.write(lambda c: c.execute(update(Message).where(Message.id == ids[0]).values(state=DELIVERED)) and None)
    assert database.write(lambda c: replay(c, known.id, Chosen(ids), who="test", at=AT)) == 1
    assert states(database) == [QUEUED, QUEUED]


def test_acts_are_audited(database: Database, clock: Clock) -> None:
    known = subscribed(database, "https://crm.example.com/hook?token=secret")
    emitted(database, clock)
    mark(database, DEAD)
    database.write(lambda c: replay(c, known.id, Chosen(since=AT), who="test", at=AT))
    disable(database, known.id)
    database.write(lambda c: enable_subscription(c, known.id, who="test", at=AT))
    database.write(lambda c: delete_subscription(c, known.id, who="test", at=AT))
    with database.read() as connection:
        acts = connection.execute(AuditRow.__table__.select().order_by(AuditRow.sequence)).all()
    assert [act.action for act in acts] == [f"webhook.{verb}" for verb in ("create", "replay", "enable", "delete")]
    assert {act.what for act in acts} == {f"webhook:{known.id}"}
    assert "secret" not in str([act.after for act in acts])
    assert known.secret not in str(acts)


def test_deliveries_are_paged_from_the_newest_on(database: Database, clock: Clock) -> None:
    known = subscribed(database, URL)
    emitted(database, clock, 5)
    ids = [row.id for row in messages(database)][::-1]
    with database.read() as connection:
        first = deliveries(connection, known.id, state=None, before=None, limit=3)
        rest = deliveries(connection, known.id, state=QUEUED, before=first[-1].id, limit=3)
        assert [row.id for row in (*first, *rest)] == ids
        assert not {"words", "data", "lease"} & set(first[0]._fields)
        assert deliveries(connection, known.id, state=DEAD, before=None, limit=3) == []


def test_an_event_that_nobody_wants_costs_little(database: Database) -> None:
    """The aim is 0.1 ms on an idle machine with SQLite; here the machine may be busy, and PostgreSQL is asked over a socket."""

    def work(connection: Any) -> float:
        events = [Event(JUDGED, {"note_id": "n"}, AT)]
        began = time.process_time()
        for _ in range(500):
            emit_many(connection, events)
        return (time.process_time() - began) / 500

    assert database.write(work) < 0.0005
