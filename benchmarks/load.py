"""Load on a server over HTTP, and what came of it.

Clients are raw connections with ready-made requests, so that they take as little as possible of the processors that the server is
measured on. Every note has an id that no other has: the service answers what it knows already from its store.
"""

import asyncio
import itertools
import json
import math
import os
import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from insight_classifier.definition_reader import default_definition

NOTES = Path(__file__).resolve().parent.parent / "data" / "notes" / "writer_g.jsonl"
WARM_UP = 0.25  # of the seconds that are measured; before them
PATIENCE = 60.0  # seconds that answers are waited for when nothing is sent any more
MOST_CONNECTIONS = 4000
FULL = 128  # clients that keep a server as busy as it can be
REFUSED = (429, 503)
NO_ANSWER = 0
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
HOLE = "\ufdd0"  # no text holds it; stands where the number goes

Record = dict[str, Any]


def read_records(path: Path) -> list[Record]:
    """Notes with only what a caller would send."""
    names = {field.name for field in default_definition().fields}
    lines = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return [{key: value for key, value in line.items() if key in names} for line in lines]


class Requests:
    """Requests for ever, over and over the same notes, each under an id of its own, also among runs. `batch` 0: notes one by one."""

    def __init__(self, path: str, records: Sequence[Record], batch: int = 0) -> None:
        self.path, self.notes = path, batch or 1
        self._numbers = itertools.count()
        self._run = os.urandom(4).hex()
        period = math.lcm(len(records), self.notes) // self.notes  # after so many requests the first begins again
        self._templates = [self._template(self._records(records, number), bool(batch)) for number in range(period)]

    def __next__(self) -> bytes:
        number = next(self._numbers)
        first = number * self.notes
        return self._templates[number % len(self._templates)] % tuple(range(first, first + self.notes))

    def _records(self, records: Sequence[Record], number: int) -> list[Record]:
        places = range(number * self.notes, (number + 1) * self.notes)
        return [{"id": f"{self._run}-{HOLE}", **records[place % len(records)]} for place in places]

    def _template(self, records: Sequence[Record], batch: bool) -> bytes:
        content = {"notes": records} if batch else records[0]
        body = json.dumps(content, ensure_ascii=False).encode()
        size = len(body.replace(HOLE.encode(), b"0" * 12))
        head = f"POST {self.path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {size}\r\n\r\n".encode()
        return (head + body).replace(b"%", b"%%").replace(HOLE.encode(), b"%012d")


@dataclass(frozen=True)
class Answer:
    """`due` and `done` in seconds of time.perf_counter(); status 0 where none came."""

    due: float
    done: float
    status: int
    body: bytes = b""

    @property
    def seconds(self) -> float:
        return self.done - self.due


class Connection(asyncio.Protocol):
    """One kept-alive connection; one request at a time."""

    def __init__(self) -> None:
        self._received = bytearray()
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        end = self._received.find(b"\r\n\r\n")
        found = LENGTH.search(self._received, 0, end) if end >= 0 else None
        if found and len(self._received) >= (whole := end + 4 + int(found[1])) and self._answer and not self._answer.done():
            self._answer.set_result((int(self._received[9:12]), bytes(self._received[end + 4 : whole])))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer and not self._answer.done():
            self._answer.set_exception(ConnectionResetError("closed without an answer"))

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and body. Raises ConnectionResetError."""
        self._received.clear()
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self._answer


class Pool:
    """As many connections to one server as requests are under way."""

    def __init__(self, address: str, *, bodies: bool = False, most: int = MOST_CONNECTIONS) -> None:
        self.bodies = bodies  # of good answers; without them long runs take little memory
        self.host, port = address.rsplit(":", 1)
        self.port = int(port)
        self._room = asyncio.Semaphore(most)
        self._idle: list[Connection] = []

    async def ask(self, request: bytes, due: float | None = None) -> Answer:
        """The answer, timed from when it was due, by default now."""
        due = time.perf_counter() if due is None else due
        async with self._room:
            try:
                connection = await self._connection()
                status, body = await connection.ask(request)
            except OSError:
                return Answer(due, time.perf_counter(), NO_ANSWER)
            self._idle.append(connection)
            return Answer(due, time.perf_counter(), status, body if self.bodies or status != 200 else b"")

    async def _connection(self) -> Connection:
        while self._idle:
            if not (connection := self._idle.pop()).transport.is_closing():
                return connection
        return (await asyncio.get_running_loop().create_connection(Connection, self.host, self.port))[1]


@dataclass(frozen=True)
class Tally:
    """All answers, of which a span of seconds is measured, from the moment `begin`; each of so many notes."""

    everything: Sequence[Answer]
    begin: float
    span: float
    notes: int

    @property
    def pace(self) -> float:
        """Notes a second that were judged."""
        judged = sum(answer.status == 200 and self._within(answer.done) for answer in self.everything)
        return judged * self.notes / self.span

    @property
    def answers(self) -> list[Answer]:
        """Of all that was due in the span, whenever they came."""
        return [answer for answer in self.everything if self._within(answer.due)]

    @property
    def good(self) -> list[float]:
        """Seconds of the accepted, ascending."""
        return sorted(answer.seconds for answer in self.answers if answer.status == 200)

    @property
    def refused(self) -> list[float]:
        """Seconds of the refusals, ascending."""
        return sorted(answer.seconds for answer in self.answers if answer.status in REFUSED)

    @property
    def statuses(self) -> str:
        return count_statuses(self.answers)

    def _within(self, moment: float) -> bool:
        return self.begin <= moment <= self.begin + self.span


def count_statuses(answers: Sequence[Answer]) -> str:
    """How often each occurs."""
    counts = sorted(Counter(answer.status for answer in answers).items())
    return ", ".join(f"{status or 'none'}: {count:,}" for status, count in counts)


async def closed_loop(address: str, requests: Requests, clients: int, seconds: float) -> Tally:
    """So many clients, each of which sends when it is answered."""
    pool = Pool(address)
    begin = time.perf_counter() + seconds * WARM_UP
    answers: list[Answer] = []

    async def client() -> None:
        while time.perf_counter() < begin + seconds:
            answers.append(await pool.ask(next(requests)))

    await asyncio.gather(*(client() for _ in range(clients)))
    if not any(answer.status == 200 for answer in answers):
        raise SystemExit(f"no answer of {requests.path} was 200; the first was {answers[0].status}: {answers[0].body[:500]!r}")
    return Tally(answers, begin, seconds, requests.notes)


async def open_loop(address: str, requests: Requests, rate: float, seconds: float) -> Tally:
    """So many requests a second, whether answers come or not; their seconds count from when they were due."""
    pool = Pool(address)
    start = time.perf_counter()
    sent: list[tuple[float, asyncio.Task[Answer]]] = []
    for number in range(int(rate * seconds * (1 + WARM_UP))):
        due = start + number / rate
        if (early := due - time.perf_counter()) > 0:
            await asyncio.sleep(early)
        sent.append((due, asyncio.create_task(pool.ask(next(requests), due))))
    await asyncio.wait([task for _, task in sent], timeout=PATIENCE)
    answers = [task.result() if task.done() else Answer(due, time.perf_counter(), NO_ANSWER) for due, task in sent]
    for _, task in sent:
        task.cancel()
    return Tally(answers, start + seconds * WARM_UP, seconds, requests.notes)


def milliseconds(ascending: Sequence[float], share: float) -> str:
    """A percentile for a table."""
    return f"{1000 * ascending[min(len(ascending) - 1, int(len(ascending) * share))]:,.1f}" if ascending else "-"


def table(rows: Sequence[Mapping[str, str]]) -> str:
    """Markdown; the first row's keys are the head."""
    lines = [list(rows[0]), ["---"] * len(rows[0]), *(list(row.values()) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
