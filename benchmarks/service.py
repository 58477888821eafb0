"""What the service keeps of the bare Predictor's pace.

    python benchmarks/service.py [--seconds 10] [--clients 16] [--batch 100] [--rate .5] [--overload 120] [--postgres] [--chunk 16]

A real server in its own process and clients over HTTP, beside the Predictor alone on the same notes in the same run. One run measures
single notes always, and batches, a paced rate and overload where they are asked for; on SQLite, and with --postgres on that too.
What can be sustained is what many clients reach, each of whom waits for its answer: fuller batches do more than 16 clients can ask for.
"""

import argparse
import asyncio
import contextlib
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load import FULL, NOTES, Record, Requests, Tally, closed_loop, milliseconds, open_loop, read_records, table
from benchmarks.servers import Server, insight
from insight_classifier.command import default_model
from insight_classifier.notes import Note, read_note
from insight_classifier.predictor import load_predictor

DURABLE = "-c listen_addresses='' -c max_connections=200"


@dataclass(frozen=True)
class Bare:
    """The Predictor alone: notes a second in chunks, and the median milliseconds of one note."""

    pace: float
    single: float


def main() -> None:
    options = _options()
    records = read_records(options.notes)
    bare = measure_bare(records, options.seconds, options.chunk)
    print(f"Bare Predictor: {bare.pace:.1f} notes/s in chunks of {options.chunk}, one note {bare.single:.1f} ms\n")
    rows = []
    for name, database in _databases(options):
        with database as url, insight(url) as server:
            rows += [{"database": name, **row} for row in measure(server, records, bare, options)]
    print(table(rows))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--notes", type=Path, default=NOTES)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=10.0, help="of each measurement but overload")
    parser.add_argument("--chunk", type=int, default=256, help="notes that the bare Predictor is given in one go")
    parser.add_argument("--batch", type=int, help="also requests of so many notes")
    parser.add_argument("--batch-clients", type=int, default=4, help="clients that send batches; together they must fit the queue")
    parser.add_argument("--rate", type=float, help="also single notes at this share of the bare pace, whether answers come or not")
    parser.add_argument("--overload", type=float, help="also so many seconds of twice the pace that can be sustained")
    parser.add_argument("--database", help="address of an empty database; by default a new SQLite file")
    parser.add_argument("--postgres", action="store_true", help="also on a PostgreSQL server, started from the installed programs")
    return parser.parse_args()


def measure_bare(records: Sequence[Record], seconds: float, chunk: int) -> Bare:
    """Of the shipped model, over and over all notes."""
    predictor = load_predictor(default_model())
    notes: list[Note] = [read_note(record, predictor.definition) for record in records]
    for _ in range(2):  # kernels are compiled for each shape once
        predictor.judge(notes[:chunk])
    started, judged = time.perf_counter(), 0
    while time.perf_counter() - started < seconds:
        for first in range(0, len(notes), chunk):
            judged += len(predictor.judge(notes[first : first + chunk]))
    pace = judged / (time.perf_counter() - started)
    singles = []
    for note in notes:
        predictor.judge([note])
        begun = time.perf_counter()
        predictor.judge([note])
        singles.append(1000 * (time.perf_counter() - begun))
    return Bare(pace, statistics.median(singles))


def _databases(options: argparse.Namespace) -> Iterator[tuple[str, contextlib.AbstractContextManager[str | None]]]:
    yield (options.database or "sqlite").split(":")[0], contextlib.nullcontext(options.database)
    if options.postgres:
        yield "postgresql", postgres()


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """The address of an empty database on a server that waits for the disk, as one in production does."""
    from tests.postgres import PostgresServer, find_programs

    programs = find_programs()
    if programs is None:
        raise SystemExit("PostgreSQL's programs are not installed: install them, or leave --postgres out")
    server = PostgresServer(programs, DURABLE)
    server.create()
    server.start()
    try:
        yield server.new_database()
    finally:
        server.stop()
        server.remove()


def measure(server: Server, records: Sequence[Record], bare: Bare, options: argparse.Namespace) -> Iterator[dict[str, str]]:
    """One row for each way of loading the server."""
    requests = Requests("/v1/score", records)

    def row(mode: str, sent: str, tally: Tally, before: float) -> dict[str, str]:
        return {
            "mode": mode,
            "sent": sent,
            **_figures(tally, bare),
            "memory MB, before and after": f"{before:.0f}, {server.resident():.0f}",
        }

    before = server.resident()
    reached = asyncio.run(closed_loop(server.address, requests, options.clients, options.seconds))
    yield row("single", f"{options.clients} clients", reached, before)
    if options.batch:
        before, batches = server.resident(), Requests("/v1/score/batch", records, options.batch)
        tally = asyncio.run(closed_loop(server.address, batches, options.batch_clients, options.seconds))
        yield row(f"batches of {options.batch}", f"{options.batch_clients} clients", tally, before)
    if options.rate:
        before, rate = server.resident(), options.rate * bare.pace
        yield row("paced", f"{rate:.0f}/s", asyncio.run(open_loop(server.address, requests, rate, options.seconds)), before)
    if options.overload:
        before = server.resident()
        most = asyncio.run(closed_loop(server.address, requests, FULL, options.seconds))
        yield row("full", f"{FULL} clients", most, before)
        before, rate = server.resident(), 2 * max(most.pace, reached.pace)
        yield row("overload", f"{rate:.0f}/s", asyncio.run(open_loop(server.address, requests, rate, options.overload)), before)


def _figures(tally: Tally, bare: Bare) -> dict[str, str]:
    return {
        "notes/s": f"{tally.pace:.1f}",
        "of bare": f"{tally.pace / bare.pace:.2f}",
        "p50 ms": milliseconds(tally.good, 0.5),
        "p99 ms": milliseconds(tally.good, 0.99),
        "refused p99 ms": milliseconds(tally.refused, 0.99),
        "statuses": tally.statuses,
    }


if __name__ == "__main__":
    main()
