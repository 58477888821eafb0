"""Requests a minute: one token bucket for each lineage of keys, in the memory of a process. N processes let through N times as much."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from service.errors import LimitReached
from service.people.rules import LOCAL, Caller

BURST_SECONDS = 10  # so much of the rate may come at once


@dataclass
class Bucket:
    """Fills with `rate` a second up to `burst`; each request takes one."""

    rate: float
    burst: float
    level: float
    at: float

    def take(self, at: float) -> float:
        """0 where there was one to take, else the seconds until there is. A clock that goes back fills nothing."""
        self.level = min(self.burst, self.level + max(0.0, at - self.at) * self.rate)
        self.at = at
        if self.level < 1:
            return (1 - self.level) / self.rate
        self.level -= 1
        return 0.0


class Rates:
    """`default` is the rate of keys without one of their own, in requests a minute."""

    def __init__(self, default: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.default, self._clock = default, clock
        self._buckets: dict[tuple[str, int], Bucket] = {}

    def take(self, caller: Caller, rate: int | None = None) -> None:
        """Count a request, by another rate than the caller's own where one is given. Raises LimitReached."""
        if caller.lineage == LOCAL:
            return
        rate = rate or caller.rate or self.default
        wait = self._bucket(caller.lineage, rate).take(self._clock())
        if wait:
            seconds = math.ceil(wait)
            detail = (
                f"{caller.name} may make {rate:,} requests a minute. Nothing of this one was read or scanned. Send it again in {seconds} s."
            )
            raise LimitReached(detail, "rate_limited", retry_after=seconds)

    def _bucket(self, lineage: str, rate: int) -> Bucket:
        """A key whose rate was changed begins with a full one."""
        burst = max(1.0, rate * BURST_SECONDS / 60)
        return self._buckets.setdefault((lineage, rate), Bucket(rate / 60, burst, burst, self._clock()))
