"""Cards say that the author of a note does not agree, and find insights by the state that they are in."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

TABLE = "review_cards"
BY_LIFE, BY_OBJECTION = f"ix_{TABLE}_life_insight_note_id", f"ix_{TABLE}_objected_note_id"


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("objected", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_index(BY_LIFE, TABLE, ["life", "insight", "note_id"])
    op.create_index(BY_OBJECTION, TABLE, ["objected", "note_id"])


def downgrade() -> None:
    op.drop_index(BY_OBJECTION, TABLE)
    op.drop_index(BY_LIFE, TABLE)
    op.drop_column(TABLE, "objected")
