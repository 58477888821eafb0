"""Notes a day in the database."""

from datetime import date

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from service.people.tables import NoteUsage

_usage = NoteUsage.__table__.c


def notes_on(connection: Connection, lineage: str, day: date) -> int:
    """How many notes keys of a lineage sent on a day."""
    return connection.scalar(select(_usage.notes).where(_usage.lineage == lineage, _usage.day == day)) or 0


def all_notes_on(connection: Connection, day: date) -> dict[str, int]:
    """The same for every lineage that sent any."""
    return {row.lineage: row.notes for row in connection.execute(select(_usage.lineage, _usage.notes).where(_usage.day == day))}


def add_notes(connection: Connection, lineage: str, day: date, notes: int) -> int:
    """Count notes; how many they are now, those of other processes among them."""
    kind = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    insert = kind(NoteUsage).values(lineage=lineage, day=day, notes=notes)
    added = insert.on_conflict_do_update(index_elements=["lineage", "day"], set_={"notes": _usage.notes + insert.excluded.notes})
    return int(connection.execute(added.returning(_usage.notes)).scalar_one())
