"""Themes: the runs that made them, their numbers, and which note stands in which."""

import sqlalchemy as sa
from alembic import op

from service.database import Moment

revision = "0017"
down_revision = "0016"

RUNS, THEMES, NOTES = "theme_runs", "themes", "theme_notes"


def upgrade() -> None:
    op.create_table(
        RUNS,
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("follows", sa.String(32), nullable=False),
        sa.Column("weekly", sa.Boolean, nullable=False),
        sa.Column("started_at", Moment, nullable=False),
        sa.Column("done_at", Moment),
        *(sa.Column(name, sa.Integer) for name in ("notes", "copies", "outside")),
        sa.PrimaryKeyConstraint("id", name="pk_theme_runs"),
        sa.UniqueConstraint("follows", name="uq_theme_runs_follows"),
    )
    op.create_table(
        THEMES,
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("pattern", sa.Boolean, nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("notes", "insights", "copies", "authors", "physicians", "countries")),
        sa.Column("first_seen", sa.String(10)),
        sa.Column("last_seen", sa.String(10)),
        sa.Column("months", sa.JSON, nullable=False),
        sa.Column("recent", sa.Integer),
        sa.Column("expected", sa.Float),
        sa.Column("emerging", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_themes"),
    )
    op.create_table(
        NOTES,
        sa.Column("note_id", sa.String(64), nullable=False),
        sa.Column("theme_id", sa.String(16), nullable=False),
        sa.Column("copy", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("note_id", name="pk_theme_notes"),
    )
    op.create_index(op.f("ix_theme_notes_theme_id_note_id"), NOTES, ["theme_id", "note_id"])


def downgrade() -> None:
    for table in (NOTES, THEMES, RUNS):
        op.drop_table(table)
