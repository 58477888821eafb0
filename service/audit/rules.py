"""The chain of the audit: what a row's hash is of, and what is wrong with a run of rows. Pure."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from insight_classifier.errors import ConfigError
from service.database import content_json

LEAST_DAYS = 184  # six months, whichever they are
GENESIS = "0" * 64  # what the first row stands on


@dataclass(frozen=True)
class Entry:
    """One row of the audit, as it is hashed."""

    sequence: int
    at: datetime
    who: str
    action: str
    what: str
    before: str | None
    after: dict[str, Any] | None
    why: str | None
    previous: str

    def hash(self) -> str:
        """64 hex digits of everything in the row and of the row before it."""
        parts = [self.sequence, self.at.astimezone(UTC).isoformat(), self.who, self.action, self.what, self.before, self.after, self.why]
        return digest([self.previous, *parts])


def digest(value: object) -> str:
    """64 hex digits of a JSON value."""
    return hashlib.sha256(content_json(value).encode("ascii")).hexdigest()


def oldest_kept(at: datetime, days: int) -> datetime:
    """The moment before which rows may go. Raises ConfigError below the six months that the law on logs of such systems asks for."""
    if days < LEAST_DAYS:
        raise ConfigError(f"the audit is kept for {LEAST_DAYS} days at least, not {days}.")
    return at - timedelta(days=days)


@dataclass(frozen=True)
class Fault:
    """Where the chain does not hold, and how that shows."""

    sequence: int
    problem: str


def faults(rows: Iterable[tuple[Entry, str]], *, first: int, previous: str | None, last: int, head: str) -> Iterator[Fault]:
    """Every place where rows, in order and each with its stored hash, are not the unbroken chain that began at `first` and ends at `head`.

    `previous` is the hash before the first row; None: nobody knows it, and the first row's word is taken for it.
    """
    expected, stands_on = first, previous
    for entry, stored in rows:
        if entry.sequence != expected:
            yield Fault(expected, f"row {expected} is missing" if entry.sequence > expected else f"row {entry.sequence} is out of order")
        if entry.hash() != stored:
            yield Fault(entry.sequence, f"row {entry.sequence} was changed: its hash does not fit its content")
        elif stands_on is not None and entry.previous != stands_on and entry.sequence == expected:
            yield Fault(entry.sequence, f"row {entry.sequence} does not continue the row before it: one of them was replaced or moved")
        expected, stands_on = entry.sequence + 1, stored
    if expected != last + 1:
        yield Fault(expected, f"rows {expected} to {last} are missing at the end" if expected <= last else f"rows after {last} were added")
    elif stands_on is not None and stands_on != head:
        yield Fault(last, f"row {last} is not the one that the head of the chain names")
