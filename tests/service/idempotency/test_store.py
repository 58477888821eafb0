"""The same request twice is the same answer, also after a crash and at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import false, select

from service.database import Database
from service.errors import RequestError, ServiceError
from service.idempotency import store
from service.idempotency.store import New, Replay
from service.inserting import insert_new

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
LEASE = timedelta(seconds=60)
FIRST = Replay(200, b'{"label":"yes"}')


def ask(database: Database, request: str = "h1", *, owner: str = "key1", seconds: float = 0) -> New | Replay:
    at = AT + timedelta(seconds=seconds)
    return database.write(lambda c: store.claim(c, owner, "k", request, at, lease=LEASE))


def finish(database: Database, claim: New | Replay, given: Replay = FIRST) -> bool:
    assert isinstance(claim, New)
    return database.write(lambda c: store.settle(c, claim, given.status, given.body, ["note1", "note1"]))


def test_a_second_request_gets_the_first_answer(database: Database):
    assert finish(database, ask(database))
    assert ask(database, seconds=3600) == FIRST


def test_another_request_under_the_same_key_is_refused(database: Database):
    finish(database, ask(database))
    with pytest.raises(RequestError) as refused:
        ask(database, "h2")
    assert refused.value.code == "idempotency_key_reused"


def test_a_idempotency_in_progress_says_when_to_come_back(database: Database):
    ask(database)
    with pytest.raises(RequestError) as refused:
        ask(database, seconds=58)
    assert (refused.value.code, refused.value.retry_after) == ("idempotency_in_progress", 2)


def test_callers_do_not_meet_under_one_key(database: Database):
    finish(database, ask(database))
    assert isinstance(ask(database, "h2", owner="key2"), New)


def test_a_claim_whose_process_died_is_taken_over_once(database: Database):
    lost = ask(database)
    taken = ask(database, seconds=61)
    assert isinstance(taken, New)
    assert finish(database, lost, Replay(200, b"late")) is False
    assert finish(database, taken) is True
    assert ask(database, seconds=62) == FIRST


def test_a_key_that_was_given_up_is_free(database: Database):
    claim = ask(database)
    assert isinstance(claim, New)
    database.write(lambda c: store.release(c, claim))
    assert isinstance(ask(database, "h2"), New)


def test_giving_up_late_frees_nobody_else_s_claim(database: Database):
    lost, taken = ask(database), ask(database, seconds=61)
    assert isinstance(lost, New)
    database.write(lambda c: store.release(c, lost))
    assert finish(database, taken) is True


def test_a_key_expires(database: Database):
    finish(database, ask(database))
    day = 24 * 3600
    assert isinstance(ask(database, "h2", seconds=day), New)
    assert database.write(lambda c: store.expire(c, AT + timedelta(days=3))) == 1


def test_at_the_same_moment_one_gets_the_claim(database: Database, database_url: str):
    def one(n: int) -> str:
        try:
            return type(ask((database, other)[n % 2])).__name__
        except ServiceError as problem:
            return problem.code

    with Database(database_url) as other, ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(one, range(32)))
    assert (outcomes.count("New"), outcomes.count("idempotency_in_progress")) == (1, 31)


def test_an_erased_note_takes_its_answer_along_and_does_not_come_back(database: Database):
    finish(database, ask(database))

    assert database.write(lambda c: store.erase(c, ["note1"])) == 1
    with pytest.raises(RequestError) as refused:
        ask(database)
    assert refused.value.code == "note_erased"


def test_a_claim_from_before_the_clock_was_set_back_is_taken_over(database: Database):
    ask(database, seconds=3600)
    assert isinstance(ask(database), New)


def test_a_key_that_another_process_lets_go_of_at_this_moment_is_claimed(database: Database, monkeypatch: pytest.MonkeyPatch):
    seen: list[int] = []

    def lost_race(table: Any, dialect: str) -> Any:
        seen.append(1)
        return select(store.KEYS.c.key).where(false()) if len(seen) == 1 else insert_new(table, dialect)

    monkeypatch.setattr(store, "insert_new", lost_race)
    assert isinstance(ask(database), New)
