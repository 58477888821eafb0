"""Accounts of people, the browsers that are signed in, and how often somebody tried to."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base


class AccountRow(Base):
    """One person. Never deleted: who decided what must be told for as long as the decision stands."""

    __tablename__ = "accounts"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    login: Mapped[str] = mapped_column(String(200), unique=True)  # an e-mail address or another name, in small letters
    name: Mapped[str] = mapped_column(String(100))  # as colleagues see it
    roles: Mapped[str] = mapped_column(String(200))  # separated by blanks
    author: Mapped[str | None] = mapped_column(String(200), index=True)  # the CRM's id of whoever writes notes
    password: Mapped[str | None] = mapped_column(String(200))  # an Argon2id hash; null: signs in elsewhere
    must_change: Mapped[bool] = mapped_column(Boolean)  # the password came from somebody else
    password_until: Mapped[datetime | None]  # and counts until then
    issuer: Mapped[str | None] = mapped_column(String(200))  # the OpenID provider that knows the person
    subject: Mapped[str | None] = mapped_column(String(255))  # by this name
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(200))
    disabled_at: Mapped[datetime | None]
    signed_in_at: Mapped[datetime | None]  # the last time


class SessionRow(Base):
    """One browser that is signed in, known by the hash of what its cookie holds."""

    __tablename__ = "account_sessions"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]  # to the minute
    expires_at: Mapped[datetime] = mapped_column(index=True)


class AttemptRow(Base):
    """How often somebody tried to sign in to one account, or from one address, until a moment at which counting begins again."""

    __tablename__ = "sign_in_attempts"

    subject: Mapped[str] = mapped_column(String(64), primary_key=True)  # a hash: neither addresses nor logins that do not exist are kept
    until: Mapped[datetime] = mapped_column(index=True)
    count: Mapped[int] = mapped_column(Integer)
