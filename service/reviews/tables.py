"""Decisions of people, the card by which queues find each note, its words to search in, saved views, gold notes.

No foreign keys to notes: a decision outlives an erased note, without its words.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Float, Index, Integer, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base

Number = BigInteger().with_variant(Integer, "sqlite")


class ReviewRow(Base):
    """One act of one person on one note. Never changed but to say that it counts no more, and blanked where the note is erased."""

    __tablename__ = "reviews"
    __table_args__ = (
        Index(None, "note_id", "superseded_at"),
        Index(None, "reviewer", "id"),
        Index(None, "bulk_id"),
        Index(None, "kind", "id"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)  # sorts by the moment
    note_id: Mapped[str] = mapped_column(String(64))
    version_id: Mapped[str] = mapped_column(String(32))
    judgement_id: Mapped[str | None] = mapped_column(String(32))  # what was seen; none: nobody had judged it
    definition_fingerprint: Mapped[str] = mapped_column(String(64))
    definition_version: Mapped[str] = mapped_column(String(100))
    reviewer: Mapped[str] = mapped_column(String(64))  # id of an account
    kind: Mapped[str] = mapped_column(String(12))
    answer: Mapped[dict[str, Any] | None]  # values by dimension, and where the evidence stands; no words
    label: Mapped[str | None] = mapped_column(String(100))  # by the rule, of the answer
    sound: Mapped[bool]  # passes the checker of labelled notes, evidence included: fit for training
    blind: Mapped[bool]  # given without having seen another's
    comment: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime]
    seconds: Mapped[float | None] = mapped_column(Float)  # spent on it
    bulk_id: Mapped[str | None] = mapped_column(String(32))
    replaces: Mapped[str | None] = mapped_column(String(32))  # the person's earlier decision, which counts again if this is undone
    undoes: Mapped[str | None] = mapped_column(String(32))  # of an undoing row: the row or the bulk that counts no more
    undone: Mapped[bool]  # taken back, not merely replaced
    superseded_at: Mapped[datetime | None]  # counts no more


class ReviewMemberRow(Base):
    """What a decision says of one check, or which level or option it chose."""

    __tablename__ = "review_members"
    __table_args__ = (Index(None, "dimension", "member", "note_id"), {"sqlite_with_rowid": False})

    review_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    dimension: Mapped[str] = mapped_column(String(100), primary_key=True)
    member: Mapped[str] = mapped_column(String(100), primary_key=True)
    note_id: Mapped[str] = mapped_column(String(64))
    met: Mapped[bool]
    place: Mapped[int] = mapped_column(Integer)  # of a level or an option in its dimension, from 0; of a check 0 or 1
    changed: Mapped[bool]  # the model had said otherwise


class CardRow(Base):
    """A note as queues see it: what they sort by, what filters look for, and who has it now. Made anew whenever the note changes."""

    __tablename__ = "review_cards"
    __table_args__ = (
        *(Index(None, "open", name, "note_id") for name in ("doubt", "suspicion", "worth", "draw")),
        Index(None, "open", "note_id"),
        Index(None, "dispute", "note_id"),
        Index(None, "assigned_to", "open", "note_id"),
        Index(None, "insight", "answered", "note_id"),
        Index(None, "life", "insight", "note_id"),
        Index(None, "objected", "note_id"),
        Index(None, "leased_by", "leased_until"),
    )

    number: Mapped[int] = mapped_column(Number, primary_key=True)  # by which its words are found
    note_id: Mapped[str] = mapped_column(String(64), unique=True)
    version_id: Mapped[str] = mapped_column(String(32))
    judgement_id: Mapped[str | None] = mapped_column(String(32))
    probability: Mapped[float | None] = mapped_column(Float)
    level: Mapped[int | None] = mapped_column(Integer)
    doubt: Mapped[float | None] = mapped_column(Float)  # the model's; none: it is sure
    suspicion: Mapped[float | None] = mapped_column(Float)  # that it is wrong
    worth: Mapped[float | None] = mapped_column(Float)  # of an insight
    dispute: Mapped[float | None] = mapped_column(Float)  # share of members on which people differ
    draw: Mapped[int] = mapped_column(Integer)  # chance by note id, the same each time
    insight: Mapped[bool]  # by people where they decided, else by the model
    answered: Mapped[bool]  # its author was told what became of it
    life: Mapped[str] = mapped_column(String(20))
    wanted: Mapped[int] = mapped_column(Integer)  # people who are to decide, blind where more than one
    got: Mapped[int] = mapped_column(Integer)  # people who decided
    open: Mapped[bool]  # fewer than wanted
    flagged: Mapped[bool]
    objected: Mapped[bool] = mapped_column(server_default=false())  # its author does not agree, and nobody has decided since
    gold: Mapped[bool]
    assigned_to: Mapped[str | None] = mapped_column(String(64))
    leased_by: Mapped[str | None] = mapped_column(String(64))
    leased_until: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(Integer)  # counts decisions, undone ones too
    tokens: Mapped[str] = mapped_column(Text)  # everything that filters ask for, a line each


class TextRow(Base):
    """The words of a note, folded, to search in. SQLite indexes them by triggers, PostgreSQL by a generated column."""

    __tablename__ = "review_texts"

    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    words: Mapped[str] = mapped_column(Text)


class FacetRow(Base):
    """A value that some note's metadata holds, for the choices of a filter; goes with the last note that has it."""

    __tablename__ = "review_facets"
    __table_args__ = (Index(None, "note_id"), {"sqlite_with_rowid": False})

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    value: Mapped[str] = mapped_column(String(100), primary_key=True)
    note_id: Mapped[str] = mapped_column(String(64), primary_key=True)


class SavedViewRow(Base):
    """A view under a name: a query string, one's own or the team's."""

    __tablename__ = "review_views"
    __table_args__ = (UniqueConstraint("owner", "name"), Index(None, "shared", "name"))

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    owner: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(100))
    query: Mapped[str] = mapped_column(Text)
    shared: Mapped[bool]  # with the team
    changed_at: Mapped[datetime]


class GoldRow(Base):
    """A note whose answer is agreed, by which new reviewers are calibrated."""

    __tablename__ = "review_gold"

    note_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    version_id: Mapped[str] = mapped_column(String(32))
    review_id: Mapped[str] = mapped_column(String(32))  # whose answer it is
    definition_fingerprint: Mapped[str] = mapped_column(String(64))
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime]
    why: Mapped[str | None] = mapped_column(Text)


class InsightRow(Base):
    """Where an insight is in its life. There is a row from its first step on; before it is new."""

    __tablename__ = "insights"

    note_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    state: Mapped[str] = mapped_column(String(20))
    steps: Mapped[int] = mapped_column(Integer)
    received_at: Mapped[datetime]
    answered_at: Mapped[datetime | None] = mapped_column(index=True)  # when its author was first told
    answer_seconds: Mapped[float | None] = mapped_column(Float)  # from receipt until then


class InsightStepRow(Base):
    """One step of an insight. Never changed, but its words go with the note."""

    __tablename__ = "insight_steps"

    note_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(String(20))
    who: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    outcome: Mapped[str | None] = mapped_column(Text)  # what was done, or why not
    answer: Mapped[str | None] = mapped_column(Text)  # a sentence to the author
