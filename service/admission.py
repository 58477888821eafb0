"""The door: what comes in while too much is in hand is refused at once, before it is read.

Requests in hand are bounded by their bytes, notes that wait by their number. What is refused here was not scanned either, and
says so: the caller still has it, and sends it again.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from starlette.requests import Request

from service.batcher import Batcher
from service.errors import Overloaded
from service.settings import Settings

UNREAD = "Nothing of this request was read or scanned."


class Admission:
    """Counts what is in hand. For the event loop only."""

    def __init__(self, batcher: Batcher, settings: Settings) -> None:
        self.batcher, self.settings = batcher, settings
        self.held_bytes = self.held_requests = 0

    @contextmanager
    def __call__(self, request: Request) -> Iterator[None]:
        """Hold a place for a request from before its body is read until it is answered. Raises Overloaded."""
        size = self._size(request)
        self._check(size)
        self._hold(size, 1)
        try:
            yield
        finally:
            self._hold(-size, -1)

    def _hold(self, size: int, requests: int) -> None:
        self.held_bytes += size
        self.held_requests += requests
        self.batcher.watch.metrics.held(size)

    def require_room(self, count: int) -> None:
        """Raises Overloaded where so many notes would not be taken; other troubles show after the notes were scanned."""
        most = self.batcher.queue_notes
        if (waiting := self.batcher.queued(count)) + count > most:
            raise self._overloaded(f"{waiting} notes wait, at most {most} may, and this request brings {count}.")

    def _size(self, request: Request) -> int:
        """What the body may take: as declared, or all that is allowed."""
        declared = request.headers.get("content-length", "")
        limit = self.settings.body_limit
        return min(int(declared), limit) if declared.isascii() and declared.isdigit() else limit

    def _check(self, size: int) -> None:
        most = self.settings.queue_bytes
        if self.held_bytes + size > most:
            raise self._overloaded(f"Requests of {self.held_bytes:,} bytes are in hand, and at most {most:,} may be.")
        if self.held_requests >= self.settings.queue_notes:
            raise self._overloaded(f"{self.held_requests} requests are in hand, and at most {self.settings.queue_notes} may be.")
        self.require_room(1)
        if (wait := self.batcher.wait_now()) > self.settings.queue_seconds:
            raise self._overloaded(f"A note would wait {wait:.1f} s, and at most {self.settings.queue_seconds:g} s are let come together.")

    def _overloaded(self, words: str) -> Overloaded:
        advice = self.batcher.retry_after()
        return Overloaded(f"{words} {UNREAD} Send it again in {advice} s.", retry_after=advice)
