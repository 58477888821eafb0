"""Do both OpenAPI documents tell the truth? `python -m benchmarks.contract --cases 2000`.

schemathesis with all its checks against a real server in its own process, with a key that may do everything and with none. Any status
of 500 or more counts as a failure, also where it is documented.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2

from benchmarks.servers import ROOT, Server, insight
from service.people.rules import SCOPES
from tests.service.conftest import HARM
from tests.service.fuzzing import DOCUMENTS, Tally, fuzz

EXAMPLES = 25  # of each operation in each phase of a run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=2000, help="cases at least, of each document with and without a key")
    cases = parser.parse_args().cases
    print("| document | key | cases | answers by status | failures |\n|---|---|---|---|---|", flush=True)
    failed = 0
    for document in DOCUMENTS:
        for with_key in (True, False):
            with _server() as (server, key):
                tally = _enough(server, document, key if with_key else None, cases)
            print(_row(document, with_key, tally), flush=True)
            failed += len(_failures(tally))
            if tally.failures:
                print(tally.said, file=sys.stderr)
    raise SystemExit(1 if failed else 0)


@contextmanager
def _server() -> Iterator[tuple[Server, str]]:
    """A new database with a key and a note on the safety desk."""
    with tempfile.TemporaryDirectory() as folder:
        database = f"sqlite:///{folder}/insight.db"
        with insight(database) as server:
            key = _key(database)
            note, headers = {"id": "h1", "text": HARM}, {"X-API-Key": key}
            httpx2.post(f"http://{server.address}/v1/score", json=note, headers=headers, timeout=60).raise_for_status()
            yield server, key


def _key(database: str) -> str:
    command = [sys.executable, "-m", "insight_classifier", "keys", "create", "--name", "contract", "--scopes", ",".join(SCOPES)]
    own = {**os.environ, "INSIGHT_DATABASE": database}
    words = subprocess.run(command, cwd=ROOT, env=own, capture_output=True, text=True, check=True).stdout
    return next(word for word in words.split() if word.startswith("ic_live_") and word.count("_") == 3)


def _enough(server: Server, document: str, key: str | None, cases: int) -> Tally:
    """Runs with one seed after the other."""
    tally, seed = Tally(), 1
    while tally.cases < cases and not tally.failures:
        before = tally.cases
        tally, seed = tally + fuzz(f"http://{server.address}", document, key=key, examples=EXAMPLES, seed=seed), seed + 1
        if tally.cases == before:
            raise SystemExit(f"nothing was sent:\n{tally.said}")
    return tally


def _failures(tally: Tally) -> list[str]:
    return tally.failures + [f"status {status}" for status, count in tally.statuses.items() for _ in range(count) if status >= 500]


def _row(document: str, with_key: bool, tally: Tally) -> str:
    statuses = ", ".join(f"{status}: {count:,}" for status, count in sorted(tally.statuses.items()))
    return f"| {document} | {'yes' if with_key else 'none'} | {tally.cases:,} | {statuses} | {len(_failures(tally))} |"


if __name__ == "__main__":
    main()
