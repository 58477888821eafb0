"""What the safety desk does with items: looks at them, acknowledges them, hands them over. In the caller's transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, tuple_

from service.errors import RequestError
from service.safety.rules import ACKNOWLEDGED, HANDED_OVER, OPEN
from service.safety.store import change, write_event
from service.safety.tables import Item, ItemEvent

ITEMS, EVENTS = Item.__table__.c, ItemEvent.__table__.c


@dataclass(frozen=True)
class Decision:
    """What a person says of an item. `revision`: of the item that was looked at; None: whatever it is now."""

    who: str
    at: datetime
    comment: str | None = None
    revision: int | None = None


def items(
    connection: Connection,
    *,
    limit: int,
    state: str | None = None,
    overdue_at: datetime | None = None,
    after: tuple[datetime, str] | None = None,
) -> list[dict[str, Any]]:
    """The most urgent first, those behind `after` (due_at, id). `overdue_at`: only open ones that are due at this moment."""
    wanted: list[Any] = [ITEMS.state == state] if state else []
    wanted += [ITEMS.state == OPEN, ITEMS.due_at <= overdue_at] if overdue_at else []
    if after:
        # Said twice, for an index is searched by the first.
        wanted += [ITEMS.due_at >= after[0], tuple_(ITEMS.due_at, ITEMS.id) > tuple_(*after, types=[ITEMS.due_at.type, ITEMS.id.type])]
    query = select(Item.__table__).where(*wanted).order_by(ITEMS.due_at, ITEMS.id).limit(limit)
    return [{**row} for row in connection.execute(query).mappings()]


def item(connection: Connection, item_id: str) -> dict[str, Any]:
    """Raises RequestError where there is none."""
    found = connection.execute(select(Item.__table__).where(ITEMS.id == item_id)).mappings().first()
    if found is None:
        raise RequestError("There is no such safety item. List them: GET /v1/safety/items.", "safety_item_not_found")
    return {**found}


def events(connection: Connection, item_id: str) -> list[dict[str, Any]]:
    """What happened to an item, in order."""
    query = select(ItemEvent.__table__).where(EVENTS.item_id == item_id).order_by(EVENTS.number)
    return [{**row} for row in connection.execute(query).mappings()]


def acknowledge(connection: Connection, item_id: str, decision: Decision) -> dict[str, Any]:
    """A person has seen the item: nothing more is escalated. Raises RequestError, which names who was first."""
    values = {"acknowledged_by": decision.who, "acknowledged_at": decision.at, "comment": decision.comment}
    return _decide(connection, item_id, decision, OPEN, {"state": ACKNOWLEDGED, **values})


def hand_over(connection: Connection, item_id: str, decision: Decision, reference: str) -> dict[str, Any]:
    """The safety desk has it under a reference of its own. Raises RequestError."""
    values = {"handed_over_by": decision.who, "handed_over_at": decision.at, "reference": reference}
    return _decide(connection, item_id, decision, ACKNOWLEDGED, {"state": HANDED_OVER, **values})


def _decide(connection: Connection, item_id: str, decision: Decision, before: str, values: dict[str, Any]) -> dict[str, Any]:
    seen = [ITEMS.revision == decision.revision] if decision.revision is not None else []
    decided = change(connection, item_id, values, ITEMS.state == before, *seen)
    if decided is None:
        raise _too_late(item(connection, item_id), before)
    write_event(connection, decided, values["state"], decision.at, who=decision.who, comment=decision.comment)
    return decided


def _too_late(found: dict[str, Any], before: str) -> RequestError:
    """Why a decision cannot be taken: somebody was first, or the item has changed since it was looked at."""
    told = {"state": found["state"], "revision": found["revision"]}
    if found["state"] == before:
        detail = f"The scan of a newer version found more: look at the item again, it is at revision {found['revision']}."
        return RequestError(detail, "safety_item_changed", **told)
    if found["state"] == OPEN:
        return RequestError("Nobody has acknowledged it yet: do that first.", "safety_item_open", **told)
    who, when = _last(found)
    detail = f"It was {found['state'].replace('_', ' ')} by {who} at {when:%Y-%m-%d %H:%M:%S} UTC."
    return RequestError(detail, "safety_item_decided", **told, decided_by=who, decided_at=when.isoformat())


def _last(found: dict[str, Any]) -> tuple[str, datetime]:
    step = "handed_over" if found["state"] == HANDED_OVER else "acknowledged"
    return found[f"{step}_by"], found[f"{step}_at"]
