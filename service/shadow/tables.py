"""What the model on trial says of notes, where it differs from the live one."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Float, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base


class ShadowRow(Base):
    """The latest comparison of a note. `parts`: as `rules.Difference.to_dict`, without words of the note."""

    __tablename__ = "shadow_judgements"
    __table_args__ = (Index(None, "differs", "note_id"),)

    note_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    judgement_id: Mapped[str] = mapped_column(String(32))  # the live model's, that was compared with
    model_name: Mapped[str] = mapped_column(String(100))
    model_fingerprint: Mapped[str] = mapped_column(String(64))
    probability: Mapped[float] = mapped_column(Float)
    differs: Mapped[bool]
    parts: Mapped[list[Any]] = mapped_column(JSON)
    at: Mapped[datetime]
