"""What an item's moments and events mean, in words. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from service.safety.rules import (
    ACKNOWLEDGED,
    CLOCK,
    CLOSED,
    EXPORTED,
    FALSE_ALARMS,
    FIRST,
    HALF_TIME,
    HANDED_OVER,
    NEW_HIT,
    OPEN,
    OVERDUE,
    REOPENED,
)

STATE_WORDS = {OPEN: "Open", ACKNOWLEDGED: "Acknowledged", HANDED_OVER: "Handed over", CLOSED: "Closed as a false alarm"}
EVENT_WORDS = {
    FIRST: "The scan raised it",
    NEW_HIT: "A newer version or another model found more",
    REOPENED: "Opened again",
    HALF_TIME: "Escalated: half of the time was gone",
    OVERDUE: "Escalated: overdue",
    CLOCK: "The service's clock was set right, and with it the deadline",
    ACKNOWLEDGED: "Acknowledged",
    HANDED_OVER: "Handed over",
    CLOSED: "Closed as a false alarm",
    EXPORTED: "Taken out for the safety desk",
}
FOUND_BY = {"model": "found by the model", "rule": "found by the rules", "both": "found by the rules and the model"}
MINUTES, HOURS, DAYS = 60, 3600, 86_400  # seconds


def length(span: timedelta) -> str:
    """A span of time in its two largest units: "2 d 4 h", "3 h 20 min", "less than a minute"."""
    seconds = int(abs(span.total_seconds()))
    if seconds < MINUTES:
        return "less than a minute"
    days, hours, minutes = seconds // DAYS, seconds % DAYS // HOURS, seconds % HOURS // MINUTES
    parts = [(days, "d"), (hours, "h")] if days else [(hours, "h"), (minutes, "min")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count)


def clock(item: Mapping[str, Any], at: datetime) -> str:
    """How much time an open item has left; of any other, whether it was dealt with in time."""
    due_at: datetime = item["due_at"]
    if item["state"] == OPEN:
        return f"overdue by {length(at - due_at)}" if due_at <= at else f"due in {length(due_at - at)}"
    decided = seen_at(item)
    if decided is None:
        return ""
    return f"in time, {length(due_at - decided)} before it was due" if decided < due_at else f"late, {length(decided - due_at)} overdue"


def seen_at(item: Mapping[str, Any]) -> datetime | None:
    """When a person first dealt with the item as it is now."""
    return next((item[key] for key in ("acknowledged_at", "closed_at", "handed_over_at") if item[key]), None)


def awareness(item: Mapping[str, Any], written_at: datetime | None, modified_at: datetime | None) -> str:
    """How it is known when the clock began."""
    began = item["awareness_at"]
    if began == written_at:
        return "the date that the CRM gives for the interaction or the note"
    if began == modified_at:
        return "when the CRM says that this version of the note was written"
    if began == item["received_at"]:
        return "when this service received the note: the CRM gave no earlier date"
    return "by the CRM's date of an earlier version, or by the receipt of one that found more"


def detail(event: Mapping[str, Any]) -> str:
    """What is to be added to an event's words: to whom, why, in which form."""
    said, reference = event["detail"], event["reference"]
    if event["kind"] == HANDED_OVER:
        return f"{'to ' + said + ', ' if said else ''}case {reference}"
    if event["kind"] == CLOSED:
        return FALSE_ALARMS.get(said or "", said or "")
    return f"as {said}" if said else ""
