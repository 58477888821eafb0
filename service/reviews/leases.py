"""Who has a note in hand: two people never get the same by accident. Leases end by themselves, and are then anyone's."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, or_, select, update

from service.errors import RequestError
from service.reviews.cards import CARDS
from service.reviews.listing import chosen
from service.reviews.views import View

LEASE = timedelta(minutes=10)
CLOCKS_APART = timedelta(seconds=30)


@dataclass(frozen=True)
class Lease:
    """A note, with whom it is and until when. `revision`: of its card, to be sent back with the decision."""

    note_id: str
    who: str
    until: datetime
    revision: int


def take_next(connection: Connection, view: View, who: str, at: datetime) -> Lease | None:
    """The first note of a view that nobody else has in hand, now in this person's; None: there is none left.

    Asked again without a decision it is the same note. On PostgreSQL a note that another takes just now is passed over.
    """
    free = chosen(connection, view, who).where(_free(who, at)).limit(1)
    found = connection.execute(free.with_for_update(skip_locked=True, of=CARDS)).first()
    return None if found is None else _give(connection, found.note_id, who, at)


def take(connection: Connection, note_id: str, who: str, at: datetime) -> Lease:
    """Take a certain note in hand, or hold on to it. Raises RequestError `review_leased` where another has it, with who and until when."""
    found = connection.execute(select(CARDS).where(CARDS.c.note_id == note_id).with_for_update()).first()
    if found is None:
        raise RequestError("There is no such note to review.", "note_not_found")
    if found.leased_by not in (None, who) and at < found.leased_until <= at + LEASE + CLOCKS_APART:
        until = found.leased_until.isoformat()
        detail = "Another person has this note in hand. Take the next, or come back when the lease has ended."
        raise RequestError(detail, "review_leased", leased_by=found.leased_by, leased_until=until)
    return _give(connection, note_id, who, at)


renew = take  # before it ends, and after, as long as nobody else took it


def release(connection: Connection, note_id: str, who: str) -> bool:
    """Put a note back; whether it was in hand."""
    ours = update(CARDS).where(CARDS.c.note_id == note_id, CARDS.c.leased_by == who)
    return connection.execute(ours.values(leased_by=None, leased_until=None)).rowcount == 1


def held(connection: Connection, who: str, at: datetime) -> list[Lease]:
    """What a person has in hand."""
    wanted = select(CARDS).where(CARDS.c.leased_by == who, CARDS.c.leased_until > at).order_by(CARDS.c.leased_until)
    return [Lease(row.note_id, who, row.leased_until, row.revision) for row in connection.execute(wanted)]


def _give(connection: Connection, note_id: str, who: str, at: datetime) -> Lease:
    until = at + LEASE
    given = update(CARDS).where(CARDS.c.note_id == note_id).values(leased_by=who, leased_until=until).returning(CARDS.c.revision)
    return Lease(note_id, who, until, connection.execute(given).scalar_one())


def _free(who: str, at: datetime) -> ColumnElement[bool]:
    """A lease that ends later than any can was given before a clock was set back."""
    until = CARDS.c.leased_until
    return or_(CARDS.c.leased_by.is_(None), CARDS.c.leased_by == who, until <= at, until > at + LEASE + CLOCKS_APART)
