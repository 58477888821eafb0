"""Pages of a view in the database, by keys rather than by counting rows; the next note of a queue; how many there are."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    cast,
    column,
    exists,
    func,
    literal_column,
    null,
    or_,
    select,
    text,
    tuple_,
)

from service.database import Base
from service.errors import RequestError
from service.notes.reading import SHOWN
from service.notes.rows import EPOCH, MICROSECOND
from service.notes.store import JUDGEMENTS, NOTES, VERSIONS
from service.reviews.cards import CARDS, TEXTS
from service.reviews.kinds import DECIDING
from service.reviews.scores import PRIME, shuffle
from service.reviews.tables import ReviewRow
from service.reviews.views import Filter, View, token
from service.reviews.words import Search, either_mark, highlights, read_search
from service.safety.rules import OPEN as SAFETY_OPEN
from service.safety.tables import Item
from service.shadow.store import SHADOW

REVIEWS, ITEMS = (Base.metadata.tables[row.__tablename__] for row in (ReviewRow, Item))
PAGE, MOST = 50, 500  # notes on a page
COUNTED = 100_000  # a count ends there
FEW = 3000
FOUND_ON_SQLITE = "SELECT rowid FROM review_words WHERE review_words MATCH :asked"


@dataclass(frozen=True)
class Entry:
    """One note of a page. `card`: columns of review_cards; `note`: columns of `notes.reading.SHOWN` and `metadata`; `due_at`: of its
    safety item, in that queue alone; `marks`: where the words that were searched for stand."""

    card: Row[Any]
    note: Row[Any]
    due_at: datetime | None = None
    marks: Sequence[Mapping[str, str | int]] = ()


@dataclass(frozen=True)
class Page:
    """`after`: what to ask the next page with; None: this is the last."""

    entries: Sequence[Entry]
    after: str | None


def page(connection: Connection, view: View, who: str, *, limit: int = PAGE, after: str | None = None) -> Page:
    """A page of a view as a person sees it: of what is open, without what that person has dealt with."""
    size = min(limit, MOST)
    found = connection.execute(chosen(connection, view, who, after=after).limit(size + 1)).all()
    more, found = len(found) > size, found[:size]
    ids = [one.note_id for one in found]
    cards, notes = _rows(connection, CARD, CARDS.c.note_id, ids), _rows(connection, READ, NOTES.c.id, ids)
    search = read_search(view.q) if view.q else None
    entries = [
        Entry(cards[one.note_id], notes[one.note_id], one.due_at, _marks(notes[one.note_id], search))
        for one in found
        if one.note_id in notes
    ]
    return Page(entries, _cursor(found[-1]) if more else None)


def count(connection: Connection, view: View, who: str, *, most: int = COUNTED) -> int:
    """How many notes a view has for a person, counted up to `most`."""
    inner = chosen(connection, view, who, ordered=False).limit(most).subquery()
    return connection.scalar(select(func.count()).select_from(inner)) or 0


def chosen(connection: Connection, view: View, who: str, *, after: str | None = None, ordered: bool = True) -> Select[Any]:
    """The notes of a view: `note_id`, `due_at`, and `place`, by which they are sorted; narrow, for many may have to be sorted."""
    queue, place = view.described, _place(view)
    due = ITEMS.c.due_at if queue.safety else null()
    query = select(CARDS.c.note_id, due.label("due_at"), place.label("place")).select_from(_source(view))
    query = query.where(*_conditions(connection, view, who))
    if not ordered:
        return query
    keys = [CARDS.c.note_id] if place is CARDS.c.note_id else [place, CARDS.c.note_id]
    if after is not None:
        query = query.where(*_behind(keys, _key(after, view), rising=queue.rising))
    return query.order_by(*(key if queue.rising else key.desc() for key in keys))


def _source(view: View) -> FromClause:
    """Few notes have a safety item or differ on trial: those are gone through rather than all cards."""
    if view.described.safety:
        return ITEMS.join(CARDS, CARDS.c.note_id == ITEMS.c.note_id)
    return SHADOW.join(CARDS, CARDS.c.note_id == SHADOW.c.note_id) if view.described.trial else CARDS


def _place(view: View) -> ColumnElement[Any]:
    if view.described.safety:
        return ITEMS.c.due_at
    by = CARDS.c[view.described.sort]
    if by is CARDS.c.draw and view.seed:
        factor, shift = shuffle(view.seed)
        return (cast(CARDS.c.draw, BigInteger) * factor + shift) % PRIME
    return by


def _conditions(connection: Connection, view: View, who: str) -> list[ColumnElement[bool]]:
    """The cheap ones first, what needs another table last."""
    queue, dialect = view.described, connection.dialect.name
    wants_open = view.wants_open()
    found: list[ColumnElement[bool]] = [] if wants_open is None else [CARDS.c.open if wants_open else ~CARDS.c.open]
    found += [ITEMS.c.state == SAFETY_OPEN] if queue.safety else []
    found += [CARDS.c[queue.sort] > queue.least] if queue.least is not None and not view.seed else []
    found += [CARDS.c[name] if value else ~CARDS.c[name] for name, value in queue.only.items()]
    found += [CARDS.c.assigned_to == (view.assigned or who)] if queue.own or view.assigned else []
    found += [CARDS.c.flagged if view.flagged == "yes" else ~CARDS.c.flagged] if view.flagged else []
    found += [CARDS.c.probability >= view.min_probability] if view.min_probability is not None else []
    found += [CARDS.c.probability <= view.max_probability] if view.max_probability is not None else []
    found += [CARDS.c.note_id >= _id_at(view.since)] if view.since else []
    found += [CARDS.c.note_id < _id_at(view.until + timedelta(days=1))] if view.until else []
    found += [_has(one, dialect) for one in view.filters]
    found += _matches(connection, view)
    found += [SHADOW.c.differs, SHADOW.c.judgement_id == CARDS.c.judgement_id] if queue.trial else []
    found += [_reviewed_by(view.reviewer, DECIDING)] if view.reviewer else []
    found += [_not_dealt_with(who, sorted_all=bool(view.seed))] if wants_open or queue.name == "calibration" else []
    return found


def _has(wanted: Filter, dialect: str) -> ColumnElement[bool]:
    if wanted.name == "life":
        return CARDS.c.life.not_in(wanted.values) if wanted.but else CARDS.c.life.in_(wanted.values)
    place = func.instr if dialect == "sqlite" else func.strpos
    either = or_(*(place(CARDS.c.tokens, f"\n{token(wanted.name, value)}\n") > 0 for value in wanted.values))
    return ~either if wanted.but else either


def _matches(connection: Connection, view: View) -> list[ColumnElement[bool]]:
    """Whether a note is among those that the index of words finds; SQLite's also finds what filters ask for.

    Where it finds few, those are gone through. Of many, those that come first in the queue are tried.
    """
    search = read_search(view.q) if view.q else None
    if connection.dialect.name != "sqlite":
        return [CARDS.c.number.in_(_found_on_postgres(search))] if search else []
    marked = [either_mark(token(one.name, value) for value in one.values) for one in view.filters if not one.but and one.name != "life"]
    asked = " AND ".join([*marked, *([search.for_sqlite()] if search else [])])
    found = text(FOUND_ON_SQLITE).bindparams(asked=asked).columns(column("rowid"))
    # Safety items are gone through in their own order, and are few themselves.
    if asked and not view.described.safety and _are_few(connection, asked):
        return [CARDS.c.number.in_(found)]
    # Adding nothing to a column keeps SQLite from searching by it.
    return [CARDS.c.number.op("+")(0).in_(found)] if search else []


def _are_few(connection: Connection, asked: str) -> bool:
    counted = text(f"SELECT count(*) FROM ({FOUND_ON_SQLITE} LIMIT {FEW})")
    return bool(connection.execute(counted, {"asked": asked}).scalar_one() < FEW)


def _found_on_postgres(search: Search) -> Any:  # noqa: ANN401 a select of numbers
    config: ColumnElement[Any] = literal_column("'simple'")
    vector: ColumnElement[Any] = literal_column("review_texts.review_words")
    return select(TEXTS.c.number).where(vector.op("@@")(func.to_tsquery(config, search.for_postgres())))


def _reviewed_by(who: str, kinds: Sequence[str] | None = None) -> ColumnElement[bool]:
    """Whether a person dealt with the wording that counts, and did not take it back."""
    same = (REVIEWS.c.note_id == CARDS.c.note_id, REVIEWS.c.version_id == CARDS.c.version_id, REVIEWS.c.reviewer == who)
    return exists().where(*same, REVIEWS.c.superseded_at.is_(None), *([REVIEWS.c.kind.in_(kinds)] if kinds else []))


def _not_dealt_with(who: str, *, sorted_all: bool) -> ColumnElement[bool]:
    """Asked note by note, or where all notes must be sorted anyway, of a list that is made once."""
    if not sorted_all:
        return ~_reviewed_by(who)
    theirs = select(REVIEWS.c.version_id).where(REVIEWS.c.reviewer == who, REVIEWS.c.superseded_at.is_(None))
    return CARDS.c.version_id.not_in(theirs)


def _id_at(day: date) -> str:
    """Ids of notes sort by the moment of their receipt."""
    return f"{(datetime.combine(day, time(), UTC) - EPOCH) // MICROSECOND:014x}" if day.year > EPOCH.year else "0"


def _behind(keys: Sequence[ColumnElement[Any]], values: Sequence[Any], *, rising: bool) -> list[ColumnElement[bool]]:
    """Said twice where there are two keys, for an index is searched by the first."""
    first, value = keys[0], values[0]
    if len(keys) == 1:
        return [first > value if rising else first < value]
    both, bound = tuple_(*keys), tuple_(*values, types=[key.type for key in keys])
    return [first >= value, both > bound] if rising else [first <= value, both < bound]


def _cursor(card: Row[Any]) -> str:
    place = card.place.isoformat() if isinstance(card.place, datetime) else card.place
    return base64.urlsafe_b64encode(json.dumps([place, card.note_id]).encode()).decode().rstrip("=")


def _key(after: str, view: View) -> list[Any]:
    """Where the last page ended."""
    try:
        place, note_id = json.loads(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))
        if not isinstance(note_id, str):
            raise ValueError
        if view.described.sort == "note_id":
            return [note_id]
        return [datetime.fromisoformat(place) if view.described.safety else float(place), note_id]
    except (ValueError, TypeError, binascii.Error):
        raise RequestError("`after` is not what a page of this view said. Begin with the first page.", "invalid_request") from None


READ: Select[Any] = select(*SHOWN, NOTES.c.metadata).select_from(
    NOTES.join(VERSIONS, VERSIONS.c.id == NOTES.c.current_version_id).outerjoin(JUDGEMENTS, JUDGEMENTS.c.id == NOTES.c.current_judgement_id)
)


CARD: Select[Any] = select(CARDS.c.note_id.label("id"), *(column for column in CARDS.c if column.name != "tokens"))


def _rows(connection: Connection, query: Select[Any], key: ColumnElement[str], ids: Sequence[str]) -> dict[str, Row[Any]]:
    return {row.id: row for row in connection.execute(query.where(key.in_(ids)))} if ids else {}


def _marks(note: Row[Any], search: Search | None) -> Sequence[Mapping[str, str | int]]:
    return highlights(note.fields, search) if search else ()
