"""A worker in a process of its own, to be killed: `python -m tests.service.jobs.killed DATABASE MODEL`. It says when it begins."""

import sys
import time
from datetime import timedelta
from pathlib import Path

from insight_classifier.predictor import load_predictor
from service.database import Database
from service.jobs import leases, worker
from service.jobs.worker import Worker
from tests.service.jobs.made import Desk, hands

leases.LEASE = worker.LEASE = timedelta(seconds=1)  # so that nobody waits long for what a killed one held


class SlowDesk(Desk):
    """Takes its time, so that a kill hits it at work."""

    def judge(self, chunk):
        time.sleep(0.02)
        return super().judge(chunk)

    def store(self, connection, judged):
        lines = super().store(connection, judged)
        time.sleep(0.02)
        return lines


def main(url: str, model: str) -> None:
    with Database(url) as database:
        Worker(hands(database, SlowDesk(load_predictor(Path(model), threads=1))), look_seconds=0.05).start()
        print("working", flush=True)  # noqa: T201 whoever started it waits for this
        time.sleep(600)


if __name__ == "__main__":
    main(*sys.argv[1:])
