"""The worker: every record once, whatever happens between."""

import threading
import time
from pathlib import Path

import pytest

from service.database import Database
from service.errors import Closing, StorageUnavailable
from service.jobs.files import read_piece, sums
from service.jobs.rules import ERRORS, RESULTS, Limits
from service.jobs.store import cancel_job
from service.jobs.worker import Worker
from tests.service.conftest import wait_until
from tests.service.jobs.made import ALL, AT, Clock, Desk, hands, make_job, ndjson, parsed, row, said, work

BROKEN = b'{"id": "x1", "text": "Fine words about dosing."}\nnot json\n{"id": "x3"}\n{"id": "x4", "text": ""}\n'


def test_a_job_ends_with_every_note_judged_once(database: Database, desk: Desk, tmp_path: Path):
    job_id = make_job(database, desk.predictor, ndjson(23), tmp_path)
    work(database, desk)
    ended = row(database, job_id)
    assert (ended.state, ended.total, ended.done, ended.failed) == ("finished", 23, 23, 0)
    assert said(database) == [f"n{i:05}" for i in range(23)]
    assert [chunk.number for chunk in desk.chunks] == [1, 2, 3, 4, 5]


def test_results_stand_in_the_order_of_the_file_and_the_sums_fit(database: Database, desk: Desk, tmp_path: Path):
    job_id = make_job(database, desk.predictor, ndjson(12), tmp_path)
    work(database, desk)
    with database.read() as connection:
        content = b"".join(read_piece(connection, job_id, RESULTS, number) for number in (1, 2, 3))
    assert [line["line"] for line in parsed(content)] == list(range(1, 13))
    assert all(line["note_id"] == f"note-{line['id']}" and "label" in line for line in parsed(content))
    ended = row(database, job_id)
    assert (ended.results_bytes, sums(database, job_id)["results_sha256"]) == (len(content), ended.results_sha256)


def test_a_broken_line_fails_alone_and_is_named(database: Database, desk: Desk, tmp_path: Path):
    job_id = make_job(database, desk.predictor, BROKEN, tmp_path)
    work(database, desk)
    ended = row(database, job_id)
    assert (ended.state, ended.done, ended.failed) == ("finished", 1, 3)
    with database.read() as connection:
        errors = parsed(read_piece(connection, job_id, ERRORS, 1))
    assert [(e["line"], e["error"]["code"]) for e in errors] == [(2, "invalid_json"), (3, "missing_text"), (4, "empty_text")]


def test_the_end_is_told_once(database: Database, desk: Desk, tmp_path: Path):
    job_id = make_job(database, desk.predictor, ndjson(3), tmp_path)
    work(database, desk)
    work(database, desk)
    assert [(e["event"], e["job_id"], e["state"], e["done"]) for e in desk.events] == [("job.finished", job_id, "finished", 3)]


def test_the_input_goes_with_each_chunk(database: Database, desk: Desk, tmp_path: Path):
    job_id = make_job(database, desk.predictor, ndjson(10), tmp_path)
    work(database, desk)
    with database.read() as connection, pytest.raises(LookupError):
        read_piece(connection, job_id, "input", 1)


def test_a_small_job_does_not_wait_for_a_large_one(database: Database, desk: Desk, tmp_path: Path):
    large = make_job(database, desk.predictor, ndjson(40), tmp_path)
    work(database, desk, turns=2)
    small = make_job(database, desk.predictor, ndjson(3), tmp_path, request_hash="1" * 64)
    work(database, desk, turns=2)
    assert (row(database, small).state, row(database, large).state) == ("finished", "running")


def test_a_chunk_whose_storing_fails_is_computed_and_stored_again_in_whole(database: Database, desk: Desk, tmp_path: Path):
    make_job(database, desk.predictor, ndjson(5), tmp_path)
    true_store, calls = desk.store, []

    def fail_at_the_end(connection, judged):
        lines = true_store(connection, judged)
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("after the rows were written")
        return lines

    desk.store = fail_at_the_end  # type: ignore[method-assign]
    clock = Clock()
    work(database, desk, clock=clock)
    assert said(database) == []
    clock.move(minutes=1)
    work(database, desk, clock=clock)
    assert said(database) == [f"n{i:05}" for i in range(5)]


def test_what_was_computed_is_not_thrown_away_because_the_database_is_locked(database: Database, desk: Desk, tmp_path: Path, monkeypatch):
    monkeypatch.setattr("service.jobs.tasks.STORE_SECONDS", 0.01)
    job_id = make_job(database, desk.predictor, ndjson(5), tmp_path)
    true_write, refused = database.write, []

    def locked(function):
        if desk.chunks and len(refused) < 3:
            refused.append(function)
            raise StorageUnavailable("The database is locked by another program.", retry_after=5)
        return true_write(function)

    monkeypatch.setattr(database, "write", locked)
    work(database, desk)
    assert (len(refused), len(desk.chunks), row(database, job_id).state) == (3, 1, "finished")


def test_a_chunk_that_fails_always_is_given_up_with_its_lines_named(database: Database, desk: Desk, tmp_path: Path, monkeypatch):
    monkeypatch.setattr("service.jobs.tasks.MOST_ATTEMPTS", 2)
    job_id, clock = make_job(database, desk.predictor, ndjson(5), tmp_path), Clock()
    true_judge = desk.judge

    def judge(chunk):
        if any(record.error is None for record in chunk.records):
            raise RuntimeError("the model is broken")
        return true_judge(chunk)

    desk.judge = judge  # type: ignore[method-assign]
    for _ in range(4):
        work(database, desk, clock=clock)
        clock.move(minutes=5)
    ended = row(database, job_id)
    assert (ended.state, ended.done, ended.failed) == ("finished", 0, 5)
    with database.read() as connection:
        assert {line["error"]["code"] for line in parsed(read_piece(connection, job_id, ERRORS, 1))} == {"judging_failed"}


def test_a_chunk_that_cannot_be_judged_now_waits_however_often(database: Database, desk: Desk, tmp_path: Path, monkeypatch):
    monkeypatch.setattr("service.jobs.tasks.MOST_ATTEMPTS", 2)
    job_id, true_judge, refused = make_job(database, desk.predictor, ndjson(5), tmp_path), desk.judge, []

    def judge(chunk):
        if len(refused) < 5:
            refused.append(chunk)
            raise Closing("The service shuts down.")
        return true_judge(chunk)

    desk.judge = judge  # type: ignore[method-assign]
    work(database, desk)
    assert (row(database, job_id).done, len(refused)) == (5, 5)


def test_jobs_leave_room_for_callers_who_wait(database: Database, desk: Desk, tmp_path: Path):
    job_id, room = make_job(database, desk.predictor, ndjson(10), tmp_path), threading.Event()
    worker = Worker(hands(database, desk), may_run=room.is_set, look_seconds=0.01)
    worker.start()
    wait_until(lambda: worker._threads[0].is_alive())
    threading.Event().wait(0.3)
    assert row(database, job_id).state == "queued"
    room.set()
    wait_until(lambda: row(database, job_id).state == "finished")
    worker.stop(5)


def test_a_worker_that_stops_leaves_the_rest_to_the_next(database: Database, desk: Desk, tmp_path: Path):
    job_id = make_job(database, desk.predictor, ndjson(40), tmp_path)
    first = Worker(hands(database, desk), look_seconds=0.01)
    first.start()
    wait_until(lambda: row(database, job_id).done >= 5)
    first.stop(10)
    assert 5 <= row(database, job_id).done < 40
    work(database, desk)
    assert said(database) == [f"n{i:05}" for i in range(40)]


def test_nothing_of_a_chunk_is_stored_once_its_job_is_cancelled(database: Database, desk: Desk, tmp_path: Path):
    job_id = make_job(database, desk.predictor, ndjson(10), tmp_path)
    true_judge = desk.judge

    def judge(chunk):
        if chunk.number == 2:
            database.write(lambda c: cancel_job(c, job_id, ALL, who="me", emit=desk.emit, keep=Limits().keep, at=AT))
        return true_judge(chunk)

    desk.judge = judge  # type: ignore[method-assign]
    work(database, desk)
    ended = row(database, job_id)
    assert (ended.state, ended.done, len(said(database))) == ("cancelled", 5, 5)
    assert ended.results_sha256
    assert [event["state"] for event in desk.events] == ["cancelled"]


def test_a_chunk_that_is_not_done_in_time_is_handed_back_and_what_comes_of_it_later_is_not_stored(
    database: Database, desk: Desk, tmp_path: Path
):
    job_id, true_judge, begun, gate = (
        make_job(database, desk.predictor, ndjson(5), tmp_path),
        desk.judge,
        threading.Event(),
        threading.Event(),
    )

    def judge(chunk):
        begun.set()
        gate.wait(20)
        return true_judge(chunk)

    desk.judge = judge  # type: ignore[method-assign]
    first = Worker(hands(database, desk), look_seconds=0.01)
    first.start()
    begun.wait(20)
    stopped = time.monotonic()
    first.stop(0.2)
    assert time.monotonic() - stopped < 5
    desk.judge = true_judge  # type: ignore[method-assign]
    work(database, desk)  # at once: its lease would last longer
    gate.set()
    first._threads[0].join(20)
    assert (row(database, job_id).state, said(database)) == ("finished", [f"n{i:05}" for i in range(5)])
