"""Webhooks: subscriptions, and messages on their way."""

import sqlalchemy as sa
from alembic import op

from service.database import Moment

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "webhook_subscriptions",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("url", sa.String(2000), nullable=False),
        sa.Column("secret", sa.String(100), nullable=False),
        sa.Column("events", sa.String(500), nullable=False),
        sa.Column("source", sa.String(200)),
        sa.Column("include_text", sa.Boolean, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
        sa.Column("disabled_at", Moment),
        sa.Column("disabled_reason", sa.String(200)),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("failing_since", Moment),
        sa.Column("paused_until", Moment),
        sa.Column("last_attempt_at", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_subscriptions"),
    )
    op.create_table(
        "webhook_messages",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("subscription_id", sa.String(40), nullable=False),
        sa.Column("event", sa.String(50), nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
        sa.Column("words", sa.JSON),
        sa.Column("note_id", sa.String(64)),
        sa.Column("occurred_at", Moment, nullable=False),
        sa.Column("queued_at", Moment, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("due_at", Moment, nullable=False),
        sa.Column("changed_at", Moment, nullable=False),
        sa.Column("lease", sa.String(40)),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("last_attempt_at", Moment),
        sa.Column("last_status", sa.Integer),
        sa.Column("last_error", sa.String(200)),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_messages"),
    )
    op.create_index("ix_webhook_messages_subscription_id_state_due_at_id", "webhook_messages", ["subscription_id", "state", "due_at", "id"])
    op.create_index("ix_webhook_messages_subscription_id_state_id", "webhook_messages", ["subscription_id", "state", "id"])
    op.create_index("ix_webhook_messages_state_changed_at", "webhook_messages", ["state", "changed_at"])
    op.create_index("ix_webhook_messages_note_id", "webhook_messages", ["note_id"])


def downgrade() -> None:
    op.drop_table("webhook_messages")
    op.drop_table("webhook_subscriptions")
