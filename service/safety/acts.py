"""What the form of an item may ask for, each act by its name; and the forms in which a case leaves the service."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection

from service.errors import RequestError
from service.notes.rules import storable
from service.safety import desk
from service.safety.desk import Decision
from service.safety.report_form import Form, as_csv, as_json
from service.safety.shapes import LONGEST_COMMENT, Line, Lines

LARGEST = 2**31 - 1
Act = Callable[[Connection, str, str, Mapping[str, str], datetime], object]  # item, who, form, when
LINE, LINES = TypeAdapter(Line), TypeAdapter(Lines)


@dataclass(frozen=True)
class FileForm:
    """`name` is the file's extension too."""

    name: str
    media_type: str
    write: Callable[[Form], str]


FORMS: Mapping[str, FileForm] = {
    form.name: form for form in (FileForm("csv", "text/csv; charset=utf-8", as_csv), FileForm("json", "application/json", as_json))
}


def _acknowledge(connection: Connection, item_id: str, who: str, form: Mapping[str, str], at: datetime) -> object:
    return desk.acknowledge(connection, item_id, _decision(form, who, at))


def _hand_over(connection: Connection, item_id: str, who: str, form: Mapping[str, str], at: datetime) -> object:
    """The reference is what later proves that somebody took it."""
    reference, to = _line(form, "reference"), _line(form, "to")
    return desk.hand_over(connection, item_id, _decision(form, who, at), reference, to)


def _close(connection: Connection, item_id: str, who: str, form: Mapping[str, str], at: datetime) -> object:
    return desk.close(connection, item_id, _decision(form, who, at), form.get("reason", ""))


def _reopen(connection: Connection, item_id: str, who: str, form: Mapping[str, str], at: datetime) -> object:
    return desk.reopen(connection, item_id, _decision(form, who, at))


ACTS: Mapping[str, Act] = {"acknowledge": _acknowledge, "hand_over": _hand_over, "close": _close, "reopen": _reopen}
NAMES = {"reference": "The reference of the safety desk's case", "to": "To whom it was handed over"}


def _line(form: Mapping[str, str], name: str) -> str:
    try:
        return LINE.validate_python(form.get(name, ""))
    except ValidationError:
        raise RequestError(f"{NAMES[name]} is missing, or is longer than a line of 100 characters.", "invalid_request") from None


def _decision(form: Mapping[str, str], who: str, at: datetime) -> Decision:
    """Of the item as the person saw it."""
    revision, comment = form.get("revision", ""), form.get("comment", "").strip()
    if not (revision.isascii() and revision.isdecimal() and len(revision) < 11 and int(revision) <= LARGEST):
        raise RequestError("The form does not say which state of the item it is about. Reload the page.", "invalid_request")
    try:
        words = LINES.validate_python(comment.replace("\r\n", "\n"))
    except ValidationError:
        raise RequestError(
            f"The comment is longer than {LONGEST_COMMENT} characters, or holds what is no text.", "invalid_request"
        ) from None
    return Decision(who, at, storable(words, LONGEST_COMMENT), int(revision))
