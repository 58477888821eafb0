"""A receiver: a small real HTTP server on a thread, which remembers what came and answers as it is told."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Reply:
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    after: float = 0.0  # seconds


@dataclass(frozen=True)
class Came:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


class Receiver:
    """`answer` decides on each request. `most` is how many came at the same time, by path and by message."""

    def __init__(self) -> None:
        self.answer: Callable[[Came], Reply] = lambda came: Reply()
        self.came: list[Came] = []
        self.most: dict[str, int] = defaultdict(int)
        self.stopped = threading.Event()
        self._now: dict[str, int] = defaultdict(int)
        self._lock = threading.Lock()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])

    def url(self, path: str = "/hook", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def close(self) -> None:
        self.stopped.set()
        self.server.shutdown()
        self.server.server_close()

    def _take(self, came: Came) -> Reply:
        with self._lock:
            self.came.append(came)
            self._count(came, 1)
        reply = self.answer(came)
        self.stopped.wait(reply.after)
        with self._lock:
            self._count(came, -1)
        return reply

    def _count(self, came: Came, change: int) -> None:
        for key in (came.path, came.headers.get("webhook-id", "")):
            self._now[key] += change
            self.most[key] = max(self.most[key], self._now[key])

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                reply = receiver._take(Came(self.path, headers, body))
                self.send_response(reply.status)
                for name, value in {"content-length": str(len(reply.body)), **reply.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(reply.body)

            def log_message(self, *arguments: Any) -> None:
                """Quiet."""

        return Handler


def until(condition: Callable[[], object], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)
