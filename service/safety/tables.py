"""What was scanned, what a person must look at, and what became of it. Nothing here can be deleted: triggers refuse it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base


class ScanRow(Base):
    """One version of a note was scanned, and this is what was found; a later scan never takes away what one found before."""

    __tablename__ = "safety_scans"

    note_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    content_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)  # of the first scan
    by_rule: Mapped[str] = mapped_column(Text)  # flags, separated by blanks
    by_model: Mapped[str | None] = mapped_column(Text)  # null: the model did not judge it
    flagged: Mapped[bool] = mapped_column(Boolean)  # something that a person must look at
    rules: Mapped[str | None] = mapped_column(String(64))  # fingerprint of the rules that scanned last


class Item(Base):
    """A note that a person must look at, until `due_at`. There is no foreign key: it outlives the note."""

    __tablename__ = "safety_items"
    __table_args__ = (Index(None, "due_at", "id"), Index(None, "state", "due_at", "id"))

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    note_id: Mapped[str] = mapped_column(String(64), unique=True)
    source: Mapped[str] = mapped_column(String(200))  # the CRM
    record_id: Mapped[str | None] = mapped_column(Text)  # its own name for the note
    flags: Mapped[str] = mapped_column(Text)  # of all versions, separated by blanks
    content_hash: Mapped[str] = mapped_column(String(64))  # of the version that the spans stand in
    spans: Mapped[list[Any]] = mapped_column(JSON)  # offsets, no words
    marks: Mapped[list[Any]] = mapped_column(JSON)  # of what was quoted from any version: a new quote is told from one that moved
    state: Mapped[str] = mapped_column(String(20))
    received_at: Mapped[datetime]
    awareness_at: Mapped[datetime]  # when the clock began
    half_at: Mapped[datetime]  # half of the time is gone
    due_at: Mapped[datetime]
    half_told_at: Mapped[datetime | None]  # escalations, once each
    overdue_told_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None] = mapped_column(String(200))
    acknowledged_at: Mapped[datetime | None]
    comment: Mapped[str | None] = mapped_column(Text)
    handed_over_by: Mapped[str | None] = mapped_column(String(200))
    handed_over_at: Mapped[datetime | None]
    handed_to: Mapped[str | None] = mapped_column(String(200))  # the desk or the person
    reference: Mapped[str | None] = mapped_column(String(200))  # of the safety desk's case
    closed_by: Mapped[str | None] = mapped_column(String(200))
    closed_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(40))  # one of FALSE_ALARMS
    revision: Mapped[int] = mapped_column(Integer)  # counts the scans that found something new
    events: Mapped[int] = mapped_column(Integer)


class ItemEvent(Base):
    """One thing that happened to an item. Triggers refuse any change but the erasure of a comment."""

    __tablename__ = "safety_events"

    item_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)  # from 1, in order
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(20))
    who: Mapped[str] = mapped_column(String(200))
    flags: Mapped[str | None] = mapped_column(Text)  # those that were new
    due_at: Mapped[datetime]  # as it was from then on
    reference: Mapped[str | None] = mapped_column(String(200))
    detail: Mapped[str | None] = mapped_column(String(200))  # to whom it was handed over, why it was closed, in which form it went out
    comment: Mapped[str | None] = mapped_column(Text)
