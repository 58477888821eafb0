"""Themes in numbers, and which note stands in which. Names are made of notes' words, so they are made anew and never kept."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Float, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base


class ThemeRunRow(Base):
    """One grouping of everything. `follows`: the run before, which one alone may follow, whoever else is about to group."""

    __tablename__ = "theme_runs"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)  # sorts by the moment
    follows: Mapped[str] = mapped_column(String(32), unique=True)  # empty: the first
    weekly: Mapped[bool]  # by the calendar: what emerges is told then alone
    started_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    notes: Mapped[int | None] = mapped_column(Integer)
    copies: Mapped[int | None] = mapped_column(Integer)
    outside: Mapped[int | None] = mapped_column(Integer)  # like no others


class ThemeRow(Base):
    """A theme as the latest run counted it. No word of a note, no name of a person."""

    __tablename__ = "themes"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    place: Mapped[int] = mapped_column(Integer)  # patterns first, the greatest first
    pattern: Mapped[bool]
    notes: Mapped[int] = mapped_column(Integer)
    insights: Mapped[int] = mapped_column(Integer)
    copies: Mapped[int] = mapped_column(Integer)
    authors: Mapped[int] = mapped_column(Integer)
    physicians: Mapped[int] = mapped_column(Integer)
    countries: Mapped[int] = mapped_column(Integer)
    first_seen: Mapped[str | None] = mapped_column(String(10))  # days
    last_seen: Mapped[str | None] = mapped_column(String(10))
    months: Mapped[dict[str, Any]] = mapped_column(JSON)  # notes by month, as 2026-03
    recent: Mapped[int | None] = mapped_column(Integer)  # none: nothing to compare with
    expected: Mapped[float | None] = mapped_column(Float)
    emerging: Mapped[bool]


class ThemeNoteRow(Base):
    """The memory: with what each note stood in the latest run, also where that is no theme. It goes with the note."""

    __tablename__ = "theme_notes"
    __table_args__ = (Index(None, "theme_id", "note_id"),)

    note_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    theme_id: Mapped[str] = mapped_column(String(16))
    copy: Mapped[bool]  # a near duplicate, which counts for nothing
