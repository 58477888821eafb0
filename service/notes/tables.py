"""Notes, their versions, their judgements, and what each judgement says member by member, for lists that filter by it.

Ids are texts that sort by the moment they were made (`rows.new_id`): the order of notes is the order of their receipt.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Float, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base

# As each dialect writes the condition of a query: SQLite takes the index only where both are the same to the letter.
MET_ON_SQLITE, MET_ON_POSTGRES = text("met = 1"), text("met")


class NoteRow(Base):
    """One record of a CRM. What it says stands in its versions; the pointers name what counts now.

    An erased note stays as a tombstone: id, source, record_hash, received_at and erased_at, so that a late delivery does not revive it.
    """

    __tablename__ = "notes"
    __table_args__ = (
        UniqueConstraint("source", "record_hash"),
        Index("ix_notes_author_id", "author", "id"),
        Index("ix_notes_hcp_id", "hcp", "id"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    source: Mapped[str] = mapped_column(String(50))  # the CRM
    record_id: Mapped[str | None] = mapped_column(Text)  # the CRM's own id, to be shown
    record_hash: Mapped[str | None] = mapped_column(String(64))  # of the record id, whole; it identifies the record also after an erasure
    author: Mapped[str | None] = mapped_column(String(200))
    hcp: Mapped[str | None] = mapped_column(String(200))  # reference of the health-care professional
    details: Mapped[dict[str, Any] | None] = mapped_column("metadata")  # as they were sent
    written_at: Mapped[datetime | None]
    received_at: Mapped[datetime]  # of the first delivery
    newest_at: Mapped[datetime | None]  # the CRM's latest modified time that was seen
    newest_number: Mapped[int | None] = mapped_column(BigInteger)  # the CRM's highest version number that was seen
    current_version_id: Mapped[str | None] = mapped_column(String(32))
    current_judgement_id: Mapped[str | None] = mapped_column(String(32))  # the latest of the current version; none: it waits
    erased_at: Mapped[datetime | None]


class VersionRow(Base):
    """One content of a note; delivered again it is the same row."""

    __tablename__ = "note_versions"
    __table_args__ = (UniqueConstraint("note_id", "content_hash"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    note_id: Mapped[str] = mapped_column(ForeignKey("notes.id"))
    fields: Mapped[dict[str, Any]]  # exactly as they were sent
    content_hash: Mapped[str] = mapped_column(String(64))
    author: Mapped[str | None] = mapped_column(String(200), index=True)  # of this version: an erasure by person finds it here
    hcp: Mapped[str | None] = mapped_column(String(200), index=True)
    modified_at: Mapped[datetime | None]  # by the CRM's clock, of its latest delivery
    modified_number: Mapped[int | None] = mapped_column(BigInteger)  # by the CRM's count
    received_at: Mapped[datetime]
    failure: Mapped[str | None] = mapped_column(String(64))  # code of why judging failed last; a judgement may have followed
    failed_at: Mapped[datetime | None]


class JudgementRow(Base):
    """What one model said of one version under one definition. Never overwritten."""

    __tablename__ = "judgements"
    __table_args__ = (
        UniqueConstraint("version_id", "definition_fingerprint", "model_fingerprint", name="uq_judgements_version_id_definition_model"),
        Index("ix_judgements_label_note_id", "label", "note_id"),
        Index("ix_judgements_level_note_id", "level", "note_id"),
        Index("ix_judgements_needs_review_note_id", "needs_review", "note_id"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    version_id: Mapped[str] = mapped_column(ForeignKey("note_versions.id"))
    note_id: Mapped[str] = mapped_column(ForeignKey("notes.id"), index=True)
    definition_fingerprint: Mapped[str] = mapped_column(String(64))
    definition_version: Mapped[str] = mapped_column(String(100))
    model_fingerprint: Mapped[str] = mapped_column(String(64))
    model_name: Mapped[str] = mapped_column(String(200))
    judgement: Mapped[dict[str, Any]]  # as callers get it
    label: Mapped[str] = mapped_column(String(100))
    probability: Mapped[float] = mapped_column(Float)
    level: Mapped[int | None] = mapped_column(Integer)  # of the definition's first scale
    needs_review: Mapped[bool]
    created_at: Mapped[datetime]


class MemberRow(Base):
    """What a judgement says of one check, or which option or level it chose."""

    __tablename__ = "judgement_members"
    # Narrow rows in one tree, and beside it a list of those that are met alone: some 20 rows a note are written while others wait.
    __table_args__ = (
        Index(
            "ix_judgement_members_dimension_member_note_id",
            "dimension",
            "member",
            "note_id",
            sqlite_where=MET_ON_SQLITE,
            postgresql_where=MET_ON_POSTGRES,
        ),
        {"sqlite_with_rowid": False},
    )

    judgement_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    dimension: Mapped[str] = mapped_column(String(100), primary_key=True)
    member: Mapped[str] = mapped_column(String(100), primary_key=True)
    note_id: Mapped[str] = mapped_column(String(32))
    met: Mapped[bool]
    probability: Mapped[float | None] = mapped_column(Float)  # none where only rules judge
