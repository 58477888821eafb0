"""Which judgements were compared with those of similar notes, and what came of it."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

TABLE = "note_comparisons"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("note_id", sa.String(32), nullable=False),
        sa.Column("against", sa.Float),
        sa.PrimaryKeyConstraint("note_id"),
    )


def downgrade() -> None:
    op.drop_table(TABLE)
