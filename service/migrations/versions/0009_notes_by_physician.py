"""An index by which the notes on one physician are found in the order of their receipt."""

from alembic import op

revision = "0009"
down_revision = "0008"

NAME = "ix_notes_hcp_id"


def upgrade() -> None:
    op.create_index(NAME, "notes", ["hcp", "id"])


def downgrade() -> None:
    op.drop_index(NAME, "notes")
