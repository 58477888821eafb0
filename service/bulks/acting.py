"""One decision on everything that a view holds: counted first, then done a few hundred at a time under one id, undone at once."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from service.bulks.store import BROKEN, DONE, begin, count_up, end
from service.database import Database
from service.errors import RequestError
from service.reviews.kinds import CHANGE, CONFIRM, FLAG, SKIP
from service.reviews.listing import Entry, count, page
from service.reviews.rules import Decision
from service.reviews.scores import Policy
from service.reviews.store import Saved, save_many
from service.reviews.views import View

PIECE = 250  # notes a transaction: others write in between
KINDS = (CONFIRM, CHANGE, SKIP, FLAG)
MOST = 20_000  # notes in one bulk
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Bulk:
    """What to do with each note. `changes`: values in place of the model's, for change."""

    kind: str
    changes: Mapping[str, Any] | None = None
    comment: str | None = None


@dataclass(frozen=True)
class Order:
    """A bulk that was begun: under which id, on what, by whom."""

    id: str
    view: View
    bulk: Bulk
    who: str


def dry_count(connection: Connection, view: View, who: str) -> int:
    """How many notes a bulk would go through, up to one more than it may: the number to be sent with it."""
    return count(connection, view, who, most=MOST + 1)


def order(connection: Connection, view: View, bulk: Bulk, who: str, at: datetime, *, expected: int) -> Order:
    """Begin a bulk. Raises RequestError `review_count_changed` where the view does not hold `expected` notes, `review_invalid`."""
    if bulk.kind not in KINDS:
        raise RequestError(f"{bulk.kind} is no bulk act: use {', '.join(KINDS)}.", "review_invalid")
    found = dry_count(connection, view, who)
    if found > MOST:
        raise RequestError(f"The view holds more than {MOST:,} notes. Narrow it down.", "review_invalid")
    if found != expected:
        raise RequestError(f"The view holds {found} notes now, not {expected}. Look at it again.", "review_count_changed", notes=found)
    return Order(begin(connection, bulk.kind, view.to_query(), found, who, at), view, bulk, who)


def carry_out(database: Database, work: Order, policy: Policy, clock: Clock, *, going: Callable[[], bool] = lambda: True) -> None:
    """Decide on all notes of the view. Blocks. `going` is asked before each piece; broken off, what was done stays and can be undone.

    Raises StorageUnavailable.
    """
    saved, refused = 0, Counter[str]()
    for entries in _pieces(database, work.view, work.who):
        if not going():
            database.write(lambda c: end(c, work.id, BROKEN, clock()))
            return
        saved, refused = database.write(lambda c, e=entries, s=saved, r=refused: _piece(c, e, work, policy, clock(), s, r))  # type: ignore[misc]
    database.write(lambda c: end(c, work.id, DONE, clock()))


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
    connection: Connection, entries: list[Entry], work: Order, policy: Policy, at: datetime, saved: int, refused: Counter[str]
) -> tuple[int, Counter[str]]:
    """How many were saved and refused with these, which is put on record with them."""
    free = [entry for entry in entries if not _in_others_hands(entry, work.who, at)]
    outcomes = save_many(connection, [_decision(entry, work) for entry in free], policy, at, work.id) if free else []
    saved += sum(isinstance(one, Saved) for one in outcomes)
    codes = [one.code for one in outcomes if isinstance(one, RequestError)] + ["review_leased"] * (len(entries) - len(free))
    refused = refused + Counter(codes)
    count_up(connection, work.id, saved, refused, at)
    return saved, refused


def _in_others_hands(entry: Entry, who: str, at: datetime) -> bool:
    return entry.card.leased_by not in (None, who) and entry.card.leased_until > at


def _decision(entry: Entry, work: Order) -> Decision:
    card = entry.card
    plain = Decision(card.note_id, card.version_id, card.judgement_id, work.who, work.bulk.kind, revision=card.revision)
    return replace(plain, changes=work.bulk.changes, comment=work.bulk.comment)
