"""Reviews: decisions of people, cards for queues, words to search in, saved views, gold notes, the life of insights."""

import sqlalchemy as sa
from alembic import op

from service.database import Moment

revision = "0008"
down_revision = "0007"

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
# An index of review_texts, which holds the words: SQLite's is a table of its own that triggers keep.
WORDS_ON_SQLITE = (
    "CREATE VIRTUAL TABLE review_words USING fts5(words, content='review_texts', content_rowid='number', tokenize='unicode61')",
    "CREATE TRIGGER review_texts_added AFTER INSERT ON review_texts BEGIN"
    " INSERT INTO review_words (rowid, words) VALUES (new.number, new.words); END",
    "CREATE TRIGGER review_texts_gone AFTER DELETE ON review_texts BEGIN"
    " INSERT INTO review_words (review_words, rowid, words) VALUES ('delete', old.number, old.words); END",
    "CREATE TRIGGER review_texts_changed AFTER UPDATE ON review_texts BEGIN"
    " INSERT INTO review_words (review_words, rowid, words) VALUES ('delete', old.number, old.words);"
    " INSERT INTO review_words (rowid, words) VALUES (new.number, new.words); END",
)
# A column of its own: of an expression alone the vector would be made anew for each row that is looked at.
WORDS_ON_POSTGRES = (
    "ALTER TABLE review_texts ADD COLUMN review_words tsvector GENERATED ALWAYS AS (to_tsvector('simple', words)) STORED",
    "CREATE INDEX ix_review_words ON review_texts USING gin (review_words)",
)
TABLES = (
    *("insight_steps", "insights", "review_gold", "review_views", "review_facets"),
    *("review_texts", "review_cards", "review_members", "reviews"),
)


def upgrade() -> None:
    _add_reviews()
    _add_cards()
    _add_views()
    _add_insights()
    for statement in WORDS_ON_POSTGRES if op.get_bind().dialect.name == "postgresql" else WORDS_ON_SQLITE:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE review_words")
    for table in TABLES:
        op.drop_table(table)


def _add_reviews() -> None:
    op.create_table(
        "reviews",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("note_id", sa.String(64), nullable=False),
        sa.Column("version_id", sa.String(32), nullable=False),
        sa.Column("judgement_id", sa.String(32)),
        sa.Column("definition_fingerprint", sa.String(64), nullable=False),
        sa.Column("definition_version", sa.String(100), nullable=False),
        sa.Column("reviewer", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("answer", sa.JSON),
        sa.Column("label", sa.String(100)),
        sa.Column("sound", sa.Boolean, nullable=False),
        sa.Column("blind", sa.Boolean, nullable=False),
        sa.Column("comment", sa.Text),
        sa.Column("at", Moment, nullable=False),
        sa.Column("seconds", sa.Float),
        sa.Column("bulk_id", sa.String(32)),
        sa.Column("replaces", sa.String(32)),
        sa.Column("undoes", sa.String(32)),
        sa.Column("undone", sa.Boolean, nullable=False),
        sa.Column("superseded_at", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_reviews"),
    )
    for columns in (["note_id", "superseded_at"], ["reviewer", "id"], ["bulk_id"], ["kind", "id"]):
        _index("reviews", *columns)
    op.create_table(
        "review_members",
        sa.Column("review_id", sa.String(32), nullable=False),
        sa.Column("dimension", sa.String(100), nullable=False),
        sa.Column("member", sa.String(100), nullable=False),
        sa.Column("note_id", sa.String(64), nullable=False),
        sa.Column("met", sa.Boolean, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("changed", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("review_id", "dimension", "member", name="pk_review_members"),
        sqlite_with_rowid=False,
    )
    _index("review_members", "dimension", "member", "note_id")


def _add_cards() -> None:
    op.create_table(
        "review_cards",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("note_id", sa.String(64), nullable=False),
        sa.Column("version_id", sa.String(32), nullable=False),
        sa.Column("judgement_id", sa.String(32)),
        sa.Column("probability", sa.Float),
        sa.Column("level", sa.Integer),
        *(sa.Column(name, sa.Float) for name in ("doubt", "suspicion", "worth", "dispute")),
        sa.Column("draw", sa.Integer, nullable=False),
        sa.Column("insight", sa.Boolean, nullable=False),
        sa.Column("answered", sa.Boolean, nullable=False),
        sa.Column("life", sa.String(20), nullable=False),
        sa.Column("wanted", sa.Integer, nullable=False),
        sa.Column("got", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Boolean, nullable=False) for name in ("open", "flagged", "gold")),
        sa.Column("assigned_to", sa.String(64)),
        sa.Column("leased_by", sa.String(64)),
        sa.Column("leased_until", Moment),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("tokens", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_review_cards"),
        sa.UniqueConstraint("note_id", name="uq_review_cards_note_id"),
    )
    for name in ("doubt", "suspicion", "worth", "draw"):
        _index("review_cards", "open", name, "note_id")
    for columns in (["open", "note_id"], ["dispute", "note_id"], ["assigned_to", "open", "note_id"], ["insight", "answered", "note_id"]):
        _index("review_cards", *columns)
    _index("review_cards", "leased_by", "leased_until")
    op.create_table(
        "review_texts",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_review_texts"),
    )
    op.create_table(
        "review_facets",
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("value", sa.String(100), nullable=False),
        sa.Column("note_id", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("name", "value", "note_id", name="pk_review_facets"),
        sqlite_with_rowid=False,
    )
    _index("review_facets", "note_id")


def _add_views() -> None:
    op.create_table(
        "review_views",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("shared", sa.Boolean, nullable=False),
        sa.Column("changed_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_review_views"),
        sa.UniqueConstraint("owner", "name", name="uq_review_views_owner_name"),
    )
    _index("review_views", "shared", "name")
    op.create_table(
        "review_gold",
        sa.Column("note_id", sa.String(64), nullable=False),
        sa.Column("version_id", sa.String(32), nullable=False),
        sa.Column("review_id", sa.String(32), nullable=False),
        sa.Column("definition_fingerprint", sa.String(64), nullable=False),
        sa.Column("set_by", sa.String(64), nullable=False),
        sa.Column("set_at", Moment, nullable=False),
        sa.Column("why", sa.Text),
        sa.PrimaryKeyConstraint("note_id", name="pk_review_gold"),
    )


def _add_insights() -> None:
    op.create_table(
        "insights",
        sa.Column("note_id", sa.String(64), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("steps", sa.Integer, nullable=False),
        sa.Column("received_at", Moment, nullable=False),
        sa.Column("answered_at", Moment),
        sa.Column("answer_seconds", sa.Float),
        sa.PrimaryKeyConstraint("note_id", name="pk_insights"),
    )
    _index("insights", "answered_at")
    op.create_table(
        "insight_steps",
        sa.Column("note_id", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("outcome", sa.Text),
        sa.Column("answer", sa.Text),
        sa.PrimaryKeyConstraint("note_id", "number", name="pk_insight_steps"),
    )


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))
