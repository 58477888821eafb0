"""The list of items as a page shows it: its tabs, what its address asks for, lines; and the steps of an item's history. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from insight_classifier.definition import Definition
from service.errors import RequestError
from service.safety.quotes import Quote, quotes, snippet, titles
from service.safety.rules import ACKNOWLEDGED, CLOSED, HANDED_OVER, OPEN, OVERDUE, cursor_of, read_cursor
from service.safety.store import SYSTEM
from service.safety.words import EVENT_WORDS, STATE_WORDS, clock, detail

TABS: Mapping[str, tuple[str, str]] = {
    OPEN: ("Open", "Nobody has looked yet. The next deadline first."),
    OVERDUE: ("Overdue", "Open, and their time is over. The longest overdue first."),
    ACKNOWLEDGED: ("Acknowledged", "A person has looked; the safety desk does not have them yet. The next deadline first."),
    HANDED_OVER: ("Handed over", "The safety desk has them under a reference of its own. The latest first."),
    CLOSED: ("Closed", "False alarms, each with its reason. The latest first."),
}
ASKED = ("show", "after")


@dataclass(frozen=True)
class Asked:
    """What the address asks for."""

    show: str = OPEN
    after: str | None = None

    def wanted(self, at: datetime) -> dict[str, Any]:
        """For `desk.items`. Raises RequestError."""
        state = {"overdue_at": at} if self.show == OVERDUE else {"state": self.show}
        return {**state, "latest": self.show in (HANDED_OVER, CLOSED), "after": read_cursor(self.after) if self.after else None}


@dataclass(frozen=True)
class Shown:
    """One line. `urgency`: overdue, soon (half of the time is gone), or none."""

    id: str
    state: str
    clock: str
    due_at: datetime
    urgency: str
    flags: tuple[str, ...]
    author: str | None
    source: str
    record_id: str | None
    snippet: tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class Step:
    """One thing that happened. `who`: None for the service itself."""

    words: str
    detail: str
    who: str | None
    at: datetime
    comment: str | None
    flags: tuple[str, ...]


def read_asked(query: Mapping[str, str]) -> Asked:
    """Raises RequestError, which says what can be asked for."""
    if unknown := sorted(set(query) - set(ASKED)):
        raise RequestError(f"{unknown[0][:60]}: cannot be asked for. Use {' and '.join(ASKED)}.", "unknown_key")
    show = query.get("show", OPEN)
    if show not in TABS:
        raise RequestError(f"show must be one of {', '.join(TABS)}.", "invalid_request")
    return Asked(show, query.get("after"))


def line(item: Mapping[str, Any], version: Row[Any] | None, definition: Definition, at: datetime) -> Shown:
    """`version`: None where the words are not kept."""
    fields: Mapping[str, str] = version.fields if version else {}
    found: list[Quote] = quotes(item["spans"], fields, definition)
    return Shown(
        id=item["id"],
        state=STATE_WORDS[item["state"]],
        clock=clock(item, at),
        due_at=item["due_at"],
        urgency=_urgency(item, at),
        flags=tuple(titles(item["flags"], definition)),
        author=version.author if version else None,
        source=item["source"],
        record_id=item["record_id"],
        snippet=snippet(found, fields),
    )


def step(event: Mapping[str, Any], names: Mapping[str, str]) -> Step:
    """One event as people read it."""
    who = None if event["who"] == SYSTEM else names.get(event["who"], event["who"])
    flags = tuple((event["flags"] or "").split())
    return Step(EVENT_WORDS.get(event["kind"], event["kind"]), detail(event), who, event["at"], event["comment"], flags)


def page_end(item: Mapping[str, Any]) -> str:
    return cursor_of(item["due_at"], item["id"])


def _urgency(item: Mapping[str, Any], at: datetime) -> str:
    if item["state"] != OPEN:
        return "none"
    return "overdue" if item["due_at"] <= at else "soon" if item["half_at"] <= at else "none"
