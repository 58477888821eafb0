"""Everybody who waits gets a judgement or an error; idle means blocked."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from types import SimpleNamespace

import numpy as np
import pytest

from insight_classifier.decode import Findings
from insight_classifier.notes import Note
from service.batcher import Batcher
from service.errors import Closing, DeadlineExceeded, JudgingFailed, Overloaded, WorkerDied
from service.work import Task
from tests.service.conftest import wait_until

SOON = 20.0  # seconds
TOKENS = 100  # of a usual note


class Gate:
    """Judges a note by echoing its id, one batch at a time, when let; remembers the batches."""

    def __init__(self, opened: bool = True) -> None:
        self.batches: list[list[str]] = []
        self.opened = threading.Event()
        if opened:
            self.opened.set()

    def run(self, windows):
        return None

    def decode(self, windows, outputs, findings):
        notes = [item.note for item in windows]
        self.batches.append([note.id for note in notes])
        self.opened.wait(SOON)
        if any(note.id == "guilty" for note in notes):
            raise ValueError("the text of the note")
        if any(note.id == "deadly" for note in notes):
            raise SystemExit
        return [note.id for note in notes]


@contextmanager
def working(gate, **options) -> Iterator[Batcher]:
    batcher = Batcher(**{"queue_notes": 100, "gather_seconds": 0.0, **options})
    batcher.start()
    yield batcher
    gate.opened.set()
    batcher.close(SOON)


def task(gate, name: str, tokens: int = TOKENS) -> Task:
    """A note of so many tokens."""
    return Task(SimpleNamespace(note=Note(name, {}), ids=np.zeros(tokens)), Findings({}), gate)


def submit(batcher: Batcher, gate, *ids: str, seconds: float = SOON, tokens: int = TOKENS) -> list[Future]:
    return batcher.submit([task(gate, name, tokens) for name in ids], time.monotonic() + seconds)


def occupied(batcher: Batcher, gate: Gate) -> Future:
    """The thread now holds a first note and everything else has to wait."""
    first = submit(batcher, gate, "first")[0]
    wait_until(lambda: gate.batches)
    return first


def test_the_wait_of_a_note_that_comes_now_counts_what_stands_before_it():
    gate = Gate(opened=False)
    with working(gate, batch_notes=1) as batcher:
        batcher._pace = 1000.0
        batcher.submit([task(gate, "first")], time.monotonic() + SOON)
        wait_until(lambda: gate.batches)
        batcher.submit([task(gate, f"{number}", tokens=1000) for number in range(3)], time.monotonic() + SOON)  # their turns are later
        batcher.submit([task(gate, "second", tokens=1)], time.monotonic() + SOON)
        time.sleep(0.01)
        assert batcher.wait_now() == pytest.approx((TOKENS + 1) / 1000)


def test_each_note_gets_its_own_judgement() -> None:
    gate = Gate()
    with working(gate) as batcher:
        assert [future.result(SOON) for future in submit(batcher, gate, "a", "b", "c")] == ["a", "b", "c"]


def test_notes_that_wait_are_judged_together() -> None:
    gate = Gate(opened=False)
    with working(gate) as batcher:
        occupied(batcher, gate)
        waiting = [submit(batcher, gate, name)[0] for name in "abc"]
        gate.opened.set()
        assert [future.result(SOON) for future in waiting] == ["a", "b", "c"]
        assert gate.batches == [["first"], ["a", "b", "c"]]


def test_a_first_note_waits_a_little_for_company() -> None:
    gate = Gate()
    with working(gate, gather_seconds=1.0, batch_notes=2) as batcher:
        futures = [submit(batcher, gate, name)[0] for name in "ab"]
        assert [future.result(SOON) for future in futures] == ["a", "b"]
        assert gate.batches == [["a", "b"]]


def test_a_single_note_does_not_queue_behind_a_whole_request() -> None:
    gate = Gate(opened=False)
    with working(gate, batch_notes=2) as batcher:
        occupied(batcher, gate)
        submit(batcher, gate, *"abcdef")
        submit(batcher, gate, "single")[0].add_done_callback(lambda _: None)
        gate.opened.set()
        wait_until(lambda: batcher.waiting == 0)
        assert gate.batches[1] == ["a", "single"]


def test_a_full_queue_says_when_to_come_back() -> None:
    gate = Gate(opened=False)
    with working(gate, queue_notes=2) as batcher:
        occupied(batcher, gate)
        submit(batcher, gate, "a", "b")
        with pytest.raises(Overloaded) as caught:
            submit(batcher, gate, "c")
        assert caught.value.retry_after >= 1


def test_a_request_is_taken_whole_or_not_at_all() -> None:
    gate = Gate(opened=False)
    with working(gate, queue_notes=3) as batcher:
        occupied(batcher, gate)
        submit(batcher, gate, "a", "b")
        with pytest.raises(Overloaded):
            submit(batcher, gate, "c", "d")
        assert batcher.waiting == 2


def test_a_note_whose_caller_left_costs_nothing() -> None:
    gate = Gate(opened=False)
    with working(gate) as batcher:
        occupied(batcher, gate)
        left, stays = submit(batcher, gate, "left", "stays")
        left.cancel()
        gate.opened.set()
        assert stays.result(SOON) == "stays"
        assert gate.batches[1:] == [["stays"]]


def test_a_note_past_its_deadline_costs_nothing() -> None:
    gate = Gate(opened=False)
    with working(gate) as batcher:
        occupied(batcher, gate)
        late = submit(batcher, gate, "late", seconds=0.01)[0]
        time.sleep(0.02)
        gate.opened.set()
        with pytest.raises(DeadlineExceeded):
            late.result(SOON)
        assert gate.batches == [["first"]]


def test_notes_that_nobody_waits_for_make_room() -> None:
    gate = Gate(opened=False)
    with working(gate, queue_notes=2) as batcher:
        occupied(batcher, gate)
        for future in submit(batcher, gate, "a", "b"):
            future.cancel()
        kept = submit(batcher, gate, "c")[0]
        gate.opened.set()
        assert kept.result(SOON) == "c"


def test_only_the_guilty_note_fails() -> None:
    gate = Gate(opened=False)
    with working(gate) as batcher:
        occupied(batcher, gate)
        good, guilty, other = submit(batcher, gate, "good", "guilty", "other")
        gate.opened.set()
        assert (good.result(SOON), other.result(SOON)) == ("good", "other")
        with pytest.raises(JudgingFailed) as caught:
            guilty.result(SOON)
        assert "the text of the note" not in str(caught.value)


def test_a_wrong_number_of_judgements_misleads_nobody() -> None:
    class Forgetful(Gate):
        def decode(self, windows, outputs, findings):
            ids = super().decode(windows, outputs, findings)
            return ids[1:] if len(ids) > 1 else ids

    gate = Forgetful()
    with working(gate, gather_seconds=0.5, batch_notes=2) as batcher:
        assert [future.result(SOON) for future in submit(batcher, gate, "a", "b")] == ["a", "b"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_dead_thread_leaves_nobody_waiting() -> None:
    gate = Gate(opened=False)
    with working(gate, batch_notes=1) as batcher:
        deadly, behind = submit(batcher, gate, "deadly", "behind")
        gate.opened.set()
        with pytest.raises(JudgingFailed):
            deadly.result(SOON)
        with pytest.raises(WorkerDied):
            behind.result(SOON)
        wait_until(lambda: not batcher.alive)
        with pytest.raises(WorkerDied):
            submit(batcher, gate, "next")


def test_closing_judges_what_waits() -> None:
    gate = Gate(opened=False)
    with working(gate) as batcher:
        first = occupied(batcher, gate)
        waiting = submit(batcher, gate, "a")[0]
        threading.Timer(0.05, gate.opened.set).start()
        batcher.close(SOON)
        assert (first.result(0), waiting.result(0)) == ("first", "a")


def test_closing_fails_what_it_cannot_finish_in_time() -> None:
    gate = Gate(opened=False)
    with working(gate) as batcher:
        occupied(batcher, gate)
        waiting = submit(batcher, gate, "a")[0]
        batcher.close(0.05)
        with pytest.raises(Closing):
            waiting.result(SOON)


def test_a_closed_queue_takes_nothing() -> None:
    gate = Gate()
    with working(gate) as batcher:
        batcher.close(SOON)
        batcher.close(SOON)
        with pytest.raises(Closing):
            submit(batcher, gate, "a")


def test_a_batch_that_hangs_shows() -> None:
    gate = Gate(opened=False)
    with working(gate) as batcher:
        occupied(batcher, gate)
        wait_until(lambda: batcher.busy_seconds > 0.01)
        gate.opened.set()
        wait_until(lambda: batcher.busy_seconds == 0)


def test_idle_means_blocked() -> None:
    with working(Gate()):
        started = time.process_time()
        time.sleep(0.5)
        assert time.process_time() - started < 0.1


def test_a_batch_has_a_budget_of_tokens() -> None:
    gate = Gate(opened=False)
    with working(gate, batch_tokens=250) as batcher:
        occupied(batcher, gate)
        submit(batcher, gate, *"abcde")
        gate.opened.set()
        wait_until(lambda: batcher.waiting == 0)
        assert gate.batches[1:] == [["a", "b"], ["c", "d"], ["e"]]


def test_a_note_beyond_the_budget_is_judged_alone() -> None:
    gate = Gate(opened=False)
    with working(gate, batch_tokens=250) as batcher:
        occupied(batcher, gate)
        long = submit(batcher, gate, "long", tokens=10_000)[0]
        short = submit(batcher, gate, "short")[0]
        gate.opened.set()
        assert (long.result(SOON), short.result(SOON)) == ("long", "short")
        assert sorted(gate.batches[1:]) == [["long"], ["short"]]


def test_short_notes_pass_the_long_ones_of_a_large_request() -> None:
    gate = Gate(opened=False)
    with working(gate) as batcher:
        occupied(batcher, gate)
        submit(batcher, gate, *"ABCDEF", tokens=8000)
        submit(batcher, gate, "short")
        gate.opened.set()
        wait_until(lambda: batcher.waiting == 0)
        assert gate.batches[1] == ["short"]


def test_a_long_note_is_not_passed_by_what_comes_after_its_turn() -> None:
    gate = Gate(opened=False)
    with working(gate) as batcher:
        occupied(batcher, gate)
        submit(batcher, gate, "long", tokens=400)  # its turn: 0.16 s from now, at the first guess of the pace
        time.sleep(0.3)
        submit(batcher, gate, *"abc")
        gate.opened.set()
        wait_until(lambda: batcher.waiting == 0)
        assert gate.batches[1][0] == "long"


def test_the_rest_of_a_large_request_whose_caller_left_costs_nothing() -> None:
    gate = Gate(opened=False)
    with working(gate, batch_tokens=250) as batcher:
        occupied(batcher, gate)
        for future in submit(batcher, gate, *"abcdef"):
            future.cancel()
        stays = submit(batcher, gate, "stays")[0]
        gate.opened.set()
        assert stays.result(SOON) == "stays"
        assert gate.batches[1:] == [["stays"]]


def test_notes_of_two_models_never_meet_in_a_batch() -> None:
    gate, other = Gate(opened=False), Gate()
    with working(gate) as batcher:
        occupied(batcher, gate)
        futures = [submit(batcher, which, name)[0] for which, name in ((gate, "a"), (other, "b"), (gate, "c"))]
        gate.opened.set()
        assert [future.result(SOON) for future in futures] == ["a", "b", "c"]
        assert (gate.batches[1:], other.batches) == ([["a"], ["c"]], [["b"]])


def test_the_advice_is_the_waiting_tokens_at_the_measured_pace() -> None:
    gate = Gate(opened=False)
    with working(gate) as batcher:
        occupied(batcher, gate)
        submit(batcher, gate, *"abcde", tokens=8000)
        assert batcher.retry_after() == 5  # 40,000 tokens and those in hand, at the first guess of 10,000 a second
        for future in submit(batcher, gate, *"fghij", tokens=8000):
            future.cancel()
        assert batcher.retry_after() == 5
