"""Figures that are made once for all who ask. The clock is moved by hand."""

import threading
from collections.abc import Iterator

import pytest

from service.recent import LONGEST, REST, Recent


class Maker:
    """Counts what it makes, each in a second; waits for leave where it is told to."""

    def __init__(self) -> None:
        self.at, self.made, self.leave = 0.0, 0, threading.Event()
        self.leave.set()

    def clock(self) -> float:
        return self.at

    def make(self, key: str) -> str:
        self.leave.wait(5)
        self.at, self.made = self.at + 1, self.made + 1
        return f"{key} {self.made}"


@pytest.fixture
def maker() -> Maker:
    return Maker()


@pytest.fixture
def recent(maker: Maker) -> Iterator[Recent[str, str]]:
    found = Recent(maker.make, clock=maker.clock)
    yield found
    maker.leave.set()
    found.close()


def test_what_took_a_second_is_told_again_for_a_minute(maker: Maker, recent: Recent[str, str]) -> None:
    assert recent.get("a").value == "a 1"
    maker.at = REST
    assert (recent.get("a").value, recent.get("b").value) == ("a 1", "b 2")


def test_older_figures_are_told_while_new_ones_are_made(maker: Maker, recent: Recent[str, str]) -> None:
    recent.get("a")
    maker.leave.clear()
    maker.at = REST + 1
    assert recent.get("a").value == "a 1"  # nothing waits, though nothing can be made now
    maker.leave.set()
    recent.get("b")  # in the same thread, so behind it
    assert recent.get("a").value == "a 2"


def test_nobody_is_told_what_is_too_old(maker: Maker, recent: Recent[str, str]) -> None:
    recent.get("a")
    maker.at = LONGEST + 1
    assert recent.get("a").value == "a 2"


def test_many_who_ask_at_once_wait_for_one(maker: Maker, recent: Recent[str, str]) -> None:
    maker.leave.clear()
    told: list[str] = []
    asking = [threading.Thread(target=lambda: told.append(recent.get("a").value)) for _ in range(4)]
    for one in asking:
        one.start()
    maker.leave.set()
    for one in asking:
        one.join(5)
    assert told == ["a 1"] * 4


def test_what_cannot_be_made_is_told_and_tried_again(maker: Maker) -> None:
    failing = [True]

    def make(key: str) -> str:
        if failing.pop():
            raise LookupError(key)
        return key

    recent = Recent(make, clock=maker.clock)
    with pytest.raises(LookupError):
        recent.get("a")
    failing.append(False)
    assert recent.get("a").value == "a"
    recent.close()


def test_how_old_it_may_become_is_the_callers_to_say(maker: Maker) -> None:
    recent = Recent(maker.make, longest=10 * LONGEST, clock=maker.clock)
    recent.get("a")
    maker.at = LONGEST + 1
    assert recent.get("a").value == "a 1"
    recent.close()
