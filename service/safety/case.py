"""An item with everything that belongs to it: its note, the version that its quotes stand in, its history, the people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from service.accounts.store import names_of
from service.notes.store import NOTES, VERSIONS
from service.safety.desk import events, item

NOTED: Select[Any] = select(*(NOTES.c[name] for name in ("id", "author", "hcp", "written_at", "received_at", "metadata", "erased_at")))
WORDS: Select[Any] = select(
    *(VERSIONS.c[name] for name in ("id", "note_id", "content_hash", "fields", "author", "modified_at", "received_at"))
)
PEOPLE = ("acknowledged_by", "handed_over_by", "closed_by")


@dataclass(frozen=True)
class Case:
    """`note` and `version` are None where the words are not kept: refused before they were, or erased. `names`: by account id."""

    item: Mapping[str, Any]
    events: Sequence[Mapping[str, Any]]
    note: Row[Any] | None
    version: Row[Any] | None
    names: Mapping[str, str]

    @property
    def fields(self) -> Mapping[str, str]:
        return self.version.fields if self.version else {}

    @property
    def author(self) -> str | None:
        """Who had the conversation, and so knew first."""
        return (self.version.author if self.version else None) or (self.note.author if self.note else None)


def read_case(connection: Connection, item_id: str) -> Case:
    """Raises RequestError where there is no such item."""
    found = item(connection, item_id)
    history = events(connection, item_id)
    people = {row["who"] for row in history} | {found[key] for key in PEOPLE if found[key]}
    note = connection.execute(NOTED.where(NOTES.c.id == found["note_id"])).first()
    return Case(found, history, note, versions(connection, [found]).get(item_id), names_of(connection, people))


def versions(connection: Connection, items: Sequence[Mapping[str, Any]]) -> dict[str, Row[Any]]:
    """The versions of notes that the quotes of items stand in, by item id; none for words that are not kept."""
    rows = connection.execute(WORDS.where(VERSIONS.c.note_id.in_([one["note_id"] for one in items]))).all()
    known = {(row.note_id, row.content_hash): row for row in rows}
    return {one["id"]: row for one in items if (row := known.get((one["note_id"], one["content_hash"])))}
