"""What the service keeps of the bare Predictor's pace: `python benchmarks/service.py --seconds 10 --clients 16`.

A real server in its own process and clients over HTTP, beside the Predictor alone on the same notes in the same run. The clients
are raw sockets with ready-made requests, so that they take as little as possible of the processor that the server is measured on.
"""

import argparse
import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from insight_classifier.command import default_model
from insight_classifier.definition_reader import default_definition
from insight_classifier.notes import Note, read_note
from insight_classifier.predictor import load_predictor

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    options = _options()
    records = _records(options.notes)
    bare = _bare(records, options.seconds, options.chunk)
    with _server() as (address, _):
        tally = asyncio.run(_load(address, records, options.clients, options.seconds, options.rate * bare if options.rate else None))
    print(json.dumps({"bare_notes_per_second": round(bare, 1), **_summary(tally, bare)}))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--notes", type=Path, default=ROOT / "data" / "notes" / "writer_g.jsonl")
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rate", type=float, help="share of the bare pace at which notes are sent; left out: as fast as answers come")
    parser.add_argument("--chunk", type=int, default=256, help="notes that the bare Predictor is given in one go")
    return parser.parse_args()


def _records(path: Path) -> list[dict[str, Any]]:
    names = {"id", *(field.name for field in default_definition().fields)}
    lines = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return [{key: value for key, value in line.items() if key in names} for line in lines]


def _bare(records: Sequence[dict[str, Any]], seconds: float, chunk: int) -> float:
    """Notes a second of the Predictor alone."""
    predictor = load_predictor(default_model())
    notes: list[Note] = [read_note(record, predictor.definition) for record in records]
    for _ in range(2):  # kernels are compiled for each shape once
        predictor.judge(notes[:chunk])
    started, judged = time.perf_counter(), 0
    while time.perf_counter() - started < seconds:
        for first in range(0, len(notes), chunk):
            judged += len(predictor.judge(notes[first : first + chunk]))
    return judged / (time.perf_counter() - started)


@contextlib.contextmanager
def _server() -> Iterator[tuple[str, int]]:
    """A server on a free port: its address and process id. A signal ends it."""
    command = [sys.executable, "-m", "insight_classifier", "serve", "--port", "0"]
    folder = tempfile.TemporaryDirectory()
    own = {"INSIGHT_LOG_LEVEL": "error", "INSIGHT_DATABASE": f"sqlite:///{folder.name}/insight.db"}
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, env={**os.environ, **own})
    assert process.stderr
    greeting = process.stderr.readline()
    try:
        address = greeting.split("//")[1].split()[0]
        _until_ready(address)
        yield address, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        folder.cleanup()


def _until_ready(address: str) -> None:
    import urllib.request

    for _ in range(600):
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://{address}/readyz") as answer:
            if answer.status == 200:
                return
        time.sleep(0.1)
    raise SystemExit("the server did not become ready")


async def _load(
    address: str, records: Sequence[dict[str, Any]], clients: int, seconds: float, rate: float | None
) -> list[tuple[float, float, int]]:
    """(when, seconds, status) of every answer. The first fifth of the time is warm-up."""
    host, port = address.split(":")
    requests = [_request(record) for record in records]
    turn = iter(range(10**9))
    start = time.perf_counter()
    end = start + seconds * 1.25
    answers: list[tuple[float, float, int]] = []

    async def client() -> None:
        reader, writer = await asyncio.open_connection(host, int(port))
        while (now := time.perf_counter()) < end:
            number = next(turn)
            due = start + number / rate if rate else now
            if due > now:
                await asyncio.sleep(due - now)
            writer.write(requests[number % len(requests)])
            answers.append(await _answer(reader, due))
        writer.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    return [answer for answer in answers if answer[0] >= start + seconds * 0.25]


async def _answer(reader: asyncio.StreamReader, due: float) -> tuple[float, float, int]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    await reader.readexactly(length)
    now = time.perf_counter()
    return now, now - due, int(head[9:12])


def _request(record: dict[str, Any]) -> bytes:
    body = json.dumps(record).encode()
    return b"POST /v1/score HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def _summary(answers: Sequence[tuple[float, float, int]], bare: float) -> dict[str, Any]:
    good = sorted(seconds for _, seconds, status in answers if status == 200)
    refused = sorted(seconds for _, seconds, status in answers if status == 429)
    span = max(when for when, *_ in answers) - min(when for when, *_ in answers)
    pace = len(good) / span
    statuses = {str(status): sum(s == status for *_, s in answers) for status in sorted({s for *_, s in answers})}
    return {
        "notes_per_second": round(pace, 1),
        "share_of_bare": round(pace / bare, 3),
        "p50_ms": round(1000 * good[len(good) // 2], 1),
        "p99_ms": round(1000 * good[int(len(good) * 0.99)], 1),
        **({"refused_p99_ms": round(1000 * refused[int(len(refused) * 0.99)], 1)} if refused else {}),
        "statuses": statuses,
    }


if __name__ == "__main__":
    main()
