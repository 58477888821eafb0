"""Keys that callers chose, what was asked under each, and what was answered."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base


class IdempotencyKey(Base):
    """One request of one caller. Without a status it is in progress, or was when its process died."""

    __tablename__ = "idempotency_keys"

    owner: Mapped[str] = mapped_column(String(50), primary_key=True)  # callers do not see one another's keys
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    claim: Mapped[str] = mapped_column(String(32))  # who works on it
    claimed_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    status: Mapped[int | None] = mapped_column(Integer)  # of HTTP
    answer: Mapped[bytes | None] = mapped_column(LargeBinary)  # none with a status: erased


class AnsweredNote(Base):
    """A note that an answer speaks of, so that its erasure finds the answer."""

    __tablename__ = "answered_notes"
    __table_args__ = (ForeignKeyConstraint(["owner", "key"], ["idempotency_keys.owner", "idempotency_keys.key"], ondelete="CASCADE"),)

    owner: Mapped[str] = mapped_column(String(50), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    note_id: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)
