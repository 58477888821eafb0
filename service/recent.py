"""Figures that take long to make and change slowly: made once for all who ask, told again for a while, then made anew in the background."""

import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

REST = 60.0  # what took a second to make is made anew after as many: it never takes more of a core than one part in so many
LONGEST = 600.0  # seconds after which nobody is told it any more
MOST = 50  # kept at once


@dataclass(frozen=True)
class Made(Generic[V]):
    """`at`: by the clock, when it was begun; `took`: seconds."""

    value: V
    at: float
    took: float


class Recent(Generic[K, V]):
    """`make` is called in one thread, for one key at a time. `get` blocks: call it in a thread. Several threads may."""

    def __init__(self, make: Callable[[K], V], *, longest: float = LONGEST, clock: Callable[[], float] = time.monotonic) -> None:
        """`longest`: seconds after which a value is told to nobody, but waited for anew."""
        self._make, self._longest, self._clock = make, longest, clock
        self._known: dict[K, Made[V]] = {}
        self._coming: dict[K, Future[Made[V]]] = {}
        self._lock, self._maker = Lock(), ThreadPoolExecutor(1, thread_name_prefix="recent")

    def get(self, key: K) -> Made[V]:
        """The first to ask waits, and whoever asks after long. Raises what `make` raises."""
        with self._lock:
            known, at = self._known.get(key), self._clock()
            if known and at - known.at <= min(known.took * REST, self._longest):
                return known
            coming = self._begin(key)
            if known and at - known.at <= self._longest:
                return known
        return coming.result()

    def close(self) -> None:
        """Ends once what is being made is made."""
        self._maker.shutdown(cancel_futures=True)

    def _begin(self, key: K) -> "Future[Made[V]]":
        if key not in self._coming:
            self._coming[key] = self._maker.submit(self._made, key)
        return self._coming[key]

    def _made(self, key: K) -> Made[V]:
        try:
            at = self._clock()
            made = Made(self._make(key), at, self._clock() - at)
            with self._lock:
                self._known = {**dict(list(self._known.items())[1 - MOST :]), key: made}
            return made
        finally:
            with self._lock:
                self._coming.pop(key, None)
