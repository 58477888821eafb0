"""Workers that are killed with -9 at random moments: every note is judged exactly once all the same."""

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from insight_classifier.predictor import Predictor
from service.database import Database
from tests.conftest import ROOT
from tests.service.conftest import wait_until
from tests.service.jobs.made import Desk, make_job, make_table, ndjson, row, said

NOTES = 150


@contextmanager
def working(url: str, model: Path) -> Iterator[subprocess.Popen[str]]:
    """A worker process that has begun to work; it is killed in the end."""
    command = [sys.executable, "-m", "tests.service.jobs.killed", url, str(model)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        assert process.stdout.readline() == "working\n"
        yield process
    finally:
        process.kill()
        process.wait()


def require_each_once(database: Database, job_id: str) -> None:
    ended = row(database, job_id)
    assert (ended.state, ended.done, ended.failed) == ("finished", NOTES, 0)
    assert Counter(said(database)) == Counter(f"n{i:05}" for i in range(NOTES))


@pytest.mark.slow
def test_a_worker_killed_at_random_moments(database: Database, desk: Desk, tiny_model: Path, tmp_path: Path):
    job_id = make_job(database, desk.predictor, ndjson(NOTES), tmp_path)
    chance = random.Random(7)
    for _ in range(4):
        with working(str(database.url.render_as_string(hide_password=False)), tiny_model):
            time.sleep(chance.random() * 0.5)
    with working(str(database.url.render_as_string(hide_password=False)), tiny_model):
        wait_until(lambda: row(database, job_id).state == "finished", seconds=60)
    require_each_once(database, job_id)


@pytest.mark.slow
def test_one_of_two_workers_is_killed_and_the_other_takes_over(postgres_url: str, predictor: Predictor, tiny_model: Path, tmp_path: Path):
    with Database(postgres_url) as database:
        make_table(database)
        job_id = make_job(database, predictor, ndjson(NOTES), tmp_path)
        with working(postgres_url, tiny_model) as first, working(postgres_url, tiny_model):
            wait_until(lambda: row(database, job_id).done > 0)
            first.kill()
            wait_until(lambda: row(database, job_id).state == "finished", seconds=60)
        require_each_once(database, job_id)
