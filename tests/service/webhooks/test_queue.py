"""Claims and leases, without a network."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from service.database import Database
from service.webhooks.queue import Claimed, Outcome, Settled, any_due, claim, set_right, settle
from service.webhooks.rules import DEAD, DELIVERED, LEASE, MOST_IN_FLIGHT, QUEUED, SENDING, Answer
from service.webhooks.store import delete_subscription
from service.webhooks.tables import Message, Subscription
from tests.service.webhooks.conftest import AT, Clock, emitted, messages, states, subscribed

URL = "https://crm.example.com/hook"
GOOD, BAD = Answer(200), Answer(500, "status 500")


def claimed(database: Database, clock: Clock, lease: str = "one") -> list[Claimed]:
    return database.write(lambda c: claim(c, lease, clock()))


def settled(database: Database, clock: Clock, *claims: Claimed, answer: Answer = GOOD) -> list[Settled]:
    return database.write(lambda c: settle(c, [Outcome(item, answer, clock(), 0.5) for item in claims]))


def due(database: Database, clock: Clock) -> bool:
    with database.read() as connection:
        return any_due(connection, clock())


def change(database: Database, table: Any, **values: Any) -> None:
    database.write(lambda c: c.execute(update(table).values(**values)) and None)


def receiver(database: Database):
    with database.read() as connection:
        return connection.execute(select(Subscription.__table__)).one()


def test_two_of_a_subscription_are_in_flight_the_oldest_first(database: Database, clock: Clock) -> None:
    subscribed(database, URL)
    emitted(database, clock, 5)
    ids = [row.id for row in messages(database)]
    first = claimed(database, clock)
    assert [item.id for item in first] == ids[:MOST_IN_FLIGHT]
    assert claimed(database, clock, "two") == []
    settled(database, clock, first[0])
    assert [item.id for item in claimed(database, clock, "two")] == [ids[2]]


def test_what_is_not_due_waits(database: Database, clock: Clock) -> None:
    subscribed(database, URL)
    assert not due(database, clock)
    emitted(database, clock)
    clock.move(seconds=-1)
    assert (due(database, clock), claimed(database, clock)) == (False, [])
    clock.move(seconds=1)
    assert due(database, clock)
    assert len(claimed(database, clock)) == 1


@pytest.mark.parametrize("values", [{"disabled_at": AT}, {"paused_until": AT + timedelta(seconds=1)}])
def test_a_receiver_that_is_disabled_or_paused_gets_nothing(database: Database, clock: Clock, values: dict[str, Any]) -> None:
    subscribed(database, URL)
    emitted(database, clock)
    change(database, Subscription, **values)
    assert (due(database, clock), claimed(database, clock)) == (False, [])


def test_a_receiver_that_failed_is_asked_with_one(database: Database, clock: Clock) -> None:
    subscribed(database, URL)
    emitted(database, clock, 5)
    settled(database, clock, *claimed(database, clock), answer=BAD)
    assert len(claimed(database, clock)) == 1


def test_a_lease_that_ended_lets_another_send(database: Database, clock: Clock) -> None:
    subscribed(database, URL)
    emitted(database, clock)
    (first,) = claimed(database, clock)
    clock.move(seconds=LEASE.total_seconds())
    assert due(database, clock)
    (second,) = claimed(database, clock, "two")
    assert (second.id, second.attempt, second.body()) == (first.id, 2, first.body())


def test_who_lost_the_lease_has_no_say_but_a_delivery_counts(database: Database, clock: Clock) -> None:
    subscribed(database, URL)
    emitted(database, clock)
    (late,) = claimed(database, clock)
    clock.move(seconds=LEASE.total_seconds())
    claimed(database, clock, "two")
    settled(database, clock, late, answer=BAD)
    assert (states(database), receiver(database).failures) == ([SENDING], 0)
    settled(database, clock, late)
    assert states(database) == [DELIVERED]


def test_settling_twice_is_settling_once(database: Database, clock: Clock) -> None:
    subscribed(database, URL)
    emitted(database, clock)
    (item,) = claimed(database, clock)
    for _ in range(2):
        settled(database, clock, item, answer=BAD)
    assert (states(database), receiver(database).failures) == ([QUEUED], 1)
    assert messages(database)[0].due_at == AT + timedelta(seconds=5)


def test_a_message_that_failed_too_often_is_dead(database: Database, clock: Clock) -> None:
    subscribed(database, URL)
    emitted(database, clock)
    change(database, Message, attempts=14)
    (item,) = claimed(database, clock)
    assert settled(database, clock, item, answer=BAD)[0].state == DEAD
    assert states(database) == [DEAD]


def test_a_receiver_that_was_deleted_meanwhile_is_no_error(database: Database, clock: Clock) -> None:
    known = subscribed(database, URL)
    emitted(database, clock)
    (item,) = claimed(database, clock)
    database.write(lambda c: delete_subscription(c, known.id, who="test", at=AT))
    settled(database, clock, item, answer=BAD)
    assert messages(database) == []


def test_a_clock_set_back_leaves_leases_and_frees_what_waits(database: Database, clock: Clock) -> None:
    subscribed(database, URL)
    emitted(database, clock, 3)
    claimed(database, clock)
    change(database, Subscription, paused_until=AT + timedelta(hours=1), last_attempt_at=AT)
    clock.move(days=-1)
    assert claimed(database, clock) == []
    assert database.write(lambda c: set_right(c, clock())) == 3
    assert database.write(lambda c: set_right(c, clock())) == 0
    assert sorted(row.due_at for row in messages(database)) == [clock(), clock() + LEASE, clock() + LEASE]
    assert receiver(database).paused_until is None


def test_a_clock_that_is_right_changes_nothing(database: Database, clock: Clock) -> None:
    subscribed(database, URL)
    emitted(database, clock, 3)
    settled(database, clock, *claimed(database, clock), answer=BAD)
    before = messages(database)
    assert database.write(lambda c: set_right(c, clock())) == 0
    assert messages(database) == before


def test_a_wish_of_the_receiver_stands_though_another_message_arrived(database: Database, clock: Clock) -> None:
    subscribed(database, URL)
    emitted(database, clock, 3)
    refused, arrived = claimed(database, clock)
    settled(database, clock, refused, answer=Answer(429, "status 429", 60))
    settled(database, clock, arrived)
    clock.move(seconds=59)
    assert claimed(database, clock) == []
    clock.move(seconds=1)
    assert len(claimed(database, clock)) == 2


def test_a_claim_that_is_not_committed_yet_is_passed_over(postgres_url: str, clock: Clock) -> None:
    """Neither waited for nor claimed twice."""
    with Database(postgres_url) as one, Database(postgres_url) as other:
        subscribed(one, URL)
        emitted(one, clock, 5)

        def both(connection: Any) -> tuple[int, int]:
            return len(claim(connection, "one", AT)), len(claimed(other, clock, "two"))

        assert one.write(both) == (2, 0)
        assert claimed(other, clock, "two") == []
