"""Decisions on their way out: audited with their purpose first, then read and written a few notes at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from insight_classifier.definition import Definition
from service.audit.store import append
from service.errors import RequestError
from service.exchange.formats import DEFAULT, FORMATS, Format
from service.exchange.rules import LeftOut, Wish, picked
from service.exchange.store import stated
from service.notes.rules import storable
from service.reviews.views import View

LONGEST_PURPOSE = 1000


@dataclass
class Outgoing:
    """One file. `sent` counts its records while it is written."""

    definition: Definition
    form: Format
    wish: Wish
    left: LeftOut = field(default_factory=LeftOut)
    sent: int = 0

    def records(self, connection: Connection, note_ids: Sequence[str]) -> list[str]:
        """The records of some notes, in their order."""
        found = [
            record
            for decisions in stated(connection, note_ids, self.definition, self.left)
            if (chosen := picked(decisions, self.wish, self.definition, self.left))
            for record in self.form.records_of(chosen, self.definition)
        ]
        self.sent += len(found)
        return found


def outgoing(definition: Definition, name: str = DEFAULT, *, every: bool = False, disputed: bool = False) -> Outgoing:
    """Raises RequestError for a format that there is not."""
    if name not in FORMATS:
        raise RequestError(f"There is no format {name[:40]!r}: use {', '.join(FORMATS)}.", "invalid_request")
    form = FORMATS[name]
    return Outgoing(definition, form, Wish(every, disputed, sound=form.strict and not every))


def audit(connection: Connection, file: Outgoing, view: View, notes: int, who: str, why: str, at: datetime) -> None:
    """Before the first byte goes out. What was searched for may be words of notes and stays out. Raises RequestError without a purpose."""
    purpose = storable(why.strip(), LONGEST_PURPOSE)
    if purpose is None:
        raise RequestError(
            "Say what the decisions are for: the notes in them are personal data, and the audit keeps the purpose.", "invalid_request"
        )
    asked = {"queue": view.queue, "filters": sorted({one.name for one in view.filters}), "searched": view.q is not None}
    after = {"format": file.form.name, "every": file.wish.every, "disputed": file.wish.disputed, "notes": notes, **asked}
    append(connection, who=who, action="review.export", what="decisions", after=after, why=purpose, at=at)
