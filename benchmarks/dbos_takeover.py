"""Why bulk jobs do not run on DBOS: `pip install dbos`, then `python -m benchmarks.dbos_takeover`.

Two worker processes share a PostgreSQL database and a queue; the first is in the middle of a workflow of 60 steps when it is killed with
-9. Once each worker has an executor id of its own, as DBOS asks for, and once both have the same. What is printed: steps that the second
worker did in 45 s after the kill, and steps that were done twice while both lived. To take over the workflows of a dead executor is left
to DBOS Conductor, a service that is not part of the package.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.postgres import PostgresServer, find_programs

STEPS, SECONDS = 60, 0.3


def main() -> None:
    if sys.argv[1:2] == ["--work"]:
        _work(*sys.argv[2:])
        return
    programs = find_programs()
    if programs is None:
        raise SystemExit("PostgreSQL's server is not installed")
    server = PostgresServer(programs)
    try:
        server.create()
        server.start()
        for case, ids in (("own ids", ("a", "b")), ("one id", ("local", "local"))):
            print(json.dumps({"case": case, **_trial(server.new_database(), ids)}), flush=True)
        server.stop()
    finally:
        server.remove()


def _trial(url: str, ids: tuple[str, str]) -> dict[str, int]:
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "steps"
        log.touch()
        first = _start(url, ids[0], log, "enqueue")
        while len(_steps(log)) < 8:
            time.sleep(0.1)
        second = _start(url, ids[1], log)
        time.sleep(8)
        first.kill()
        first.wait()
        before = _steps(log)
        time.sleep(45)
        after = _steps(log)
        second.kill()
        second.wait()
    return {
        "steps_before": len(before),
        "steps_in_45_s": len(after) - len(before),
        "done_twice": sum(n > 1 for n in Counter(before).values()),
    }


def _start(url: str, executor: str, log: Path, *more: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "benchmarks.dbos_takeover", "--work", url, executor, str(log), *more]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _steps(log: Path) -> list[str]:
    return log.read_text(encoding="utf-8").split()


def _work(url: str, executor: str, log: str, *enqueue: str) -> None:
    from dbos import DBOS

    own = {"name": "takeover", "system_database_url": url, "executor_id": executor, "application_version": "1", "run_admin_server": False}
    DBOS(config=own)

    @DBOS.step()
    def step(number: int) -> None:
        with Path(log).open("a", encoding="utf-8") as file:
            file.write(f"{number}\n")
        time.sleep(SECONDS)

    @DBOS.workflow()
    def work() -> None:
        for number in range(STEPS):
            step(number)

    DBOS.launch()
    DBOS.register_queue("jobs", worker_concurrency=1)
    if enqueue:
        DBOS.enqueue_workflow("jobs", work)
    time.sleep(600)


if __name__ == "__main__":
    main()
