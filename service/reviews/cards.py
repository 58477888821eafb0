"""Cards: a note as queues see it, made anew in the transaction that changes the note. `catch_up` makes those that are missing."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, delete, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from service.database import Base
from service.notes.rules import members, storable
from service.notes.store import JUDGEMENTS, NOTES, VERSIONS
from service.reviews.scores import Policy, draw, scores
from service.reviews.tables import CardRow, FacetRow, TextRow
from service.reviews.tally import tally
from service.reviews.views import FACETS, META, token
from service.reviews.words import mark_of, words_of
from service.vectors.store import forget_comparisons

CARDS, TEXTS, FACET_ROWS = (Base.metadata.tables[row.__tablename__] for row in (CardRow, TextRow, FacetRow))
PIECE = 500
LONGEST_FACET = 100
# What a note says of itself; the rest of a card is what people did, and stays.
MADE = ("version_id", "judgement_id", "probability", "level", "doubt", "suspicion", "worth", "tokens")
CURRENT = and_(JUDGEMENTS.c.id == NOTES.c.current_judgement_id, JUDGEMENTS.c.note_id == NOTES.c.id)
JOINED = NOTES.join(VERSIONS, VERSIONS.c.id == NOTES.c.current_version_id).outerjoin(JUDGEMENTS, CURRENT)
READ: Select[Any] = select(
    *(NOTES.c[name] for name in ("id", "source", "author", "hcp", "metadata", "current_version_id", "current_judgement_id")),
    *(VERSIONS.c.fields, VERSIONS.c.failure, JUDGEMENTS.c.judgement, JUDGEMENTS.c.level),
).select_from(JOINED)


def refresh(connection: Connection, note_ids: Sequence[str], policy: Policy) -> None:
    """Make the cards of notes that were kept or judged, after that, in the same transaction."""
    wanted = sorted(set(note_ids))  # many processes lock in one order
    for start in range(0, len(wanted), PIECE):
        piece = wanted[start : start + PIECE]
        rows = connection.execute(READ.where(NOTES.c.id.in_(piece), NOTES.c.erased_at.is_(None)).order_by(NOTES.c.id)).all()
        if rows:
            _put(connection, rows, policy)


def catch_up(connection: Connection, policy: Policy, limit: int = PIECE) -> int:
    """Make cards that are missing or behind their notes, the oldest first, at most `limit`; how many were."""
    behind = or_(
        CARDS.c.number.is_(None),
        CARDS.c.version_id != NOTES.c.current_version_id,
        CARDS.c.judgement_id.is_distinct_from(NOTES.c.current_judgement_id),
    )
    joined = NOTES.outerjoin(CARDS, CARDS.c.note_id == NOTES.c.id)
    query = select(NOTES.c.id).select_from(joined).where(NOTES.c.erased_at.is_(None), behind).order_by(NOTES.c.id).limit(limit)
    found = list(connection.scalars(query))
    refresh(connection, found, policy)
    tally(connection, found, policy.definition)  # where cards were lost, decisions are there before them
    return len(found)


def _put(connection: Connection, rows: Sequence[Row[Any]], policy: Policy) -> None:
    ids = [row.id for row in rows]
    before = {row.note_id: (row.version_id, row.tokens) for row in connection.execute(_known(ids))}
    cards = {row.id: card(row, policy) for row in rows}
    connection.execute(_upsert(connection), list(cards.values()))
    forget_comparisons(connection, ids)
    numbers = {row.note_id: row.number for row in connection.execute(_known(ids))}
    reworded = [row for row in rows if before.get(row.id) != (row.current_version_id, cards[row.id]["tokens"])]
    _put_words(connection, {numbers[row.id]: _words(row, cards[row.id]) for row in reworded}, {numbers[note_id] for note_id in before})
    _put_facets(connection, rows)
    tally(connection, [row.id for row in rows if row.id in before], policy.definition)


def _words(row: Row[Any], made: Mapping[str, Any]) -> str:
    """The words of a note, and a mark for everything that a filter may ask for."""
    return " ".join([words_of(row.fields), *map(mark_of, made["tokens"].split("\n")[1:-1])])


def card(row: Row[Any], policy: Policy) -> dict[str, Any]:
    """A card as its table has it."""
    judgement, metadata = row.judgement, row.metadata or {}
    made = scores(judgement, metadata, policy.definition) if judgement else None
    return {
        "note_id": row.id,
        "version_id": row.current_version_id,
        "judgement_id": row.current_judgement_id,
        "probability": judgement["probability"] if judgement else None,
        "level": row.level,
        "doubt": made.doubt if made else None,
        "suspicion": made.suspicion if made else None,
        "worth": made.worth if made else None,
        "draw": draw(row.id),
        "insight": bool(judgement) and judgement["label"] == policy.definition.label.met,
        "wanted": policy.wanted(row.id),
        "tokens": "\n".join(["", *_tokens(row, metadata), ""]),
        **{"answered": False, "life": "new", "got": 0, "open": True, "flagged": False, "objected": False, "gold": False, "revision": 0},
    }


def _tokens(row: Row[Any], metadata: Mapping[str, Any]) -> Iterator[str]:
    """Everything that a filter may ask for."""
    yield from (token(name, row._mapping[name]) for name in ("source", "author", "hcp") if row._mapping[name])
    if row.judgement:
        yield token("label", row.judgement["label"])
        yield token("model", row.judgement["model"]["name"])
        yield token("definition", row.judgement["definition"]["version"])
        yield from (token("reason", reason) for reason in row.judgement.get("review_reasons", ()))
        yield from (token(dimension, member) for dimension, member, met, _ in members(row.judgement) if met)
    yield from (token(META + name, text) for name, value in metadata.items() if (text := _text(value)) is not None)


def _text(value: object) -> str | None:
    """A value of the metadata that a filter may ask for."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return str(value)
    return storable(value, LONGEST_FACET) if isinstance(value, str) else None


def _known(ids: Sequence[str]) -> Any:  # noqa: ANN401 a select
    return select(CARDS.c.note_id, CARDS.c.number, CARDS.c.version_id, CARDS.c.tokens).where(CARDS.c.note_id.in_(ids))


def _upsert(connection: Connection) -> Any:  # noqa: ANN401 the statement's type is the dialect's own
    of_dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = of_dialect.insert(CARDS)
    return statement.on_conflict_do_update(index_elements=["note_id"], set_={name: statement.excluded[name] for name in MADE})


def _put_words(connection: Connection, words: Mapping[int, str], known: set[int]) -> None:
    new = [{"number": number, "words": text} for number, text in words.items() if number not in known]
    changed = [{"its_number": number, "new_words": text} for number, text in words.items() if number in known]
    if new:
        connection.execute(insert(TEXTS), new)
    if changed:
        connection.execute(update(TEXTS).where(TEXTS.c.number == bindparam("its_number")).values(words=bindparam("new_words")), changed)


def _put_facets(connection: Connection, rows: Sequence[Row[Any]]) -> None:
    connection.execute(delete(FACET_ROWS).where(FACET_ROWS.c.note_id.in_([row.id for row in rows])))
    asked = [(row.id, name, _text((row.metadata or {}).get(name))) for row in rows for name in FACETS]
    found = [{"name": name, "value": text, "note_id": note_id} for note_id, name, text in asked if text]
    if found:
        connection.execute(insert(FACET_ROWS), found)
