"""Scans and what they found, in the database; in the caller's transaction, with the note, the audit row and the messages."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, insert, select, text, update

from service.audit.store import append
from service.database import Moment
from service.inserting import insert_new
from service.notes.rules import storable
from service.safety.rules import (
    DUE_AFTER,
    EVENT,
    FIRST,
    MODEL,
    NEW_HIT,
    OPEN,
    REOPENED,
    RULE,
    Scan,
    awareness,
    joined,
    new_id,
    payload,
    times,
)
from service.safety.tables import Item, ItemEvent

Emit = Callable[[Connection, str, Mapping[str, Any]], object]  # type of event, data; in the same transaction

ITEMS = Item.__table__.c
SYSTEM = "system"
LONGEST_SOURCE, LONGEST_RECORD_ID = 200, 255  # characters; what is longer is cut
DECIDED = (  # what people said of an item, gone from it when it is opened again; its history keeps it
    *("acknowledged_by", "acknowledged_at", "comment", "closed_by", "closed_at", "reason"),
    *("handed_over_by", "handed_over_at", "handed_to", "reference"),
)
# The same note again changes nothing but adds what is new: a model's word to the rules', a find to none.
RECORD = text(
    """
    INSERT INTO safety_scans (note_id, content_hash, at, by_rule, by_model, flagged, rules)
    VALUES (:note_id, :content_hash, :at, :by_rule, :by_model, :flagged, :rules)
    ON CONFLICT (note_id, content_hash) DO UPDATE SET
        by_rule = CASE WHEN excluded.by_rule = '' THEN safety_scans.by_rule ELSE excluded.by_rule END,
        by_model = CASE WHEN coalesce(excluded.by_model, '') = '' THEN coalesce(safety_scans.by_model, excluded.by_model)
                        ELSE excluded.by_model END,
        flagged = excluded.flagged OR safety_scans.flagged,
        rules = coalesce(excluded.rules, safety_scans.rules)
    """
).bindparams(bindparam("at", type_=Moment))


def record_many(
    connection: Connection, scans: Sequence[Scan], at: datetime, *, emit: Emit, due_after: timedelta = DUE_AFTER
) -> dict[str, str]:
    """Put scans on record, those that found nothing too; the items of the notes that need a person, by note id.

    A first hit opens an item; a new one is added to the note's item and opens it again. Either is audited and emitted.
    """
    in_order = sorted(scans, key=lambda scan: (scan.note_id, scan.content_hash))  # many processes lock in one order
    if in_order:
        connection.execute(RECORD, [_row(scan, at) for scan in in_order])
    return {scan.note_id: _flag(connection, scan, at, emit, due_after) for scan in in_order if scan.urgent}


def _row(scan: Scan, at: datetime) -> dict[str, Any]:
    return {
        "note_id": scan.note_id,
        "content_hash": scan.content_hash,
        "at": at,
        "by_rule": scan.flags_by(RULE),
        "by_model": scan.flags_by(MODEL) if scan.judged else None,
        "flagged": bool(scan.urgent),
        "rules": scan.rules,
    }


def _flag(connection: Connection, scan: Scan, at: datetime, emit: Emit, due_after: timedelta) -> str:
    """The id of the note's item, which is made or widened."""
    values = _new_item(scan, at, due_after)
    if connection.execute(insert_new(Item.__table__, connection.dialect.name), values).first():
        tell(connection, values, FIRST, at, emit, flags=values["flags"])
        return str(values["id"])
    known = connection.execute(select(Item.__table__).where(ITEMS.note_id == scan.note_id).with_for_update()).mappings().one()
    _widen(connection, known, scan, at, emit, due_after)
    return str(known["id"])


def _new_item(scan: Scan, at: datetime, due_after: timedelta) -> dict[str, Any]:
    return {
        "id": new_id(at),
        "note_id": scan.note_id,
        "source": storable(scan.source, LONGEST_SOURCE) or "",
        "record_id": storable(scan.record_id, LONGEST_RECORD_ID),
        "flags": joined(hit.flag for hit in scan.urgent),
        "marks": sorted(_marks(scan)),
        **_where(scan),
        "state": OPEN,
        "received_at": scan.received_at,
        **vars(times(awareness(scan.written_at, scan.received_at), due_after)),
        "revision": 1,
        "events": 1,
    }


def _widen(connection: Connection, known: RowMapping, scan: Scan, at: datetime, emit: Emit, due_after: timedelta) -> None:
    """Add what is new. The same version judged again is new by a flag alone: another model quotes more or less of the same words."""
    new_flags = {hit.flag for hit in scan.urgent} - set(known["flags"].split())
    new_marks = _marks(scan) - set(known["marks"])
    same = scan.content_hash == known["content_hash"]
    if not new_flags and (same or not new_marks):
        if not same:  # the quotes moved
            connection.execute(update(Item).where(ITEMS.id == known["id"]).values(**_where(scan)))
        return
    values = {
        "flags": joined([*known["flags"].split(), *new_flags]),
        "marks": sorted({*known["marks"], *new_marks}),
        **_where(scan),
        **_reopening(known, scan, due_after),
        "revision": known["revision"] + 1,
    }
    item = change(connection, known["id"], values)
    assert item is not None
    kind = NEW_HIT if known["state"] == OPEN else REOPENED
    tell(connection, item, NEW_HIT, at, emit, kind=kind, flags=joined(new_flags or (hit.flag for hit in scan.urgent)))


def _reopening(known: RowMapping, scan: Scan, due_after: timedelta) -> dict[str, Any]:
    """News is a matter of its own, with a clock of its own; where nobody has looked yet the earlier clock goes on."""
    if known["state"] == OPEN:
        return {}
    fresh = dict.fromkeys((*DECIDED, "half_told_at", "overdue_told_at"))
    return {**fresh, "state": OPEN, **vars(times(awareness(scan.modified_at, scan.received_at), due_after))}


def _where(scan: Scan) -> dict[str, Any]:
    return {"content_hash": scan.content_hash, "spans": [span for hit in scan.urgent for span in hit.spans()]}


def _marks(scan: Scan) -> set[str]:
    return {mark for hit in scan.urgent for mark in hit.marks}


def change(connection: Connection, item_id: str, values: Mapping[str, Any], *conditions: Any) -> dict[str, Any] | None:  # noqa: ANN401 clauses
    """Change an item where the conditions still hold, and count an event; the item as it is then, None where they do not hold."""
    wanted = update(Item).where(ITEMS.id == item_id, *conditions)
    row = connection.execute(wanted.values(**values, events=ITEMS.events + 1).returning(*ITEMS)).mappings().first()
    return None if row is None else {**row}


def tell(
    connection: Connection,
    item: Mapping[str, Any],
    reason: str,
    at: datetime,
    emit: Emit,
    *,
    kind: str | None = None,
    flags: str | None = None,
) -> None:
    """Write down what happened to an item of itself, and emit it."""
    write_event(connection, item, kind or reason, at, who=SYSTEM, flags=flags)
    emit(connection, EVENT, payload(item, reason))


def write_event(
    connection: Connection,
    item: Mapping[str, Any],
    kind: str,
    at: datetime,
    *,
    who: str,
    flags: str | None = None,
    comment: str | None = None,
    detail: str | None = None,
    why: str | None = None,
) -> None:
    """The event that `item["events"]` counted last, and its row in the audit. A comment may quote the note: the audit never has it."""
    reference = item.get("reference")
    told = {"flags": flags, "due_at": item["due_at"], "reference": reference, "detail": detail}
    event = {"item_id": item["id"], "number": item["events"], "at": at, "kind": kind, "who": who, **told, "comment": comment}
    connection.execute(insert(ItemEvent), [event])
    after = {"note_id": item["note_id"], "state": item["state"], "flags": item["flags"].split(), "due_at": item["due_at"].isoformat()}
    case = {"reference": reference} if reference else {}
    append(connection, who=who, action=f"safety.{kind}", what=f"safety:{item['id']}", after={**after, **case}, why=why, at=at)
