"""One note as a reviewer has it before them: its words, its judgement, what people said of it, and what they did last."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, select

from service.accounts.rules import LOCAL
from service.accounts.store import names_of
from service.errors import RequestError
from service.notes.store import JUDGEMENTS, NOTES, VERSIONS
from service.reviews.cards import CARDS
from service.reviews.reading import Told, reviews_of
from service.reviews.undo import Act, last_act

SHEET: Select[Any] = select(
    *(
        CARDS.c[name]
        for name in ("note_id", "version_id", "judgement_id", "revision", "open", "flagged", "wanted", "leased_by", "assigned_to")
    ),
    *(NOTES.c[name] for name in ("author", "source", "record_id", "hcp", "received_at", "written_at", "metadata")),
    *(VERSIONS.c.fields, VERSIONS.c.failure, JUDGEMENTS.c.judgement),
).select_from(
    CARDS.join(NOTES, NOTES.c.id == CARDS.c.note_id)
    .join(VERSIONS, VERSIONS.c.id == CARDS.c.version_id)
    .outerjoin(JUDGEMENTS, JUDGEMENTS.c.id == CARDS.c.judgement_id)
)


@dataclass(frozen=True)
class Sheet:
    """`names`: of the people in it, by account id. `act`: what this person would undo next."""

    note: Row[Any]
    told: Told
    names: Mapping[str, str]
    act: Act | None


def read_sheet(connection: Connection, note_id: str, who: str, *, sees_all: bool = False) -> Sheet:
    """As a person may see it; `sees_all`: for those who adjudicate. Raises RequestError `note_not_found`."""
    note = connection.execute(SHEET.where(CARDS.c.note_id == note_id)).first()
    if note is None:
        raise RequestError("There is no such note to review.", "note_not_found")
    told = reviews_of(connection, note_id, who, sees_all=sees_all)
    people = {note.leased_by, note.assigned_to, *(review.reviewer for review in told.reviews)} - {None}
    return Sheet(note, told, {LOCAL.id: LOCAL.name, **names_of(connection, people)}, last_act(connection, who))


def seen_row(connection: Connection, note_id: str, version_id: str | None, judgement_id: str | None) -> Row[Any] | None:
    """The fields and the judgement that somebody had before them, even where they count no more; None: there is no such wording."""
    judged = and_(JUDGEMENTS.c.version_id == VERSIONS.c.id, JUDGEMENTS.c.id == judgement_id)
    joined = VERSIONS.outerjoin(JUDGEMENTS, judged)
    same = (VERSIONS.c.id == version_id, VERSIONS.c.note_id == note_id)
    query: Select[Any] = select(VERSIONS.c.fields, JUDGEMENTS.c.judgement).select_from(joined).where(*same)
    return connection.execute(query).first()
