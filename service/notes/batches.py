"""Many notes at once, as `service.notes.store` does one: a few statements for all of them. Each runs in the caller's transaction."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import Connection, insert, select

from service.errors import RequestError
from service.inserting import insert_new
from service.notes.rows import Kept, judgement_row, member_rows, new_rows, point_values
from service.notes.rules import Delivery
from service.notes.store import JUDGEMENTS, MEMBERS, NOTES, POINT, VERSIONS, erased_error, judged, keep, keep_known, known_judgement

P = ParamSpec("P")
T = TypeVar("T")
Judged = tuple[Kept, Mapping[str, Any]]


def keep_many(connection: Connection, deliveries: Sequence[Delivery], at: datetime) -> list[Kept | RequestError]:
    """What `keep` returns or raises, in order. A record that comes twice is taken in the order of the sequence."""
    if len(deliveries) < 2:
        return [_tried(keep, connection, delivery, at) for delivery in deliveries]  # a statement for many rows costs more to make
    rows = [new_rows(delivery, at) for delivery in deliveries]
    added = _add_notes(connection, [note for note, _ in rows])
    versions = [version for note, version in rows if note["id"] in added]
    if versions:
        connection.execute(insert(VERSIONS), versions)
    return [
        Kept(note["id"], version["id"], is_new=True, is_current=True)
        if note["id"] in added
        else _tried(keep_known, connection, delivery, at)
        for (note, version), delivery in zip(rows, deliveries, strict=True)
    ]


def judged_many(connection: Connection, judgements: Sequence[Judged], at: datetime) -> list[str | RequestError]:
    """What `judged` returns or raises, in order."""
    if len(judgements) < 2:
        return [_tried(judged, connection, kept, judgement, at) for kept, judgement in judgements]
    erased = _erased(connection, [kept.note_id for kept, _ in judgements])
    rows = [judgement_row(kept, judgement, at) for kept, judgement in judgements]
    wanted = [row for row in rows if row["note_id"] not in erased]
    added: set[str] = set()
    if wanted:
        connection.execute(POINT, [point_values(row) for row in wanted])
        added = set(connection.execute(insert_new(JUDGEMENTS, connection.dialect.name), wanted).scalars())
    if parts := [part for row in wanted if row["id"] in added for part in member_rows(row)]:
        connection.execute(insert(MEMBERS), parts)
    return [_outcome(connection, row, added, erased) for row in rows]


def _add_notes(connection: Connection, notes: Sequence[Mapping[str, Any]]) -> set[str]:
    """The ids of the notes whose record is new.

    In an order that all processes keep to, so that two batches with the same records do not wait for each other; the sort is stable,
    and so the first delivery of a record is the one that is added.
    """
    ordered = sorted(notes, key=lambda note: (note["source"], note["record_hash"] or ""))
    return set(connection.execute(insert_new(NOTES, connection.dialect.name), ordered).scalars())


def _tried(work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T | RequestError:
    """What a function returns or raises."""
    try:
        return work(*arguments, **named)
    except RequestError as problem:
        return problem


def _erased(connection: Connection, note_ids: Sequence[str]) -> set[str]:
    """Notes that were erased; those that were not cannot be before the transaction ends."""
    wanted = select(NOTES.c.id, NOTES.c.erased_at).where(NOTES.c.id.in_(sorted(set(note_ids)))).order_by(NOTES.c.id).with_for_update()
    return {row.id for row in connection.execute(wanted) if row.erased_at is not None}


def _outcome(connection: Connection, row: Mapping[str, Any], added: set[str], erased: set[str]) -> str | RequestError:
    if row["note_id"] in erased:
        return erased_error()
    return str(row["id"]) if row["id"] in added else known_judgement(connection, row)
