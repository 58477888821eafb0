"""Everybody who waits gets a judgement or an error; idle means blocked."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager

import pytest

from insight_classifier.decode import Findings
from insight_classifier.notes import Note
from service.batcher import Batcher
from service.errors import Closing, DeadlineExceeded, JudgingFailed, Overloaded, WorkerDied
from tests.service.conftest import wait_until

SOON = 20.0  # seconds


class Gate:
    """Judges a note by echoing its id, one batch at a time, when let; remembers the batches."""

    def __init__(self, opened: bool = True) -> None:
        self.batches: list[list[str]] = []
        self.opened = threading.Event()
        if opened:
            self.opened.set()

    def __call__(self, notes, findings):
        self.batches.append([note.id for note in notes])
        self.opened.wait(SOON)
        if any(note.id == "guilty" for note in notes):
            raise ValueError("the text of the note")
        if any(note.id == "deadly" for note in notes):
            raise SystemExit
        return [note.id for note in notes]


@contextmanager
def working(gate, **options) -> Iterator[Batcher]:
    batcher = Batcher(gate, **{"queue_notes": 100, "gather_seconds": 0.0, **options})
    batcher.start()
    yield batcher
    gate.opened.set()
    batcher.close(SOON)


def notes(*ids: str) -> list[tuple[Note, Findings]]:
    return [(Note(name, {}), Findings({})) for name in ids]


def submit(batcher: Batcher, *ids: str, seconds: float = SOON) -> list[Future]:
    return batcher.submit(notes(*ids), time.monotonic() + seconds)


def occupied(batcher: Batcher, gate: Gate) -> Future:
    """The thread now holds a first note and everything else has to wait."""
    first = submit(batcher, "first")[0]
    wait_until(lambda: gate.batches)
    return first


def test_each_note_gets_its_own_judgement() -> None:
    with working(Gate()) as batcher:
        assert [future.result(SOON) for future in submit(batcher, "a", "b", "c")] == ["a", "b", "c"]


def test_notes_that_wait_are_judged_together() -> None:
    gate = Gate(opened=False)
    with working(gate) as batcher:
        occupied(batcher, gate)
        waiting = [submit(batcher, name)[0] for name in "abc"]
        gate.opened.set()
        assert [future.result(SOON) for future in waiting] == ["a", "b", "c"]
        assert gate.batches == [["first"], ["a", "b", "c"]]


def test_a_first_note_waits_a_little_for_company() -> None:
    gate = Gate()
    with working(gate, gather_seconds=1.0, batch_notes=2) as batcher:
        futures = [submit(batcher, name)[0] for name in "ab"]
        assert [future.result(SOON) for future in futures] == ["a", "b"]
        assert gate.batches == [["a", "b"]]


def test_a_single_note_does_not_queue_behind_a_whole_request() -> None:
    gate = Gate(opened=False)
    with working(gate, batch_notes=2) as batcher:
        occupied(batcher, gate)
        submit(batcher, *"abcdef")
        submit(batcher, "single")[0].add_done_callback(lambda _: None)
        gate.opened.set()
        wait_until(lambda: batcher.waiting == 0)
        assert gate.batches[1] == ["a", "single"]


def test_a_full_queue_says_when_to_come_back() -> None:
    gate = Gate(opened=False)
    with working(gate, queue_notes=2) as batcher:
        occupied(batcher, gate)
        submit(batcher, "a", "b")
        with pytest.raises(Overloaded) as caught:
            submit(batcher, "c")
        assert caught.value.retry_after >= 1


def test_a_request_is_taken_whole_or_not_at_all() -> None:
    gate = Gate(opened=False)
    with working(gate, queue_notes=3) as batcher:
        occupied(batcher, gate)
        submit(batcher, "a", "b")
        with pytest.raises(Overloaded):
            submit(batcher, "c", "d")
        assert batcher.waiting == 2


def test_a_note_whose_caller_left_costs_nothing() -> None:
    gate = Gate(opened=False)
    with working(gate) as batcher:
        occupied(batcher, gate)
        left, stays = submit(batcher, "left", "stays")
        left.cancel()
        gate.opened.set()
        assert stays.result(SOON) == "stays"
        assert gate.batches[1:] == [["stays"]]


def test_a_note_past_its_deadline_costs_nothing() -> None:
    gate = Gate(opened=False)
    with working(gate) as batcher:
        occupied(batcher, gate)
        late = submit(batcher, "late", seconds=0.01)[0]
        time.sleep(0.02)
        gate.opened.set()
        with pytest.raises(DeadlineExceeded):
            late.result(SOON)
        assert gate.batches == [["first"]]


def test_notes_that_nobody_waits_for_make_room() -> None:
    gate = Gate(opened=False)
    with working(gate, queue_notes=2) as batcher:
        occupied(batcher, gate)
        for future in submit(batcher, "a", "b"):
            future.cancel()
        kept = submit(batcher, "c")[0]
        gate.opened.set()
        assert kept.result(SOON) == "c"


def test_only_the_guilty_note_fails() -> None:
    gate = Gate(opened=False)
    with working(gate) as batcher:
        occupied(batcher, gate)
        good, guilty, other = submit(batcher, "good", "guilty", "other")
        gate.opened.set()
        assert (good.result(SOON), other.result(SOON)) == ("good", "other")
        with pytest.raises(JudgingFailed) as caught:
            guilty.result(SOON)
        assert "the text of the note" not in str(caught.value)


def test_a_wrong_number_of_judgements_misleads_nobody() -> None:
    def forgetful(notes, findings):
        return [note.id for note in notes][1:] if len(notes) > 1 else [notes[0].id]

    forgetful.opened = threading.Event()
    with working(forgetful, gather_seconds=0.5, batch_notes=2) as batcher:
        assert [future.result(SOON) for future in submit(batcher, "a", "b")] == ["a", "b"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_dead_thread_leaves_nobody_waiting() -> None:
    gate = Gate(opened=False)
    with working(gate, batch_notes=1) as batcher:
        deadly, behind = submit(batcher, "deadly", "behind")
        gate.opened.set()
        with pytest.raises(JudgingFailed):
            deadly.result(SOON)
        with pytest.raises(WorkerDied):
            behind.result(SOON)
        wait_until(lambda: not batcher.alive)
        with pytest.raises(WorkerDied):
            submit(batcher, "next")


def test_closing_judges_what_waits() -> None:
    gate = Gate(opened=False)
    with working(gate) as batcher:
        first = occupied(batcher, gate)
        waiting = submit(batcher, "a")[0]
        threading.Timer(0.05, gate.opened.set).start()
        batcher.close(SOON)
        assert (first.result(0), waiting.result(0)) == ("first", "a")


def test_closing_fails_what_it_cannot_finish_in_time() -> None:
    gate = Gate(opened=False)
    with working(gate) as batcher:
        occupied(batcher, gate)
        waiting = submit(batcher, "a")[0]
        batcher.close(0.05)
        with pytest.raises(Closing):
            waiting.result(SOON)


def test_a_closed_queue_takes_nothing() -> None:
    with working(Gate()) as batcher:
        batcher.close(SOON)
        batcher.close(SOON)
        with pytest.raises(Closing):
            submit(batcher, "a")


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
