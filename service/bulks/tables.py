"""Bulks: how far each has come, so that whoever began it sees it, and sees where it was broken off."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base


class BulkRow(Base):
    """One act of one person on many notes. Its decisions name it."""

    __tablename__ = "review_bulks"
    __table_args__ = (Index(None, "reviewer", "id"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)  # sorts by the moment
    reviewer: Mapped[str] = mapped_column(String(64))  # id of an account
    kind: Mapped[str] = mapped_column(String(12))
    query: Mapped[str] = mapped_column(Text)  # of the view
    notes: Mapped[int] = mapped_column(Integer)  # that the view held
    saved: Mapped[int] = mapped_column(Integer)
    refused: Mapped[dict[str, Any]]  # notes by the code of the refusal
    state: Mapped[str] = mapped_column(String(10))
    begun_at: Mapped[datetime]
    changed_at: Mapped[datetime]
