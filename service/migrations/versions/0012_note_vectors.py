"""Vectors of notes: what each version is about, by the model that judged it."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

TABLE = "note_vectors"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("version_id", sa.String(32), nullable=False),
        sa.Column("model_fingerprint", sa.String(64), nullable=False),
        sa.Column("note_id", sa.String(32), nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("version_id", "model_fingerprint"),
    )
    op.create_index(op.f("ix_note_vectors_note_id"), TABLE, ["note_id"])


def downgrade() -> None:
    op.drop_table(TABLE)
