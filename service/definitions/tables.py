"""Definitions as they were when the service judged by them, and what a change from one to the next flips."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base


class DefinitionRow(Base):
    """One version, with the files that it was read from: what was judged by it can be understood years later."""

    __tablename__ = "definitions"

    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    version: Mapped[str] = mapped_column(String(100))
    text: Mapped[str] = mapped_column(Text)  # the file
    cues: Mapped[dict[str, Any]]  # the files of rules that it names, by name
    first_seen_at: Mapped[datetime] = mapped_column(index=True)


class ChangeRow(Base):
    """Judgements under the old definition, counted by what the new one makes of them, as far as `through`."""

    __tablename__ = "definition_changes"

    old: Mapped[str] = mapped_column(String(64), primary_key=True)
    new: Mapped[str] = mapped_column(String(64), primary_key=True)
    through: Mapped[str] = mapped_column(String(32))  # id of the last judgement that was looked at
    judged: Mapped[int] = mapped_column(Integer)
    flipped: Mapped[int] = mapped_column(Integer)
    untold: Mapped[int] = mapped_column(Integer)  # they do not hold what the new rule needs
    at: Mapped[datetime]


class FlipRow(Base):
    """A note whose label flips, as an example of a change. It goes with the note."""

    __tablename__ = "definition_flips"
    __table_args__ = (Index(None, "note_id"),)

    old: Mapped[str] = mapped_column(String(64), primary_key=True)
    new: Mapped[str] = mapped_column(String(64), primary_key=True)
    note_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    before: Mapped[str] = mapped_column(String(100))  # labels
    after: Mapped[str] = mapped_column(String(100))
    reason: Mapped[str] = mapped_column(Text)  # by the definition's own names
