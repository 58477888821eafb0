"""The end of a server, in order: not ready, but answering still; then no new connections; then the rest finishes; then it exits.

Load balancers learn from /readyz that they should send nothing more. Whoever still comes meanwhile is served.
"""

import signal
import threading
from collections.abc import Callable
from types import FrameType

import uvicorn


class DrainingServer(uvicorn.Server):
    """SIGTERM begins the end; a second one, or Ctrl-C, skips the wait."""

    def __init__(self, config: uvicorn.Config, *, on_drain: Callable[[], None], drain_seconds: float) -> None:
        super().__init__(config)
        self.on_drain, self.drain_seconds = on_drain, drain_seconds
        self._draining = False

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if sig != signal.SIGTERM or self._draining or not self.started:
            super().handle_exit(sig, frame)
            return
        self._draining = True
        self.on_drain()
        timer = threading.Timer(self.drain_seconds, self._stop)
        timer.daemon = True
        timer.start()

    def _stop(self) -> None:
        self.should_exit = True
