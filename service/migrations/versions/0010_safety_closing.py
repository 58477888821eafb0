"""Safety items can be closed as a false alarm, and say to whom they were handed over."""

import sqlalchemy as sa
from alembic import op

from service.database import Moment

revision = "0010"
down_revision = "0009"

MESSAGE, TRIGGER, TABLE = "safety records are kept", "safety_events_no_update", "safety_events"
FACTS = "item_id, number, at, kind, who, flags, due_at, reference"
ITEM_COLUMNS = (("handed_to", sa.String(200)), ("closed_by", sa.String(200)), ("closed_at", Moment), ("reason", sa.String(40)))


def upgrade() -> None:
    for name, kind in ITEM_COLUMNS:
        op.add_column("safety_items", sa.Column(name, kind))
    _unguard()
    op.add_column(TABLE, sa.Column("detail", sa.String(200)))
    _guard(f"{FACTS}, detail")


def downgrade() -> None:
    _unguard()
    op.drop_column(TABLE, "detail")
    _guard(FACTS)
    for name, _ in ITEM_COLUMNS:
        op.drop_column("safety_items", name)


def _unguard() -> None:
    on = f" ON {TABLE}" if op.get_bind().dialect.name == "postgresql" else ""
    op.execute(f"DROP TRIGGER {TRIGGER}{on}")


def _guard(facts: str) -> None:
    head = f"CREATE TRIGGER {TRIGGER} BEFORE UPDATE OF {facts} ON {TABLE}"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"{head} FOR EACH ROW WHEN (1 = 1) EXECUTE FUNCTION safety_refuse()")
    else:
        op.execute(f"{head} WHEN 1 = 1 BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END")
