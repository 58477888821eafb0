"""Whose a note is: given to a person by whoever leads, or taken by oneself. It stays in all other queues."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, select, update

from service.accounts.roles import permissions_of
from service.accounts.rules import LOCAL, Account
from service.accounts.store import all_accounts
from service.accounts.visitor import require_permission
from service.audit.store import append
from service.errors import RequestError
from service.reviews.cards import CARDS

REVIEW, ADJUDICATE = "review", "adjudicate"
PIECE = 500


def assign(connection: Connection, note_ids: Sequence[str], to: str | None, who: str, at: datetime) -> int:
    """Give notes to a person, or to nobody; how many. For a caller who asked whether that may be: see `assign_one`."""
    given = sum(
        connection.execute(update(CARDS).where(CARDS.c.note_id.in_(note_ids[start : start + PIECE])).values(assigned_to=to)).rowcount
        for start in range(0, len(note_ids), PIECE)
    )
    what = f"note:{note_ids[0]}" if len(note_ids) == 1 else "notes"
    append(connection, who=who, action="review.assign", what=what, after={"to": to, "notes": given}, at=at)
    return given


def assign_one(connection: Connection, note_id: str, to: str | None, account: Account, at: datetime) -> None:
    """Give one note, as far as the account may: who leads gives to anyone, others take what is nobody's and give up what is theirs.

    Raises RequestError `note_not_found`, `account_not_found`; Forbidden. What is so already is not audited again.
    """
    card = connection.execute(select(CARDS.c.assigned_to).where(CARDS.c.note_id == note_id).with_for_update()).first()
    if card is None:
        raise RequestError("There is no such note to review.", "note_not_found")
    if to == card.assigned_to:
        return
    require_assignee(connection, to)
    own = {card.assigned_to, to} <= {account.id, None}
    if not own:
        require_permission(account, ADJUDICATE)
    assign(connection, [note_id], to, account.id, at)


def require_assignee(connection: Connection, to: str | None) -> None:
    """Raises RequestError `account_not_found` for somebody who does not review. None, to nobody, is always fine."""
    if to is not None and to != LOCAL.id and to not in assignees(connection):
        raise RequestError("There is nobody of that name who reviews. Choose one of the list.", "account_not_found")


def assignees(connection: Connection) -> Mapping[str, str]:
    """Who may be given notes: name by account id, by name."""
    reviewing = [row for row in all_accounts(connection) if row.disabled_at is None and REVIEW in permissions_of(row.roles.split())]
    return {row.id: row.name for row in sorted(reviewing, key=lambda row: (row.name.casefold(), row.id))}
