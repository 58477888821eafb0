"""Keys of programs, the tokens they were exchanged for, and the notes each had judged a day."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base


class ApiKey(Base):
    """One key. Never deleted: a key that ended still tells whose notes came with it. Its secret is known to its owner alone."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(String(20), primary_key=True)  # the visible beginning of the key
    lineage: Mapped[str] = mapped_column(String(20), index=True)  # the first key of its rotations: quotas go with it
    hash: Mapped[str] = mapped_column(String(64), unique=True)  # of the whole key
    name: Mapped[str] = mapped_column(String(100))
    source: Mapped[str] = mapped_column(String(50))  # the CRM it stands for
    scopes: Mapped[str] = mapped_column(String(200))  # separated by blanks
    rate: Mapped[int | None] = mapped_column(Integer)  # requests a minute
    quota: Mapped[int | None] = mapped_column(Integer)  # notes a day
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(200))
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]  # to the minute


class AccessToken(Base):
    """What a key was exchanged for, for an hour. It dies with its key."""

    __tablename__ = "access_tokens"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    key_id: Mapped[str] = mapped_column(ForeignKey("api_keys.id"), index=True)
    scopes: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class NoteUsage(Base):
    """How many notes a lineage of keys sent on a day in UTC."""

    __tablename__ = "note_usage"

    lineage: Mapped[str] = mapped_column(String(20), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    notes: Mapped[int] = mapped_column(Integer)
