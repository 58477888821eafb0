"""A clock that notices when it was set back, by seconds that nobody sets."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

SLACK = timedelta(seconds=5)  # how far a clock may go wrong, or those of several machines apart


@dataclass(frozen=True)
class Look:
    """What the clock says, how far it was set back and not forward again, and whether that happened since the look before."""

    at: datetime
    behind: timedelta
    set_back: bool


class Clock:
    """`now` tells moments in UTC, `monotonic` seconds."""

    def __init__(self, now: Callable[[], datetime], monotonic: Callable[[], float]) -> None:
        self._now, self._monotonic = now, monotonic
        self._at, self._seconds = now(), monotonic()
        self._behind = timedelta()

    def look(self) -> Look:
        """Look often: a step is measured from the look before."""
        at, seconds = self._now(), self._monotonic()
        step = at - self._at - timedelta(seconds=seconds - self._seconds)
        self._at, self._seconds = at, seconds
        if abs(step) > SLACK:
            self._behind = max(timedelta(), self._behind - step)
        return Look(at, self._behind, step < -SLACK)
