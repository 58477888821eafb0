"""Notes, their versions, their judgements; idempotency keys."""

import sqlalchemy as sa
from alembic import op

from service.database import Moment

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _add_notes()
    _add_judgements()
    _add_idempotency()


def downgrade() -> None:
    for table in ("answered_notes", "idempotency_keys", "judgement_members", "judgements", "note_versions", "notes"):
        op.drop_table(table)


def _add_notes() -> None:
    op.create_table(
        "notes",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("source", sa.String(50), nullable=False),
        sa.Column("record_id", sa.Text),
        sa.Column("record_hash", sa.String(64)),
        sa.Column("author", sa.String(200)),
        sa.Column("hcp", sa.String(200)),
        sa.Column("metadata", sa.JSON),
        sa.Column("written_at", Moment),
        sa.Column("received_at", Moment, nullable=False),
        sa.Column("newest_at", Moment),
        sa.Column("newest_number", sa.BigInteger),
        sa.Column("current_version_id", sa.String(32)),
        sa.Column("current_judgement_id", sa.String(32)),
        sa.Column("erased_at", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_notes"),
        sa.UniqueConstraint("source", "record_hash", name="uq_notes_source_record_hash"),
    )
    op.create_index("ix_notes_author_id", "notes", ["author", "id"])
    op.create_table(
        "note_versions",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("note_id", sa.String(32), nullable=False),
        sa.Column("fields", sa.JSON, nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("author", sa.String(200)),
        sa.Column("hcp", sa.String(200)),
        sa.Column("modified_at", Moment),
        sa.Column("modified_number", sa.BigInteger),
        sa.Column("received_at", Moment, nullable=False),
        sa.Column("failure", sa.String(64)),
        sa.Column("failed_at", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_note_versions"),
        sa.ForeignKeyConstraint(["note_id"], ["notes.id"], name="fk_note_versions_note_id_notes"),
        sa.UniqueConstraint("note_id", "content_hash", name="uq_note_versions_note_id_content_hash"),
    )
    for column in ("author", "hcp"):
        op.create_index(f"ix_note_versions_{column}", "note_versions", [column])


def _add_judgements() -> None:
    op.create_table(
        "judgements",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("version_id", sa.String(32), nullable=False),
        sa.Column("note_id", sa.String(32), nullable=False),
        sa.Column("definition_fingerprint", sa.String(64), nullable=False),
        sa.Column("definition_version", sa.String(100), nullable=False),
        sa.Column("model_fingerprint", sa.String(64), nullable=False),
        sa.Column("model_name", sa.String(200), nullable=False),
        sa.Column("judgement", sa.JSON, nullable=False),
        sa.Column("label", sa.String(100), nullable=False),
        sa.Column("probability", sa.Float, nullable=False),
        sa.Column("level", sa.Integer),
        sa.Column("needs_review", sa.Boolean, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_judgements"),
        sa.ForeignKeyConstraint(["version_id"], ["note_versions.id"], name="fk_judgements_version_id_note_versions"),
        sa.ForeignKeyConstraint(["note_id"], ["notes.id"], name="fk_judgements_note_id_notes"),
        sa.UniqueConstraint("version_id", "definition_fingerprint", "model_fingerprint", name="uq_judgements_version_id_definition_model"),
    )
    op.create_index("ix_judgements_note_id", "judgements", ["note_id"])
    for column in ("label", "level", "needs_review"):
        op.create_index(f"ix_judgements_{column}_note_id", "judgements", [column, "note_id"])
    op.create_table(
        "judgement_members",
        sa.Column("judgement_id", sa.String(32), nullable=False),
        sa.Column("dimension", sa.String(100), nullable=False),
        sa.Column("member", sa.String(100), nullable=False),
        sa.Column("note_id", sa.String(32), nullable=False),
        sa.Column("met", sa.Boolean, nullable=False),
        sa.Column("probability", sa.Float),
        sa.PrimaryKeyConstraint("judgement_id", "dimension", "member", name="pk_judgement_members"),
        sqlite_with_rowid=False,
    )
    name, columns = "ix_judgement_members_dimension_member_note_id", ["dimension", "member", "note_id"]
    op.create_index(name, "judgement_members", columns, sqlite_where=sa.text("met = 1"), postgresql_where=sa.text("met"))


def _add_idempotency() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("owner", sa.String(50), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("request_hash", sa.String(64), nullable=False),
        sa.Column("claim", sa.String(32), nullable=False),
        sa.Column("claimed_at", Moment, nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("answer", sa.LargeBinary),
        sa.PrimaryKeyConstraint("owner", "key", name="pk_idempotency_keys"),
    )
    op.create_index("ix_idempotency_keys_expires_at", "idempotency_keys", ["expires_at"])
    op.create_table(
        "answered_notes",
        sa.Column("owner", sa.String(50), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("note_id", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("owner", "key", "note_id", name="pk_answered_notes"),
        sa.ForeignKeyConstraint(
            ["owner", "key"],
            ["idempotency_keys.owner", "idempotency_keys.key"],
            name="fk_answered_notes_owner_key_idempotency_keys",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_answered_notes_note_id", "answered_notes", ["note_id"])
