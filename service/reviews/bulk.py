"""One decision on everything that a view holds: counted first, then done a few hundred at a time under one id, undone at once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from service.database import Database
from service.errors import RequestError
from service.notes.rows import new_id
from service.reviews.kinds import CHANGE, CONFIRM, FLAG, SKIP
from service.reviews.listing import Entry, count, page
from service.reviews.rules import Decision
from service.reviews.scores import Policy
from service.reviews.store import Saved, save_many
from service.reviews.views import View

PIECE = 250  # notes a transaction: others write in between
KINDS = (CONFIRM, CHANGE, SKIP, FLAG)
MOST = 20_000  # notes in one bulk


@dataclass(frozen=True)
class Bulk:
    """What to do with each note. `changes`: values in place of the model's, for change."""

    kind: str
    changes: Mapping[str, Any] | None = None
    comment: str | None = None


@dataclass(frozen=True)
class Done:
    """`refused` by code: notes that another has in hand or decided, or whose answer would contradict the definition."""

    id: str
    saved: int
    refused: Mapping[str, int]


def dry_count(connection: Connection, view: View, who: str) -> int:
    """How many notes a bulk would go through: the number to be sent with it."""
    return count(connection, view, who, most=MOST + 1)


def apply(database: Database, view: View, bulk: Bulk, who: str, policy: Policy, at: datetime, *, expected: int) -> Done:
    """Decide on all notes of a view. Blocks; broken off, what was done stays under the id and can be undone.

    Raises RequestError `review_count_changed` where the view does not hold `expected` notes, `review_invalid`.
    """
    if bulk.kind not in KINDS:
        raise RequestError(f"{bulk.kind} is no bulk act: use {', '.join(KINDS)}.", "review_invalid")
    with database.read() as connection:
        found = dry_count(connection, view, who)
    if found > MOST:
        raise RequestError(f"The view holds more than {MOST} notes. Narrow it down.", "review_invalid")
    if found != expected:
        raise RequestError(f"The view holds {found} notes now, not {expected}. Look at it again.", "review_count_changed", notes=found)
    bulk_id, saved, refused = new_id(at), 0, dict[str, int]()
    for entries in _pieces(database, view, who):
        for outcome in database.write(lambda c, entries=entries: _piece(c, entries, bulk, who, policy, at, bulk_id)):  # type: ignore[misc]
            saved += isinstance(outcome, Saved)
            if isinstance(outcome, RequestError):
                refused[outcome.code] = refused.get(outcome.code, 0) + 1
    return Done(bulk_id, saved, refused)


def _pieces(database: Database, view: View, who: str) -> Iterator[list[Entry]]:
    """The view's notes, piece by piece, by keys: notes that leave the view in the meantime shift nothing."""
    after: str | None = None
    while True:
        with database.read() as connection:
            found = page(connection, view, who, limit=PIECE, after=after)
        if found.entries:
            yield list(found.entries)
        if (after := found.after) is None:
            return


def _piece(
    connection: Connection, entries: list[Entry], bulk: Bulk, who: str, policy: Policy, at: datetime, bulk_id: str
) -> list[Saved | RequestError]:  # fmt: skip
    taken = [entry for entry in entries if _in_others_hands(entry, who, at)]
    wanted = [_decision(entry, bulk, who) for entry in entries if entry not in taken]
    refused = [RequestError("Somebody else has the note in hand.", "review_leased") for _ in taken]
    return [*save_many(connection, wanted, policy, at, bulk_id), *refused] if wanted else list(refused)


def _in_others_hands(entry: Entry, who: str, at: datetime) -> bool:
    return entry.card.leased_by not in (None, who) and entry.card.leased_until > at


def _decision(entry: Entry, bulk: Bulk, who: str) -> Decision:
    card = entry.card
    plain = Decision(card.note_id, card.version_id, card.judgement_id, who, bulk.kind, revision=card.revision)
    return replace(plain, changes=bulk.changes, comment=bulk.comment)
