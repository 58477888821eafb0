"""How far each bulk of decisions has come."""

import sqlalchemy as sa
from alembic import op

from service.database import Moment

revision = "0011"
down_revision = "0010"

TABLE = "review_bulks"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("reviewer", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("notes", sa.Integer, nullable=False),
        sa.Column("saved", sa.Integer, nullable=False),
        sa.Column("refused", sa.JSON, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("begun_at", Moment, nullable=False),
        sa.Column("changed_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{TABLE}"),
    )
    op.create_index(f"ix_{TABLE}_reviewer_id", TABLE, ["reviewer", "id"])


def downgrade() -> None:
    op.drop_table(TABLE)
