"""The safety lane: scans, items and their events, which nobody can delete."""

import sqlalchemy as sa
from alembic import op

from service.database import Moment

revision = "0004"
down_revision = "0003"

TABLES = ("safety_events", "safety_items", "safety_scans")
MESSAGE = "safety records are kept"
EVENT_FACTS = "item_id, number, at, kind, who, flags, due_at, reference"
REFUSALS = {
    **{f"{table}_no_delete": ("DELETE", table, "1 = 1") for table in TABLES},
    "safety_events_no_update": (f"UPDATE OF {EVENT_FACTS}", "safety_events", "1 = 1"),
    "safety_events_comment": ("UPDATE OF comment", "safety_events", "NEW.comment IS NOT NULL"),
}


def upgrade() -> None:
    _add_scans()
    _add_items()
    _add_events()
    if op.get_bind().dialect.name == "postgresql":
        _refuse_on_postgres()
    else:
        _refuse_on_sqlite()


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)  # with its triggers
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION safety_refuse()")


def _add_scans() -> None:
    op.create_table(
        "safety_scans",
        sa.Column("note_id", sa.String(64), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("by_rule", sa.Text, nullable=False),
        sa.Column("by_model", sa.Text),
        sa.Column("flagged", sa.Boolean, nullable=False),
        sa.Column("rules", sa.String(64)),
        sa.PrimaryKeyConstraint("note_id", "content_hash", name="pk_safety_scans"),
    )
    op.create_index("ix_safety_scans_at", "safety_scans", ["at"])


def _add_items() -> None:
    op.create_table(
        "safety_items",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("note_id", sa.String(64), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("record_id", sa.Text),
        sa.Column("flags", sa.Text, nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("spans", sa.JSON, nullable=False),
        sa.Column("marks", sa.JSON, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("received_at", Moment, nullable=False),
        sa.Column("awareness_at", Moment, nullable=False),
        sa.Column("half_at", Moment, nullable=False),
        sa.Column("due_at", Moment, nullable=False),
        sa.Column("half_told_at", Moment),
        sa.Column("overdue_told_at", Moment),
        sa.Column("acknowledged_by", sa.String(200)),
        sa.Column("acknowledged_at", Moment),
        sa.Column("comment", sa.Text),
        sa.Column("handed_over_by", sa.String(200)),
        sa.Column("handed_over_at", Moment),
        sa.Column("reference", sa.String(200)),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("events", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_safety_items"),
        sa.UniqueConstraint("note_id", name="uq_safety_items_note_id"),
    )
    op.create_index("ix_safety_items_due_at_id", "safety_items", ["due_at", "id"])
    op.create_index("ix_safety_items_state_due_at_id", "safety_items", ["state", "due_at", "id"])


def _add_events() -> None:
    op.create_table(
        "safety_events",
        sa.Column("item_id", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("flags", sa.Text),
        sa.Column("due_at", Moment, nullable=False),
        sa.Column("reference", sa.String(200)),
        sa.Column("comment", sa.Text),
        sa.PrimaryKeyConstraint("item_id", "number", name="pk_safety_events"),
    )


def _refuse_on_sqlite() -> None:
    for name, (event, table, condition) in REFUSALS.items():
        op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END")


def _refuse_on_postgres() -> None:
    op.execute(f"CREATE FUNCTION safety_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{MESSAGE}'; END $$")
    for name, (event, table, condition) in REFUSALS.items():
        op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION safety_refuse()")
    for table in TABLES:
        op.execute(f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION safety_refuse()")
