"""The audit's rows, and its head: where the chain ends now and how far retention has taken it away."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base

# SQLite numbers rows itself only in an INTEGER; here numbers are given, so that none is ever missing.
Sequence = BigInteger().with_variant(Integer, "sqlite")


class AuditRow(Base):
    """One act. Triggers refuse to change it, and to delete it beyond `AuditHead.expired_through`."""

    __tablename__ = "audit"

    sequence: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(index=True)
    who: Mapped[str] = mapped_column(String(200))  # a person, a key's prefix or "system"
    action: Mapped[str] = mapped_column(String(100))  # noun.verb
    what: Mapped[str] = mapped_column(String(200), index=True)  # noun:id
    before: Mapped[str | None] = mapped_column(String(64))  # hash of what was there
    after: Mapped[dict[str, Any] | None]  # what is there now, without words of a note
    why: Mapped[str | None] = mapped_column(String(1000))
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """The one row that appending locks and moves, so that many writers make one chain."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(Sequence)
    hash: Mapped[str] = mapped_column(String(64))
    expired_through: Mapped[int] = mapped_column(Sequence)
