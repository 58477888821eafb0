"""A key's requests a minute."""

import pytest

from service.errors import LimitReached
from service.people.rate import Bucket, Rates
from service.people.rules import LOCAL_CALLER, Caller
from tests.service.people.conftest import Clock

CALLER = Caller("Veeva", "veeva", frozenset(), "k", "k", rate=60)


def test_a_bucket_lets_a_burst_through_and_then_its_rate() -> None:
    bucket = Bucket(rate=2, burst=3, level=3, at=0)
    assert [bucket.take(0) for _ in range(4)] == [0, 0, 0, 0.5]
    assert bucket.take(0.5) == 0
    assert [bucket.take(100) for _ in range(4)] == [0, 0, 0, 0.5]


def test_a_clock_that_goes_back_fills_nothing() -> None:
    bucket = Bucket(rate=1, burst=1, level=1, at=100)
    assert [bucket.take(100), bucket.take(50), bucket.take(50.5)] == [0, 1, 0.5]


def test_ten_seconds_of_the_rate_may_come_at_once() -> None:
    rates, clock = Rates(1000, clock=(clock := Clock())), clock
    for _ in range(10):
        rates.take(CALLER)
    with pytest.raises(LimitReached, match="60 requests a minute") as problem:
        rates.take(CALLER)
    assert problem.value.retry_after == 1
    clock.move(seconds=1)
    rates.take(CALLER)


def test_a_key_without_a_rate_has_the_services_own_and_its_rotations_share_it() -> None:
    rates = Rates(6, clock=Clock())
    rates.take(Caller("a", "a", frozenset(), "k1", "k1"))
    with pytest.raises(LimitReached):
        rates.take(Caller("a", "a", frozenset(), "k2", "k1"))
    rates.take(Caller("b", "b", frozenset(), "k3", "k3"))


def test_this_machine_has_no_rate() -> None:
    rates = Rates(1, clock=Clock())
    for _ in range(100):
        rates.take(LOCAL_CALLER)
