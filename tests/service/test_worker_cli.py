"""`insight worker`, in a process of its own."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from insight_classifier.predictor import Predictor
from service.database import Database
from tests.conftest import ROOT
from tests.service.conftest import wait_until
from tests.service.jobs.made import make_job, ndjson, row


def start(url: str, model: Path) -> subprocess.Popen[str]:
    own = {"INSIGHT_DATABASE": url, "INSIGHT_LOG_LEVEL": "error", "INSIGHT_THREADS": "1"}
    command = [sys.executable, "-m", "insight_classifier", "worker", "--model", str(model)]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, env={**os.environ, **own})


@pytest.mark.slow
def test_it_does_jobs_until_it_is_told_to_stop(database_url: str, predictor: Predictor, tiny_model: Path, tmp_path: Path):
    with Database(database_url) as database:
        job_id = make_job(database, predictor, ndjson(12), tmp_path)
        process = start(database_url, tiny_model)
        wait_until(lambda: row(database, job_id).state == "finished" or process.poll() is not None, seconds=60)
        process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=30)
        assert (process.returncode, row(database, job_id).done) == (0, 12)
    assert told.splitlines()[-1] == "insight: stopped"


def test_a_database_without_tables_is_refused_with_the_mend(empty_url: str, tiny_model: Path):
    process = start(empty_url, tiny_model)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "insight database upgrade" in told
