"""What a model on trial says of notes beside the live one."""

import sqlalchemy as sa
from alembic import op

from service.database import Moment

revision = "0016"
down_revision = "0015"

TABLE = "shadow_judgements"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("note_id", sa.String(64), nullable=False),
        sa.Column("judgement_id", sa.String(32), nullable=False),
        sa.Column("model_name", sa.String(100), nullable=False),
        sa.Column("model_fingerprint", sa.String(64), nullable=False),
        sa.Column("probability", sa.Float, nullable=False),
        sa.Column("differs", sa.Boolean, nullable=False),
        sa.Column("parts", sa.JSON, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("note_id", name="pk_shadow_judgements"),
    )
    op.create_index(op.f("ix_shadow_judgements_differs_note_id"), TABLE, ["differs", "note_id"])


def downgrade() -> None:
    op.drop_table(TABLE)
