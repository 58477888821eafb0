"""From the database to notes that can be grouped: the latest insights and near misses, by people's word where there is one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, select

from insight_classifier.definition import Definition
from insight_classifier.measures.near_misses import is_near_miss
from insight_classifier.measures.theme import ThemeNote
from insight_classifier.measures.themes import MOST_NOTES
from service.notes.store import JUDGEMENTS, NOTES, VERSIONS
from service.reviews.cards import CARDS
from service.reviews.word import words_of_people
from service.themes.store import MEMBERS

COUNTRY = "country"
PIECE = 500
PAGE_OF_NOTES, LONGEST = 50, 220  # notes, characters of each
NOTE = (
    *(NOTES.c[name] for name in ("id", "author", "hcp", "metadata", "current_version_id")),
    func.coalesce(NOTES.c.written_at, NOTES.c.received_at).label("at"),
    *(VERSIONS.c.fields, CARDS.c.insight, CARDS.c.got),
)
_JOINED = NOTES.join(CARDS, CARDS.c.note_id == NOTES.c.id).join(VERSIONS, VERSIONS.c.id == NOTES.c.current_version_id)
_JUDGED = and_(JUDGEMENTS.c.id == NOTES.c.current_judgement_id, JUDGEMENTS.c.note_id == NOTES.c.id)


def latest_notes(connection: Connection, definition: Definition, most: int = MOST_NOTES) -> list[ThemeNote]:
    """The latest insights and near misses, in no order. Blocks for seconds: call it in a thread."""
    found: list[ThemeNote] = []
    for piece in _pieces(connection):
        met = _met(connection, [row for row in piece if not row.insight], definition)
        wanted = (row for row in piece if row.insight or (row.id in met and is_near_miss(definition, met[row.id])))
        found += [theme_note(row) for row in wanted]
        if len(found) >= most:
            break
    return found[:most]


def remembered_notes(connection: Connection) -> tuple[list[ThemeNote], frozenset[str]]:
    """The notes that stand in themes as they are now, and which of them are copies; those that stand alone are among them."""
    query: Select[Any] = select(*NOTE, MEMBERS.c.copy).select_from(_JOINED.join(MEMBERS, MEMBERS.c.note_id == NOTES.c.id))
    rows = connection.execute(query.where(NOTES.c.erased_at.is_(None))).all()
    return [theme_note(row) for row in rows], frozenset(row.id for row in rows if row.copy)


def theme_note(row: Row[Any]) -> ThemeNote:
    country = (row.metadata or {}).get(COUNTRY)
    text = "\n".join(row.fields.values())
    return ThemeNote(row.id, text, row.insight, row.author, row.hcp, country if isinstance(country, str) else None, row.at.date())


def _pieces(connection: Connection) -> Iterator[Sequence[Row[Any]]]:
    """All judged notes, the latest first."""
    query: Select[Any] = select(*NOTE, JUDGEMENTS.c.judgement).select_from(_JOINED.join(JUDGEMENTS, _JUDGED))
    query = query.where(NOTES.c.erased_at.is_(None)).order_by(NOTES.c.id.desc()).limit(PIECE)
    rows = connection.execute(query).all()
    while rows:
        yield rows
        rows = connection.execute(query.where(NOTES.c.id < rows[-1].id)).all()


def _met(connection: Connection, rows: Sequence[Row[Any]], definition: Definition) -> dict[str, dict[str, bool]]:
    """Which checks each note meets: by people where they decided, else by the model. What has other checks is left out."""
    decided = {row.id: row.current_version_id for row in rows if row.got}
    words = words_of_people(connection, decided, definition) if decided else {}
    found = {}
    for row in rows:
        word = words.get(row.id)
        said = _by_model(row.judgement, definition) | (_by_people(word.answer.values, definition) if word and word.answer else {})
        if said.keys() == definition.checks.keys():
            found[row.id] = said
    return found


def _by_model(judgement: Mapping[str, Any], definition: Definition) -> dict[str, bool]:
    parts = {d.name: judgement.get(d.name) or {} for d in definition.of_kind("checks")}
    return {name: bool(parts[d.name][name]["met"]) for d in definition.of_kind("checks") for name in d.names if name in parts[d.name]}


def _by_people(values: Mapping[str, Any], definition: Definition) -> dict[str, bool]:
    return {name: met for d in definition.of_kind("checks") for name, met in values.get(d.name, {}).items() if name in d.names}


@dataclass(frozen=True)
class Told:
    """A note of a theme. `words`: how it begins. No author: a theme is about notes."""

    id: str
    day: date
    insight: bool
    copy: bool
    words: str


def notes_of(connection: Connection, theme_id: str, before: str | None = None) -> tuple[list[Told], str | None]:
    """The latest notes of a theme, and what to ask the next page with; None: there are no earlier ones."""
    query: Select[Any] = select(*NOTE, MEMBERS.c.copy).select_from(_JOINED.join(MEMBERS, MEMBERS.c.note_id == NOTES.c.id))
    query = query.where(MEMBERS.c.theme_id == theme_id, NOTES.c.erased_at.is_(None)).order_by(MEMBERS.c.note_id.desc())
    query = query.where(MEMBERS.c.note_id < before) if before else query
    rows = connection.execute(query.limit(PAGE_OF_NOTES + 1)).all()
    shown = rows[:PAGE_OF_NOTES]
    return [_told(row) for row in shown], shown[-1].id if len(rows) > PAGE_OF_NOTES else None


def _told(row: Row[Any]) -> Told:
    text = " ".join(" ".join(row.fields.values()).split())
    return Told(row.id, row.at.date(), row.insight, row.copy, text[:LONGEST] + ("…" if len(text) > LONGEST else ""))
