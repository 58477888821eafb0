"""What people do with items: look at them, acknowledge, hand over, close a false alarm, open again. In the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, tuple_

from service.errors import RequestError
from service.safety.rules import ACKNOWLEDGED, CLOSED, EXPORTED, FALSE_ALARMS, HANDED_OVER, OPEN, REOPENED
from service.safety.store import DECIDED, change, write_event
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
    latest: bool = False,
) -> list[dict[str, Any]]:
    """The most urgent first, those behind `after` (due_at, id). `overdue_at`: only open ones that are due at this moment.

    `latest`: those that were due last come first.
    """
    wanted: list[Any] = [ITEMS.state == state] if state else []
    wanted += [ITEMS.state == OPEN, ITEMS.due_at <= overdue_at] if overdue_at else []
    wanted += _behind(after, latest=latest) if after else []
    order = [column.desc() if latest else column for column in (ITEMS.due_at, ITEMS.id)]
    query = select(Item.__table__).where(*wanted).order_by(*order).limit(limit)
    return [{**row} for row in connection.execute(query).mappings()]


def _behind(after: tuple[datetime, str], *, latest: bool) -> list[Any]:
    """Said twice, for an index is searched by the first."""
    place, edge = tuple_(ITEMS.due_at, ITEMS.id), tuple_(*after, types=[ITEMS.due_at.type, ITEMS.id.type])
    return [ITEMS.due_at <= after[0], place < edge] if latest else [ITEMS.due_at >= after[0], place > edge]


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
    return _decide(connection, item_id, decision, (OPEN,), {"state": ACKNOWLEDGED, **values})


def hand_over(connection: Connection, item_id: str, decision: Decision, reference: str, to: str | None = None) -> dict[str, Any]:
    """The safety desk has it under a reference of its own; `to`: who there took it. Raises RequestError."""
    values = {"handed_over_by": decision.who, "handed_over_at": decision.at, "reference": reference, "handed_to": to}
    return _decide(connection, item_id, decision, (ACKNOWLEDGED,), {"state": HANDED_OVER, **values}, detail=to)


def close(connection: Connection, item_id: str, decision: Decision, reason: str) -> dict[str, Any]:
    """It was a false alarm, for one of the reasons of FALSE_ALARMS and with words of one's own. Raises RequestError."""
    if reason not in FALSE_ALARMS:
        raise RequestError(f"reason must be one of {', '.join(FALSE_ALARMS)}.", "invalid_request")
    if not (decision.comment or "").strip():
        raise RequestError("comment: say in a sentence why nothing is to be reported.", "invalid_request")
    values = {"closed_by": decision.who, "closed_at": decision.at, "reason": reason, "comment": decision.comment}
    return _decide(connection, item_id, decision, (OPEN, ACKNOWLEDGED), {"state": CLOSED, **values}, detail=reason, why=reason)


def reopen(connection: Connection, item_id: str, decision: Decision) -> dict[str, Any]:
    """What was closed was no false alarm after all; its clock never stopped. Raises RequestError."""
    return _decide(connection, item_id, decision, (CLOSED,), {**dict.fromkeys(DECIDED), "state": OPEN}, kind=REOPENED)


def exported(connection: Connection, item_id: str, who: str, at: datetime, form: str) -> None:
    """The words of a note left the service in a form for the safety desk. Raises RequestError."""
    changed = change(connection, item(connection, item_id)["id"], {})
    assert changed is not None
    write_event(connection, changed, EXPORTED, at, who=who, detail=form, why=form)


def _decide(
    connection: Connection,
    item_id: str,
    decision: Decision,
    before: Sequence[str],
    values: dict[str, Any],
    *,
    kind: str | None = None,
    detail: str | None = None,
    why: str | None = None,
) -> dict[str, Any]:
    seen = [ITEMS.revision == decision.revision] if decision.revision is not None else []
    decided = change(connection, item_id, values, ITEMS.state.in_(before), *seen)
    if decided is None:
        raise _too_late(item(connection, item_id), before)
    write_event(
        connection, decided, kind or values["state"], decision.at, who=decision.who, comment=decision.comment, detail=detail, why=why
    )
    return decided


def _too_late(found: dict[str, Any], before: Sequence[str]) -> RequestError:
    """Why a decision cannot be taken: somebody was first, or the item has changed since it was looked at."""
    told = {"state": found["state"], "revision": found["revision"]}
    if found["state"] in before:
        detail = f"The scan of a newer version found more: look at the item again, it is at revision {found['revision']}."
        return RequestError(detail, "safety_item_changed", **told)
    if found["state"] == OPEN:
        return RequestError("It is open, nobody has acknowledged it yet: do that first.", "safety_item_open", **told)
    who, when = found[f"{found['state']}_by"], found[f"{found['state']}_at"]
    detail = f"It was {found['state'].replace('_', ' ')} by {who} at {when:%Y-%m-%d %H:%M:%S} UTC."
    return RequestError(detail, "safety_item_decided", **told, decided_by=who, decided_at=when.isoformat())
