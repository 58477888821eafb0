"""The bodies of the safety routes: what callers send is checked by them, what they get is documented. What would be null is left out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from service.database import moment_text
from service.safety.rules import FALSE_ALARMS, OPEN, STATES
from service.schemas import Strict, maybe

LONGEST_NAME, LONGEST_COMMENT = 100, 2000
REASONS = "first, new_hit, reopened, half_time, overdue, acknowledged, handed_over, closed, exported or clock_set_right."
STATE_WORDS = (
    "open: nobody has looked; acknowledged: a person has; handed_over: the safety desk has it under a reference of its own; "
    "closed: a false alarm, with the reason."
)


def _line(text: str) -> str:
    if not text.isprintable() or not text.strip():
        raise ValueError("must be a line that can be read")
    return text.strip()


def _lines(text: str) -> str:
    if not all(character.isprintable() or character in "\n\r\t" for character in text):
        raise ValueError("must be text that can be read")
    return text


Line = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME), AfterValidator(_line)]
Lines = Annotated[str, Field(max_length=LONGEST_COMMENT), AfterValidator(_lines)]
Revision = Annotated[int, Field(ge=1, le=2**31 - 1)]


class SafetyAcknowledgement(BaseModel):
    """A person has looked at the item."""

    model_config = ConfigDict(extra="forbid", strict=True)

    person: Line | None = maybe("Who looked, where the key stands for several people.")
    comment: Lines | None = maybe("What was found; it never leaves this service.")
    revision: Revision | None = maybe("Of the item that was looked at: refused where a newer version of the note has more in it by now.")


class SafetyHandOver(BaseModel):
    """The safety desk has the case."""

    model_config = ConfigDict(extra="forbid", strict=True)

    reference: Annotated[Line, Field(description="The safety desk's own reference of the case.")]
    person: Line | None = maybe("Who handed it over, where the key stands for several people.")
    to: Line | None = maybe("The desk or the person that took it.")
    comment: Lines | None = maybe("Anything to add.")
    revision: Revision | None = maybe("Of the item that was looked at.")


class SafetyClosing(BaseModel):
    """It was a false alarm: nothing is to be reported."""

    model_config = ConfigDict(extra="forbid", strict=True)

    reason: Annotated[str, Field(description="Why nothing is to be reported.", json_schema_extra={"enum": list(FALSE_ALARMS)})]
    comment: Annotated[Lines, Field(min_length=1, description="The same in words; it never leaves this service.")]
    person: Line | None = maybe("Who closed it, where the key stands for several people.")
    revision: Revision | None = maybe("Of the item that was looked at.")


class SafetySpan(Strict):
    """Where the words stand: code points from `start` to before `end` of a field as it was sent."""

    flag: str
    field: str | None = maybe("Left out where the note has only one.")
    start: int
    end: int
    by: Annotated[str, Field(description="Who found it: model, rule or both.")]


class SafetyItem(Strict):
    """A note that a person must look at."""

    id: str
    note_id: str
    source: Annotated[str, Field(description="The CRM.")]
    record_id: str | None = maybe("The CRM's own id of the note.")
    flags: list[str]
    spans: list[SafetySpan]
    content_hash: Annotated[str, Field(description="Of the version of the note that the spans stand in; empty once it is erased.")]
    state: Annotated[str, Field(description=STATE_WORDS, json_schema_extra={"enum": list(STATES)})]
    overdue: bool
    received_at: str
    awareness_at: Annotated[str, Field(description="When the clock began: the note was written, or else received.")]
    due_at: str
    half_told_at: str | None = maybe("When it was told that half of the time is gone.")
    overdue_told_at: str | None = maybe("When it was told that it is overdue.")
    acknowledged_by: str | None = maybe("The key, and the person where it named one.")
    acknowledged_at: str | None = maybe("When.")
    comment: str | None = maybe("Of whoever acknowledged or closed it.")
    handed_over_by: str | None = maybe("The key, and the person where it named one.")
    handed_over_at: str | None = maybe("When.")
    handed_to: str | None = maybe("The desk or the person that took it.")
    reference: str | None = maybe("The safety desk's own.")
    closed_by: str | None = maybe("The key, and the person where it named one.")
    closed_at: str | None = maybe("When.")
    reason: str | None = maybe("Why nothing is to be reported.")
    revision: Annotated[int, Field(description="Counts the scans that found something new.")]


class SafetyEvent(Strict):
    """One thing that happened to an item."""

    number: int
    at: str
    kind: Annotated[str, Field(description=REASONS)]
    who: str
    flags: list[str] | None = maybe("What was found, where something was.")
    due_at: str
    reference: str | None = maybe("The safety desk's own.")
    detail: str | None = maybe("To whom it was handed over, why it was closed, or in which form it went out.")
    comment: str | None = maybe("Of whoever decided.")


class SafetyItemList(Strict):
    """A page of items, the most urgent first."""

    items: list[SafetyItem]
    next_cursor: str | None = maybe("Where the next page begins; left out on the last one.")


class SafetyItemHistory(Strict):
    """An item, and all that happened to it, in order."""

    item: SafetyItem
    events: list[SafetyEvent]


SHAPES: tuple[type[BaseModel], ...] = (
    SafetyAcknowledgement,
    SafetyHandOver,
    SafetyClosing,
    SafetySpan,
    SafetyItem,
    SafetyEvent,
    SafetyItemList,
    SafetyItemHistory,
)


def shown(row: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """An item as JSON."""
    told = _told(row, SafetyItem)
    return {**told, "spans": [_told(span, SafetySpan) for span in row["spans"]], "overdue": row["state"] == OPEN and row["due_at"] <= at}


def shown_event(row: Mapping[str, Any]) -> dict[str, Any]:
    """An event as JSON."""
    return _told(row, SafetyEvent)


def _told(row: Mapping[str, Any], shape: type[BaseModel]) -> dict[str, Any]:
    return {name: _plain(name, row[name]) for name in shape.model_fields if row.get(name) is not None}


def _plain(name: str, value: Any) -> Any:  # noqa: ANN401 any column
    if name == "flags":
        return value.split()
    return moment_text(value) if isinstance(value, datetime) else value
