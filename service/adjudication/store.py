"""One note as whoever settles it has it before them: its words, each person's answer, and what settled it before."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Row

from insight_classifier.definition import Definition
from service.adjudication.sides import LETTERS, Side
from service.errors import RequestError
from service.reviews.answers import Answer, answer_of, stored_answer
from service.reviews.kinds import ADJUDICATE, DECIDING
from service.reviews.sheet import Sheet, read_sheet


@dataclass(frozen=True)
class Bench:
    """`sides`: in the order in which people decided; `before`: the answer that settled it."""

    sheet: Sheet
    sides: Sequence[Side]
    before: Answer | None
    model: Answer | None


def read_bench(connection: Connection, note_id: str, who: str, definition: Definition) -> Bench:
    """Raises RequestError `note_not_found`."""
    sheet = read_sheet(connection, note_id, who, sees_all=True)
    live = [row for row in sheet.told.reviews if row.superseded_at is None and row.version_id == sheet.note.version_id]
    decided = [row for row in live if row.kind in DECIDING]
    sides = [_side(letter, row, sheet) for letter, row in zip(LETTERS, decided, strict=False)]
    settled = [row for row in live if row.kind == ADJUDICATE]
    return Bench(sheet, sides, stored_answer(settled[-1].answer) if settled else None, _model(sheet, definition))


def _side(letter: str, row: "Row[tuple[object, ...]]", sheet: Sheet) -> Side:
    name = sheet.names.get(row.reviewer, "Somebody")
    return Side(letter, name, stored_answer(row.answer), row.label, row.comment)


def _model(sheet: Sheet, definition: Definition) -> Answer | None:
    try:
        return answer_of(sheet.note.judgement, definition) if sheet.note.judgement else None
    except RequestError:  # by a definition with other members
        return None
