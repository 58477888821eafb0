"""What is told, in which shape, and when it is told again after a receiver failed. Pure."""

import itertools
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from service.database import moment_text

EVENTS: Mapping[str, str] = {
    "judgement.created": "a note was judged",
    "safety.flagged": "a note may tell of harm to a patient, or its deadline comes near",
    "job.finished": "a bulk job ended",
    "insight.outcome": "it was decided what became of an insight",
}
TEST_EVENT = "webhook.test"
MOST_SUBSCRIPTIONS = 50
MOST_IN_FLIGHT = 2  # messages at once to one subscription, whatever the number of processes

QUEUED, SENDING, DELIVERED, DEAD = "queued", "sending", "delivered", "dead"
STATES = (QUEUED, SENDING, DELIVERED, DEAD)
SETTLED = (DELIVERED, DEAD)

# Seconds until the next attempt: six within the first twenty minutes, for a receiver that restarts; in all 72 hours.
DELAYS = (5, 30, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400, 28_800, 43_200, 72_000, 86_400)
JITTER = 0.1  # part of a delay, up or down: what failed together does not come back together
GIVEN_UP_AFTER = timedelta(hours=72)
DISABLED_AFTER = timedelta(days=5)
GONE = 410
LEASE = timedelta(seconds=60)  # far above the longest attempt: past it whoever was sending is dead
# A receiver that fails for every message is asked less often for all of them, once it failed so often in a row.
PATIENCE, LONGEST_PAUSE = 4, 60
LONGEST_WISH = 24 * 3600  # seconds of Retry-After that are granted


@dataclass(frozen=True)
class Event:
    """Something that happened. `data` may be seen by every subscriber; `text` only by those who asked for words.

    `text` is a note's fields by name, or its only one. `note_id` and the CRM that the filter `source` asks for are taken from `data`.
    """

    type: str
    data: Mapping[str, Any]
    at: datetime
    text: str | Mapping[str, str] | None = None
    note_id: str | None = None

    def __post_init__(self) -> None:
        if self.type not in EVENTS:
            raise ValueError(f"{self.type} is no event that EVENTS declares")

    @property
    def note(self) -> str | None:
        found = self.note_id or self.data.get("note_id")
        return None if found is None else str(found)

    @property
    def words(self) -> dict[str, str] | None:
        return {"text": self.text} if isinstance(self.text, str) else None if self.text is None else dict(self.text)


@dataclass(frozen=True)
class Answer:
    """What came of one attempt. `retry_after` in seconds, as the receiver wished; `error` holds nothing that the receiver wrote."""

    status: int | None
    error: str | None = None
    retry_after: float | None = None
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


_numbers = itertools.count()


def new_id(at: datetime) -> str:
    """An id that nobody can guess; ids of one process are in order of time, and at one moment in order of making."""
    return f"msg_{int(at.timestamp() * 1000):012x}{next(_numbers) % 65_536:04x}{secrets.token_hex(8)}"


def without_words(value: Any) -> Any:  # noqa: ANN401 any JSON
    """The same without the quotes of evidence: where they stand is kept, what they say is not."""
    if isinstance(value, Mapping):
        return {key: _places(item) if key == "evidence" else without_words(item) for key, item in value.items()}
    return [without_words(item) for item in value] if isinstance(value, (list, tuple)) else value


def _places(spans: Any) -> Any:  # noqa: ANN401 any JSON
    if isinstance(spans, Sequence) and not isinstance(spans, str):
        return [{key: item for key, item in span.items() if key != "text"} for span in spans if isinstance(span, Mapping)]
    return []


def body(event: str, occurred_at: datetime, data: Mapping[str, Any], words: Mapping[str, str] | None = None) -> str:
    """The JSON that is signed and sent; the same each time for one message, unless its words were erased."""
    told = {**data, "note": dict(words)} if words else dict(data)
    content = {"type": event, "timestamp": moment_text(occurred_at), "data": told}
    # Escaped to ASCII: half a surrogate pair has no UTF-8.
    return json.dumps(content, ensure_ascii=True, allow_nan=False, separators=(",", ":"))


def next_attempt(attempts: int, *, queued_at: datetime, at: datetime, wish: float | None, chance: float) -> datetime | None:
    """When to try again after the given number of attempts failed; None: never. `chance` from 0 to 1 spreads it."""
    if attempts > len(DELAYS) or at - queued_at >= GIVEN_UP_AFTER:
        return None
    delay = DELAYS[attempts - 1] * (1 + JITTER * (2 * chance - 1))
    return at + timedelta(seconds=max(delay, granted(wish)))


def pause(failures: int, wish: float | None) -> timedelta:
    """How long nothing is sent to a receiver that failed so often in a row, or asked for it."""
    own = min(2.0 ** min(failures - PATIENCE, 10), LONGEST_PAUSE) if failures >= PATIENCE else 0.0
    return timedelta(seconds=max(own, granted(wish)))


def granted(wish: float | None) -> float:
    return min(wish or 0.0, LONGEST_WISH)


def retry_after(value: str | None, at: datetime) -> float | None:
    """Seconds of a Retry-After header, which counts seconds or names a moment; None where it does neither."""
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value.strip()[:9])
    try:
        named = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, ((named if named.tzinfo else named.replace(tzinfo=UTC)) - at).total_seconds())


def reason_to_disable(answer: Answer, failing_since: datetime, at: datetime) -> str | None:
    """Why a subscription whose attempt failed gets nothing more; None: it goes on."""
    if answer.status == GONE:
        return "the receiver answered 410 Gone"
    if at - failing_since >= DISABLED_AFTER:
        return f"every attempt failed for {DISABLED_AFTER.days} days, the last with {answer.error}"
    return None
