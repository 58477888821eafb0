"""Keys of programs, their tokens, notes a day."""

import sqlalchemy as sa
from alembic import op

from service.database import Moment

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(20), nullable=False),
        sa.Column("lineage", sa.String(20), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("source", sa.String(50), nullable=False),
        sa.Column("scopes", sa.String(200), nullable=False),
        sa.Column("rate", sa.Integer),
        sa.Column("quota", sa.Integer),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
        sa.Column("expires_at", Moment),
        sa.Column("revoked_at", Moment),
        sa.Column("last_used_at", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("hash", name="uq_api_keys_hash"),
    )
    op.create_index("ix_api_keys_lineage", "api_keys", ["lineage"])
    op.create_table(
        "access_tokens",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("key_id", sa.String(20), nullable=False),
        sa.Column("scopes", sa.String(200), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_access_tokens"),
        sa.ForeignKeyConstraint(["key_id"], ["api_keys.id"], name="fk_access_tokens_key_id_api_keys"),
    )
    op.create_index("ix_access_tokens_key_id", "access_tokens", ["key_id"])
    op.create_index("ix_access_tokens_expires_at", "access_tokens", ["expires_at"])
    op.create_table(
        "note_usage",
        sa.Column("lineage", sa.String(20), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("notes", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("lineage", "day", name="pk_note_usage"),
    )


def downgrade() -> None:
    op.drop_table("note_usage")
    op.drop_table("access_tokens")
    op.drop_table("api_keys")
