"""Deliveries to a real receiver: at least once, signed, in time, each receiver for itself."""

import asyncio
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from standardwebhooks import Webhook

from service.database import Database, now
from service.errors import StorageUnavailable
from service.webhooks import delivery
from service.webhooks.queue import claim
from service.webhooks.rules import DEAD, DELIVERED, LEASE, QUEUED, SENDING
from service.webhooks.sending import Sender
from service.webhooks.store import subscriptions
from tests.service.webhooks.conftest import AT, Clock, deliver, delivering, emitted, messages, states, subscribed, until
from tests.service.webhooks.receiver import Came, Receiver, Reply


def subscription(database: Database):
    with database.read() as connection:
        return subscriptions(connection)[0]


def test_a_message_is_delivered_and_its_signature_holds(database: Database, clock: Clock, receiver: Receiver) -> None:
    clock.wall = now()  # the verifier looks at the real clock
    secret = subscribed(database, receiver.url()).secret
    emitted(database, clock, source="crm")
    deliver(database, clock, lambda: states(database) == [DELIVERED])
    (came,) = receiver.came
    told = Webhook(secret).verify(came.body, came.headers)
    assert (told["type"], told["data"]) == ("judgement.created", {"note_id": "n0", "source": "crm"})
    assert came.headers["content-type"] == "application/json"
    with pytest.raises(Exception, match="No matching signature"):
        Webhook(secret).verify(came.body.replace(b"crm", b"crn"), came.headers)


def test_a_receiver_that_fails_for_an_hour_gets_the_message_afterwards(database: Database, clock: Clock, receiver: Receiver) -> None:
    subscribed(database, receiver.url())
    receiver.answer = lambda came: Reply(500 if clock() < AT + timedelta(hours=1) else 200)
    emitted(database, clock)
    moments = []

    async def work() -> None:
        async with delivering(database, clock):
            while messages(database)[0].state != DELIVERED:
                await until(lambda: messages(database)[0].state in (QUEUED, DELIVERED) and len(receiver.came) > len(moments))
                moments.append(clock() - AT)
                clock.wall = max(clock(), messages(database)[0].due_at, subscription(database).paused_until or clock())

    asyncio.run(work())
    assert len({came.id for came in receiver.came}) == len({came.body for came in receiver.came}) == 1
    assert moments[1] == timedelta(seconds=5)
    assert timedelta(hours=1) <= moments[-1] <= timedelta(hours=2)
    assert len(moments) == messages(database)[0].attempts == 8
    assert subscription(database).failures == 0


def test_after_72_hours_a_message_is_dead_and_says_why(database: Database, clock: Clock, receiver: Receiver) -> None:
    subscribed(database, receiver.url())
    receiver.answer = lambda came: Reply(503)
    emitted(database, clock)

    async def work() -> None:
        async with delivering(database, clock):
            while states(database) != [DEAD]:
                count = len(receiver.came)
                clock.wall = max(clock(), messages(database)[0].due_at, subscription(database).paused_until or clock())
                await until(lambda count=count: len(receiver.came) > count and states(database) != [SENDING])

    asyncio.run(work())
    (row,) = messages(database)
    assert (row.attempts, row.last_status, row.last_error) == (15, 503, "status 503")
    assert timedelta(hours=72) <= clock() - AT <= timedelta(hours=73)


def test_retry_after_is_honoured_for_all_of_the_receiver(database: Database, clock: Clock, receiver: Receiver) -> None:
    subscribed(database, receiver.url())
    receiver.answer = lambda came: Reply(429, {"Retry-After": "600"})
    emitted(database, clock)
    deliver(database, clock, lambda: messages(database)[0].last_status)
    assert messages(database)[0].due_at == subscription(database).paused_until == AT + timedelta(minutes=10)


def test_a_receiver_that_is_gone_gets_nothing_more(database: Database, clock: Clock, receiver: Receiver) -> None:
    subscribed(database, receiver.url())
    receiver.answer = lambda came: Reply(410)
    emitted(database, clock)
    deliver(database, clock, lambda: subscription(database).disabled_at)
    assert subscription(database).disabled_reason == "the receiver answered 410 Gone"
    assert emitted(database, clock) == 0


def test_five_days_of_failures_disable(database: Database, clock: Clock, receiver: Receiver) -> None:
    subscribed(database, receiver.url())
    receiver.answer = lambda came: Reply(500)
    for day in (0, 4, 5):
        clock.wall = AT + timedelta(days=day)
        emitted(database, clock)
        deliver(database, clock, lambda day=day: (s := subscription(database)).last_attempt_at == clock() and (s.disabled_at or day < 5))
    assert "for 5 days" in subscription(database).disabled_reason


@pytest.mark.timeout(60)
def test_a_receiver_that_hangs_delays_nobody_and_gets_two_at_most(database: Database, clock: Clock, receiver: Receiver) -> None:
    for path in ("/hangs", "/well"):
        subscribed(database, receiver.url(path))
    receiver.answer = lambda came: Reply(after=30 if came.path == "/hangs" else 0)
    sender = Sender(allow_private=True, seconds=4)
    began = time.monotonic()

    def arrived() -> int:
        return sum(row.state == DELIVERED for row in messages(database))

    emitted(database, clock, 20)
    deliver(database, clock, lambda: arrived() == 20, sender)
    assert time.monotonic() - began < 8  # the stop waits for the two that hang
    assert receiver.most["/hangs"] == 2
    assert [came.path for came in receiver.came].count("/hangs") == 2


def test_no_answer_in_time_is_a_failure(database: Database, clock: Clock, receiver: Receiver) -> None:
    subscribed(database, receiver.url())
    receiver.answer = lambda came: Reply(after=30)
    emitted(database, clock)
    deliver(database, clock, lambda: messages(database)[0].last_error, Sender(allow_private=True, seconds=0.2))
    assert messages(database)[0].last_error.startswith("no answer within")


def test_a_message_whose_sender_died_is_sent_again_under_its_id(database: Database, clock: Clock, receiver: Receiver) -> None:
    """A process of its own sends, and is killed by the receiver before it can write anything down."""
    subscribed(database, receiver.url())
    emitted(database, clock)
    address = database.url.render_as_string(hide_password=False)
    program = f"""
import asyncio
from service.database import Database
from service.webhooks.delivery import Deliverer
from service.webhooks.sending import Sender
from datetime import datetime
async def main():
    with Database({address!r}) as database:
        await Deliverer(database, Sender(allow_private=True), clock=lambda: datetime.fromisoformat({AT.isoformat()!r})).start()
        await asyncio.sleep(60)
asyncio.run(main())
"""
    process = subprocess.Popen([sys.executable, "-c", program])

    def kill(came: Came) -> Reply:
        process.kill()
        process.wait()
        return Reply()

    receiver.answer = kill
    assert process.wait(30) == -signal.SIGKILL
    assert states(database) == [SENDING]
    receiver.answer = lambda came: Reply()
    clock.move(seconds=LEASE.total_seconds() - 1)
    with database.read():
        assert database.write(lambda c: claim(c, "early", clock())) == []
    clock.move(seconds=1)
    deliver(database, clock, lambda: states(database) == [DELIVERED])
    assert len(receiver.came) == 2
    assert len({came.id for came in receiver.came}) == 1


def test_a_clock_set_back_stalls_nothing_and_doubles_nothing(database: Database, clock: Clock, receiver: Receiver) -> None:
    subscribed(database, receiver.url())
    receiver.answer = lambda came: Reply(500, {"Retry-After": "100"})
    emitted(database, clock)
    deliver(database, clock, lambda: messages(database)[0].last_status)
    receiver.answer = lambda came: Reply(after=0.2)
    clock.move(hours=-1)
    deliver(database, clock, lambda: states(database) == [DELIVERED])
    assert len(receiver.came) == 2


def test_a_clock_that_jumps_while_sending_sends_nothing_twice(database: Database, clock: Clock, receiver: Receiver) -> None:
    subscribed(database, receiver.url())
    receiver.answer = lambda came: Reply(after=0.3)
    emitted(database, clock)

    async def work() -> None:
        async with delivering(database, clock):
            for hours in (0, 2, -3):
                await until(lambda: receiver.came)
                clock.move(hours=hours)
                await asyncio.sleep(0.1)
            await until(lambda: states(database) == [DELIVERED])

    asyncio.run(work())
    assert len(receiver.came) == 1


def test_two_workers_never_send_one_message_both(database_url: str, clock: Clock, receiver: Receiver) -> None:
    receiver.answer = lambda came: Reply(after=0.01)
    with Database(database_url) as one, Database(database_url) as other:
        for path in ("/a", "/b", "/c"):
            subscribed(one, receiver.url(path))
        emitted(one, clock, 30)

        async def work() -> None:
            async with delivering(one, clock), delivering(other, clock):
                await until(lambda: set(states(one)) == {DELIVERED})

        asyncio.run(work())
    ids = [came.id for came in receiver.came]
    assert len(ids) == len(set(ids)) == 90
    assert {receiver.most[path] for path in ("/a", "/b", "/c")} == {2}


def test_a_database_that_is_away_loses_nothing(sqlite_url: str, clock: Clock, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    with Database(sqlite_url) as database:
        subscribed(database, receiver.url())
        emitted(database, clock)
        problems = [StorageUnavailable("The database is locked.")] * 3
        real = delivery.settle

        def settle(connection, outcomes):
            if outcomes and problems:
                raise problems.pop()
            return real(connection, outcomes)

        monkeypatch.setattr(delivery, "settle", settle)
        deliver(database, clock, lambda: states(database) == [DELIVERED])
        assert not problems
        assert len(receiver.came) == 1


def test_an_error_of_ours_ends_neither_the_message_nor_the_worker(database: Database, clock: Clock, receiver: Receiver) -> None:
    broken = subscribed(database, receiver.url("/broken"))  # its secret is none any more
    subscribed(database, receiver.url("/well"))
    database.write(lambda c: c.exec_driver_sql(f"UPDATE webhook_subscriptions SET secret = '' WHERE id = '{broken.id}'") and None)
    emitted(database, clock)
    deliver(
        database, clock, lambda: sorted(states(database)) == [DELIVERED, QUEUED] and all(row.last_attempt_at for row in messages(database))
    )
    assert [came.path for came in receiver.came] == ["/well"]
