"""Who may do a task: one at a time, whatever the clocks do and whoever dies."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from insight_classifier.predictor import Predictor
from service.database import Database
from service.jobs import leases
from service.jobs.leases import LEASE, LeaseLost
from tests.service.jobs.made import AT, make_job, ndjson


@pytest.fixture
def job_id(database: Database, predictor: Predictor, tmp_path: Path) -> str:
    """A job of four chunks."""
    return make_job(database, predictor, ndjson(8), tmp_path, chunk=2)


def claim(database: Database, who: str, at=AT):
    return database.write(lambda connection: leases.claim(connection, who, at))


def test_each_task_goes_to_one(database: Database, job_id: str):
    claimed = [claim(database, who) for who in "abcde"]
    assert [item.number for item in claimed[:4]] == [1, 2, 3, 4]
    assert claimed[4] is None


def test_what_a_dead_worker_held_is_taken_over_when_its_lease_ends(database: Database, job_id: str):
    first = claim(database, "a")
    assert claim(database, "b", AT + LEASE - timedelta(seconds=1)).number == 2
    again = claim(database, "b", AT + LEASE)
    assert (again.number, again.attempts) == (first.number, 2)
    with pytest.raises(LeaseLost):
        database.write(lambda connection: leases.take_done(connection, first))
    database.write(lambda connection: leases.take_done(connection, again))


def test_a_lease_that_is_renewed_is_not_taken(database: Database, job_id: str):
    first = claim(database, "a")
    database.write(lambda connection: leases.renew(connection, first, AT + LEASE))
    assert claim(database, "b", AT + LEASE).number == 2


def test_a_clock_that_is_set_back_keeps_nobody_waiting(database: Database, job_id: str):
    claim(database, "a")
    assert claim(database, "b", AT - timedelta(days=1)).number == 1


def test_a_task_is_done_once(database: Database, job_id: str):
    first = claim(database, "a")
    database.write(lambda connection: leases.take_done(connection, first))
    with pytest.raises(LeaseLost):
        database.write(lambda connection: leases.take_done(connection, first))


def test_many_who_claim_at_once_on_many_connections_never_share_a_task(postgres_url: str, predictor: Predictor, tmp_path: Path):
    databases = [Database(postgres_url).start() for _ in range(4)]
    make_job(databases[0], predictor, ndjson(60), tmp_path, chunk=1)

    def claims(number: int) -> list[int]:
        found = []
        while (item := claim(databases[number], str(number))) is not None:
            found.append(item.number)
        return found

    with ThreadPoolExecutor(4) as threads:
        taken = [number for found in threads.map(claims, range(4)) for number in found]
    for database in databases:
        database.close()
    # One that finds its candidate locked just then may find nothing, and looks again later.
    assert len(taken) == len(set(taken))
    assert set(taken) <= set(range(1, 61))
