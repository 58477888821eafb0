"""Runs, themes and their notes in the database. Each function runs in the caller's transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from insight_classifier.measures.emergence import Emergence
from insight_classifier.measures.theme import Theme, Themes
from service.audit.store import append
from service.database import Base
from service.inserting import insert_new
from service.notes.rows import new_id
from service.notes.store import NOTES
from service.themes.tables import ThemeNoteRow, ThemeRow, ThemeRunRow

RUNS, THEMES, MEMBERS = (Base.metadata.tables[row.__tablename__] for row in (ThemeRunRow, ThemeRow, ThemeNoteRow))
WEEK = timedelta(days=7)
GIVEN_UP = timedelta(hours=1)  # a run that has not ended by then was cut off
PIECE = 500  # ids in one statement


def begin(connection: Connection, at: datetime, *, asked_by: str | None = None) -> str | None:
    """A new run's id: where the week is over, or somebody asks for one; None where there is no need, or one is under way."""
    last = connection.execute(select(RUNS).order_by(RUNS.c.id.desc()).limit(1)).first()
    if last and last.done_at is None and at - last.started_at < GIVEN_UP:
        return None
    weekly = week_is_over(connection, at)
    if not weekly and asked_by is None:
        return None
    row = {"id": new_id(at), "follows": last.id if last else "", "weekly": weekly, "started_at": at}
    begun: str | None = connection.scalar(insert_new(RUNS, connection.dialect.name), row)
    if begun and asked_by:
        append(connection, who=asked_by, action="themes.ask", what=f"themes:{begun}", at=at)
    return begun


def week_is_over(connection: Connection, at: datetime) -> bool:
    """Whether the latest weekly run that came to an end began a week ago, or there is none."""
    began = connection.scalar(select(func.max(RUNS.c.started_at)).where(RUNS.c.weekly, RUNS.c.done_at.is_not(None)))
    return began is None or at - began >= WEEK


def keep(connection: Connection, run: str, found: Themes, told: Mapping[str, Emergence], at: datetime) -> bool:
    """Put what a run found in the place of the last; False where a later one was begun meanwhile.

    Of notes that were erased meanwhile nothing is remembered. Between two weekly runs the marks of the last stay.
    """
    this = connection.execute(select(RUNS).where(RUNS.c.id == run)).one()
    if connection.scalar(select(RUNS.c.id).where(RUNS.c.follows == run)):
        return False
    marked = {name for name, one in told.items() if one.emerging} if this.weekly else _marked(connection)
    connection.execute(delete(THEMES))
    connection.execute(delete(MEMBERS))
    themes = [_theme(place, theme, told.get(theme.id), theme.id in marked) for place, theme in enumerate(found.themes)]
    _insert(connection, THEMES, themes)
    copies = {note.id for theme in found.themes for note in theme.copies}
    there = _still_there(connection, list(found.memory))
    _insert(
        connection,
        MEMBERS,
        [{"note_id": note, "theme_id": theme, "copy": note in copies} for note, theme in found.memory.items() if note in there],
    )
    counts = {"notes": len(found.memory), "copies": found.copies, "outside": len(found.outside)}
    connection.execute(update(RUNS).where(RUNS.c.id == run).values(done_at=at, **counts))
    return True


def _theme(place: int, theme: Theme, told: Emergence | None, emerging: bool) -> dict[str, Any]:
    return {
        "id": theme.id,
        "place": place,
        "pattern": theme.is_pattern,
        "notes": len(theme.notes),
        "insights": theme.insights,
        "copies": len(theme.copies),
        "authors": theme.authors,
        "physicians": theme.physicians,
        "countries": theme.countries,
        "first_seen": theme.first_seen and theme.first_seen.isoformat(),
        "last_seen": theme.last_seen and theme.last_seen.isoformat(),
        "months": dict(theme.by_month),
        "recent": told.recent if told else None,
        "expected": told.expected if told else None,
        "emerging": emerging,
    }


def _marked(connection: Connection) -> set[str]:
    return set(connection.scalars(select(THEMES.c.id).where(THEMES.c.emerging)))


def _still_there(connection: Connection, note_ids: Sequence[str]) -> set[str]:
    left = select(NOTES.c.id).where(NOTES.c.erased_at.is_(None))
    pieces = (note_ids[start : start + PIECE] for start in range(0, len(note_ids), PIECE))
    return {note for piece in pieces for note in connection.scalars(left.where(NOTES.c.id.in_(piece)))}


def _insert(connection: Connection, table: Any, rows: Sequence[Mapping[str, Any]]) -> None:  # noqa: ANN401 a table
    if rows:
        connection.execute(insert(table), list(rows))


def memory(connection: Connection) -> dict[str, str]:
    """With what each note stood the last time, by note."""
    return {row.note_id: row.theme_id for row in connection.execute(select(MEMBERS.c.note_id, MEMBERS.c.theme_id))}


def runs(connection: Connection) -> tuple[Row[Any] | None, Row[Any] | None]:
    """The latest that ended, and the one under way or cut off since."""
    latest = select(RUNS).order_by(RUNS.c.id.desc()).limit(1)
    last = connection.execute(latest).first()
    return connection.execute(latest.where(RUNS.c.done_at.is_not(None))).first(), last if last and last.done_at is None else None


def listed(connection: Connection) -> Sequence[Row[Any]]:
    """The themes of which a note is left, in their order."""
    some = select(MEMBERS.c.note_id).where(MEMBERS.c.theme_id == THEMES.c.id).exists()
    return connection.execute(select(THEMES).where(some).order_by(THEMES.c.place)).all()


def counted(connection: Connection) -> int:
    """How many notes are remembered."""
    return connection.scalar(select(func.count()).select_from(MEMBERS)) or 0


def erase(connection: Connection, note_ids: Sequence[str]) -> int:
    """Forget where notes stood; how many there were. The numbers of themes tell of nobody, and are counted anew within a week."""
    pieces = (note_ids[start : start + PIECE] for start in range(0, len(note_ids), PIECE))
    return sum(connection.execute(delete(MEMBERS).where(MEMBERS.c.note_id.in_(piece))).rowcount for piece in pieces)
