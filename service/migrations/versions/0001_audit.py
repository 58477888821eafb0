"""The audit and its triggers."""

import sqlalchemy as sa
from alembic import op

from service.database import Moment

revision = "0001"
down_revision = None

REFUSALS = {
    "audit_no_update": ("UPDATE", "audit", "1 = 1"),
    "audit_no_delete": ("DELETE", "audit", "OLD.sequence > (SELECT expired_through FROM audit_head)"),
    "audit_head_forward": (
        "UPDATE",
        "audit_head",
        "NEW.sequence < OLD.sequence OR NEW.expired_through < OLD.expired_through OR NEW.expired_through >= NEW.sequence",
    ),
    "audit_head_no_delete": ("DELETE", "audit_head", "1 = 1"),
}
MESSAGE = "the audit is append-only"


def upgrade() -> None:
    sequence = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "audit",
        sa.Column("sequence", sequence, autoincrement=False, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("action", sa.String(100), nullable=False),
        sa.Column("what", sa.String(200), nullable=False),
        sa.Column("before", sa.String(64)),
        sa.Column("after", sa.JSON),
        sa.Column("why", sa.String(1000)),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_audit"),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_audit_what", "audit", ["what"])
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("sequence", sequence, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("expired_through", sequence, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
        sa.CheckConstraint("id = 1", name="ck_audit_head_one_row"),
    )
    op.bulk_insert(head, [{"id": 1, "sequence": 0, "hash": "0" * 64, "expired_through": 0}])
    if op.get_bind().dialect.name == "postgresql":
        _refuse_on_postgres()
    else:
        _refuse_on_sqlite()


def downgrade() -> None:
    op.drop_table("audit")  # with its triggers
    op.drop_table("audit_head")
    if op.get_bind().dialect.name == "postgresql":
        for name in ("audit_refuse", *REFUSALS):
            op.execute(f"DROP FUNCTION {name}()")


def _refuse_on_sqlite() -> None:
    for name, (event, table, condition) in REFUSALS.items():
        op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END")


def _refuse_on_postgres() -> None:
    op.execute(f"CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{MESSAGE}'; END $$")
    for name, (event, table, condition) in REFUSALS.items():
        # A trigger's own condition may not ask another table; that of its function may.
        row = "OLD" if event == "DELETE" else "NEW"
        body = f"BEGIN IF {condition} THEN RAISE EXCEPTION '{MESSAGE}'; END IF; RETURN {row}; END"
        op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$")
        op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
    for table in ("audit", "audit_head"):
        op.execute(f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()")
