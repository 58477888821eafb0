"""Our service beside LitServe and a plain FastAPI service with the same weights: pace, memory, overload, a batch that fails, idling.

    python -m pip install -c constraints.txt --target FOLDER litserve
    python benchmarks/peers.py --weights WEIGHTS.safetensors --litserve FOLDER [--seconds 20] [--overload-seconds 20] [--bf16]

One after the other, each in its own process, on the same notes. The peers run the network in torch at fp32 (--bf16: under autocast) and
answer only label and probability; ours also scans for safety, quotes evidence, coaches, and has the note on record before it answers.
What is sustained is the most that 16 or 128 clients reach; overload is twice that. The failing batch: 16 notes are sent at once, one of
which makes the network raise on the batch it is in; ours runs with such a network too (peer_servers/poisoned.py).
"""

import argparse
import asyncio
import json
import platform
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import load
from benchmarks.load import FULL, NOTES, Answer, Pool, Record, Requests, closed_loop, count_statuses, milliseconds, open_loop
from benchmarks.peer_servers import POISON
from benchmarks.servers import ROOT, Server, free_port, insight, running
from insight_classifier.cores import available_cores

POISON_ROUNDS = 5
Start = Callable[[], AbstractContextManager[Server]]


@dataclass(frozen=True)
class Contender:
    """A server to be measured, and the same whose network fails on the marked note."""

    name: str
    path: str
    start: Start
    poisoned: Start


def main() -> None:
    options = _options()
    records = load.read_records(options.notes)
    print(f"{len(records)} notes, {available_cores()} cores, {platform.machine()}, peers at {'bf16' if options.bf16 else 'fp32'}\n")
    rows, labels = [], None
    for contender in contenders(options):
        row, own = measure(contender, records, options)
        labels = labels or own
        same = sum(mine == theirs for mine, theirs in zip(own, labels, strict=True)) / len(labels)
        rows.append({"server": contender.name, "labels as ours": f"{same:.1%}", **row})
    print(load.table([{"": name, **{row["server"]: row[name] for row in rows}} for name in list(rows[0])[1:]]))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, required=True, help="the model's fp32 weights, as insight train --weights saves them")
    parser.add_argument("--model", type=Path, default=ROOT / "models" / "home-office-2")
    parser.add_argument("--notes", type=Path, default=NOTES)
    parser.add_argument("--litserve", type=Path, help="folder that LitServe was installed into; left out: it is not measured")
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=20.0, help="of each pace")
    parser.add_argument("--overload-seconds", type=float, default=20.0)
    parser.add_argument("--idle-seconds", type=float, default=10.0)
    parser.add_argument("--bf16", action="store_true", help="the peers compute under autocast to bf16")
    return parser.parse_args()


def contenders(options: argparse.Namespace) -> Iterator[Contender]:
    """Ours first: the others' labels are held against it."""
    model = ("--model", str(options.model.absolute()))
    served = ("-m", "insight_classifier", "serve", *model)
    poisoned = ("-m", "benchmarks.peer_servers.poisoned", *model)
    yield Contender("insight serve", "/v1/score", lambda: insight(command=served), lambda: insight(command=poisoned))
    if options.litserve:
        lit = _peer("with_litserve", options, str(options.litserve.absolute()))
        yield Contender("LitServe", "/predict", lit, lit)
    plain = _peer("with_fastapi", options)
    yield Contender("plain FastAPI", "/score", plain, plain)


def _peer(module: str, options: argparse.Namespace, *folders: str) -> Start:
    def start() -> AbstractContextManager[Server]:
        port = free_port()
        files = ["--model", str(options.model.absolute()), "--weights", str(options.weights.absolute())]
        command = [sys.executable, "-m", f"benchmarks.peer_servers.{module}", "--port", str(port), *files]
        path = ":".join([*folders, str(ROOT)])
        return running([*command, *["--bf16"] * options.bf16], {"PYTHONPATH": path}, "/health", port)

    return start


def measure(contender: Contender, records: Sequence[Record], options: argparse.Namespace) -> tuple[dict[str, str], list[str]]:
    """One row of the table, and the label of every note."""
    print(f"{contender.name} ...", file=sys.stderr)
    requests = Requests(contender.path, records)
    with contender.start() as server:
        labels = asyncio.run(_labels(server, requests, len(records)))
        row = {"idle, % of a core": f"{_idle(server, options.idle_seconds):.1f}"}
        reached = asyncio.run(closed_loop(server.address, requests, options.clients, options.seconds))
        row |= {f"notes/s, {options.clients} clients": f"{reached.pace:.1f}"}
        row |= {"p50 ms": milliseconds(reached.good, 0.5), "p99 ms": milliseconds(reached.good, 0.99)}
        full = asyncio.run(closed_loop(server.address, requests, FULL, options.seconds))
        row |= {"sustained notes/s": f"{max(reached.pace, full.pace):.1f}", "peak MB": f"{server.peak():.0f}"}
        over = asyncio.run(open_loop(server.address, requests, 2 * max(reached.pace, full.pace), options.overload_seconds))
        row |= {"overload: notes/s": f"{over.pace:.1f}", "overload: statuses": over.statuses}
        row |= {"overload: p99 ms of accepted": milliseconds(over.good, 0.99)}
        row |= {"overload: p99 ms to refuse": milliseconds(over.refused, 0.99), "overload: peak MB": f"{server.peak():.0f}"}
    with contender.poisoned() as server:
        guilty, neighbours = asyncio.run(_poison(server, contender.path, records, options.clients))
    return row | {"failing batch: the note": count_statuses(guilty), "failing batch: its neighbours": count_statuses(neighbours)}, labels


async def _labels(server: Server, requests: Requests, count: int) -> list[str]:
    """Of every note, one after the other."""
    pool = Pool(server.address, bodies=True)
    answers = [await pool.ask(next(requests)) for _ in range(count)]
    for answer in answers:
        if answer.status != 200:
            raise SystemExit(f"{requests.path} answered {answer.status}: {answer.body[:500]!r}")
    return [json.loads(answer.body)["label"] for answer in answers]


def _idle(server: Server, seconds: float) -> float:
    """Per cent of one core."""
    time.sleep(1)
    before = server.processor_seconds()
    time.sleep(seconds)
    return 100 * (server.processor_seconds() - before) / seconds


async def _poison(server: Server, path: str, records: Sequence[Record], clients: int) -> tuple[list[Answer], list[Answer]]:
    """Some rounds of as many notes at once as there are clients, one of them marked: its answers, and those of the others."""
    pool, good = Pool(server.address), Requests(path, records)
    bad = Requests(path, [{name: f"{words} {POISON}" for name, words in record.items()} for record in records])
    guilty: list[Answer] = []
    neighbours: list[Answer] = []
    for _ in range(POISON_ROUNDS):
        marked, *others = await asyncio.gather(pool.ask(next(bad)), *(pool.ask(next(good)) for _ in range(clients - 1)))
        guilty.append(marked)
        neighbours += others
    return guilty, neighbours


if __name__ == "__main__":
    main()
