"""Bulk jobs: what is asked, what is left to do, contents in pieces, and where notes stand in them."""

import sqlalchemy as sa
from alembic import op

from service.database import Moment

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    _add_jobs()
    op.create_table(
        "job_tasks",
        sa.Column("job_id", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("claimed_by", sa.String(40)),
        sa.Column("lease_until", Moment),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("job_id", "number", name="pk_job_tasks"),
    )
    op.create_index("ix_job_tasks_number_job_id", "job_tasks", ["number", "job_id"])
    op.create_table(
        "job_pieces",
        sa.Column("job_id", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("job_id", "kind", "number", name="pk_job_pieces"),
    )
    op.create_table(
        "job_notes",
        sa.Column("note_id", sa.String(64), nullable=False),
        sa.Column("job_id", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("note_id", "job_id", "number", name="pk_job_notes"),
    )
    op.create_index("ix_job_notes_job_id", "job_notes", ["job_id"])


def downgrade() -> None:
    for table in ("job_notes", "job_pieces", "job_tasks", "jobs"):
        op.drop_table(table)


def _add_jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("owner", sa.String(50), nullable=False),
        sa.Column("created_by", sa.String(50), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("idempotency_key", sa.String(255)),
        sa.Column("request_hash", sa.String(64), nullable=False),
        sa.Column("format", sa.String(10), nullable=False),
        sa.Column("text_column", sa.Text),
        sa.Column("url", sa.Text),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("started_at", Moment),
        sa.Column("ended_at", Moment),
        sa.Column("expires_at", Moment),
        sa.Column("deleted_at", Moment),
        sa.Column("total", sa.Integer),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("failed", sa.Integer, nullable=False),
        sa.Column("chunks_left", sa.Integer, nullable=False),
        sa.Column("error_code", sa.String(50)),
        sa.Column("error_detail", sa.Text),
        sa.Column("results_bytes", sa.BigInteger),
        sa.Column("results_sha256", sa.String(64)),
        sa.Column("errors_bytes", sa.BigInteger),
        sa.Column("errors_sha256", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.UniqueConstraint("owner", "idempotency_key", name="uq_jobs_owner_idempotency_key"),
    )
    op.create_index("ix_jobs_owner_id", "jobs", ["owner", "id"])
    op.create_index("ix_jobs_expires_at", "jobs", ["expires_at"])
