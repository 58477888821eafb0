"""Steps of a clock, seen by seconds that nobody sets."""

from datetime import timedelta

from service.safety.clock import Clock
from tests.service.people.conftest import Clock as Hands

HOUR = timedelta(hours=1)


def test_time_that_passes_is_no_step():
    hands = Hands()
    clock = Clock(hands.now, hands)
    hands.move(hours=5)
    assert (clock.look().behind, clock.look().set_back) == (timedelta(), False)


def test_a_step_back_is_told_once_and_forgotten_when_the_clock_is_set_forward():
    hands = Hands()
    clock = Clock(hands.now, hands)
    hands.wall -= 2 * HOUR
    hands.move(minutes=3)
    assert [(look.behind, look.set_back) for look in (clock.look(), clock.look())] == [(2 * HOUR, True), (2 * HOUR, False)]
    hands.wall += 3 * HOUR
    assert clock.look().behind == timedelta()


def test_a_clock_that_is_adjusted_by_seconds_is_right():
    hands = Hands()
    clock = Clock(hands.now, hands)
    hands.wall -= timedelta(seconds=2)
    assert clock.look().behind == timedelta()
