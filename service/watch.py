"""What happens to requests and notes, told once: metrics count it, traces show it."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry

from service.metrics.meters import Metrics
from service.tracing import Trace, Tracing, Untraced


class Watch:
    """The metrics and the tracing of one application. Safe to call from several threads."""

    def __init__(self, metrics: Metrics, tracing: Tracing) -> None:
        self.metrics, self.tracing = metrics, tracing

    @contextmanager
    def span(self, name: str) -> Iterator[None]:
        """A stretch of the present request, for its trace alone."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.tracing.record(name, time.perf_counter() - started, [self.tracing.current()], {})

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """A stage of one note, for the metrics alone."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.metrics.stage(name, time.perf_counter() - started)

    @contextmanager
    def batch_stage(self, name: str, traces: Iterable[Trace | None], *, notes: int, tokens: int) -> Iterator[None]:
        """A stage of a batch, done for several requests."""
        started = time.perf_counter()
        try:
            yield
        finally:
            seconds = time.perf_counter() - started
            self.metrics.stage(name, seconds)
            self.tracing.record(name, seconds, traces, {"batch_notes": notes, "batch_tokens": tokens})


def unseen() -> Watch:
    """One that nobody reads."""
    return Watch(Metrics(CollectorRegistry()), Untraced())
