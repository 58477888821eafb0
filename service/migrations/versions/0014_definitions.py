"""The versions of the definition that the service has judged by, and what each change flips."""

import sqlalchemy as sa
from alembic import op

from service.database import Moment

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "definitions",
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("version", sa.String(100), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("cues", sa.JSON, nullable=False),
        sa.Column("first_seen_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name="pk_definitions"),
    )
    op.create_index("ix_definitions_first_seen_at", "definitions", ["first_seen_at"])
    op.create_table(
        "definition_changes",
        sa.Column("old", sa.String(64), nullable=False),
        sa.Column("new", sa.String(64), nullable=False),
        sa.Column("through", sa.String(32), nullable=False),
        sa.Column("judged", sa.Integer, nullable=False),
        sa.Column("flipped", sa.Integer, nullable=False),
        sa.Column("untold", sa.Integer, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("old", "new", name="pk_definition_changes"),
    )
    op.create_table(
        "definition_flips",
        sa.Column("old", sa.String(64), nullable=False),
        sa.Column("new", sa.String(64), nullable=False),
        sa.Column("note_id", sa.String(64), nullable=False),
        sa.Column("before", sa.String(100), nullable=False),
        sa.Column("after", sa.String(100), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("old", "new", "note_id", name="pk_definition_flips"),
    )
    op.create_index("ix_definition_flips_note_id", "definition_flips", ["note_id"])


def downgrade() -> None:
    for table in ("definition_flips", "definition_changes", "definitions"):
        op.drop_table(table)
