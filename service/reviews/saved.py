"""Views under names, one's own and the team's, and the values that a filter offers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select, update

from insight_classifier.definition import Definition
from service.audit.store import append
from service.database import Base
from service.errors import RequestError
from service.notes.rows import new_id
from service.notes.rules import storable
from service.reviews.cards import FACET_ROWS
from service.reviews.tables import SavedViewRow
from service.reviews.views import FACETS, read_view

SAVED = Base.metadata.tables[SavedViewRow.__tablename__]
LONGEST_NAME, MOST = 100, 100
MOST_VALUES = 200  # that a filter offers


@dataclass(frozen=True)
class SavedView:
    """`query`: behind the "?" of the page. `shared`: with the team."""

    id: str
    owner: str
    name: str
    query: str
    shared: bool


def save_view(
    connection: Connection, name: str, query: str, who: str, definition: Definition, at: datetime, *, shared: bool = False
) -> SavedView:  # fmt: skip
    """Keep a view under a name, in place of one's own of that name. Raises RequestError where the query string is no view."""
    title = storable(name.strip(), LONGEST_NAME)
    if title is None:
        raise RequestError("A saved view needs a name.", "invalid_request")
    values = {"query": read_view(query, definition).to_query(), "shared": shared, "changed_at": at}
    mine = (SAVED.c.owner == who, SAVED.c.name == title)
    if connection.execute(update(SAVED).where(*mine).values(values)).rowcount == 0:
        if connection.execute(select(func.count()).where(SAVED.c.owner == who)).scalar_one() >= MOST:
            raise RequestError(f"You have {MOST} saved views. Delete one first.", "invalid_request")
        connection.execute(insert(SAVED).values(id=new_id(at), owner=who, name=title, **values))
    row = connection.execute(select(SAVED).where(*mine)).one()
    append(connection, who=who, action="view.save", what=f"view:{row.id}", after={"shared": shared}, at=at)
    return SavedView(row.id, row.owner, row.name, row.query, row.shared)


def saved_views(connection: Connection, who: str) -> list[SavedView]:
    """One's own and those of the team, by name."""
    wanted = select(SAVED).where(or_(SAVED.c.owner == who, SAVED.c.shared)).order_by(SAVED.c.name, SAVED.c.id)
    return [SavedView(row.id, row.owner, row.name, row.query, row.shared) for row in connection.execute(wanted)]


def rename_view(connection: Connection, view_id: str, name: str, who: str, at: datetime, *, anyones: bool = False) -> None:
    """Rename one's own view; `anyones`: of those that are shared any. Raises RequestError `saved_view_not_found`, `invalid_request`."""
    title = storable(name.strip(), LONGEST_NAME)
    if title is None:
        raise RequestError("A saved view needs a name.", "invalid_request")
    row = connection.execute(select(SAVED).where(SAVED.c.id == view_id, _allowed(who, anyones=anyones))).first()
    if row is None:
        raise RequestError("There is no such saved view of yours.", "saved_view_not_found")
    taken = select(SAVED.c.id).where(SAVED.c.owner == row.owner, SAVED.c.name == title, SAVED.c.id != view_id)
    if connection.execute(taken).first() is not None:
        raise RequestError("There is a saved view of that name already. Choose another.", "invalid_request")
    connection.execute(update(SAVED).where(SAVED.c.id == view_id).values(name=title, changed_at=at))
    append(connection, who=who, action="view.rename", what=f"view:{view_id}", at=at)


def delete_view(connection: Connection, view_id: str, who: str, at: datetime, *, anyones: bool = False) -> None:
    """Delete one's own view; `anyones`: of those that are shared any. Raises RequestError `saved_view_not_found`."""
    if connection.execute(delete(SAVED).where(SAVED.c.id == view_id, _allowed(who, anyones=anyones))).rowcount == 0:
        raise RequestError("There is no such saved view of yours.", "saved_view_not_found")
    append(connection, who=who, action="view.delete", what=f"view:{view_id}", at=at)


def _allowed(who: str, *, anyones: bool) -> ColumnElement[bool]:
    return or_(SAVED.c.owner == who, SAVED.c.shared) if anyones else SAVED.c.owner == who


def choices(connection: Connection, names: Sequence[str] = FACETS) -> dict[str, list[str]]:
    """The values that notes have, for each name that a filter offers, in order. A step in the index for each, not one for each note."""
    return {name: _values(connection, name) for name in names}


def _values(connection: Connection, name: str) -> list[str]:
    found: list[str] = []
    last = ""
    while len(found) < MOST_VALUES:
        wanted = select(func.min(FACET_ROWS.c.value)).where(FACET_ROWS.c.name == name, FACET_ROWS.c.value > last)
        if (value := connection.scalar(wanted)) is None:
            break
        found.append(last := str(value))
    return found
