"""The tables of jobs go away and come back, with rows in them."""

from pathlib import Path

from insight_classifier.predictor import Predictor
from service.database import Database
from service.migrations import downgrade, head, migrate
from tests.service.jobs.made import Desk, make_job, make_table, ndjson, row, work


def test_tables_with_rows_go_down_and_up(database_url: str, predictor: Predictor, tmp_path: Path):
    with Database(database_url) as database:
        make_table(database)
        make_job(database, predictor, ndjson(7), tmp_path)
        work(database, Desk(predictor), turns=1)
    downgrade(database_url, "0005")
    assert migrate(database_url) == head()
    with Database(database_url) as database:
        job_id = make_job(database, predictor, ndjson(7), tmp_path)
        work(database, Desk(predictor))
        assert row(database, job_id).done == 7
