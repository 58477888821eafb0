"""Migrations: up and down with data in the tables, on both databases, and the same tables as the code declares."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, select, text

from insight_classifier.definition_reader import default_definition
from insight_classifier.errors import ConfigError
from insight_classifier.judgement import Origin
from insight_classifier.measures.theme import ThemeNote
from insight_classifier.measures.themes import themes
from service.audit.store import append, verify
from service.bulks.store import begin
from service.database import Database
from service.definitions.files import files_of
from service.definitions.store import record
from service.idempotency.store import New, claim, settle
from service.migrations import all_tables, downgrade, head, migrate, revision_of
from service.notes.store import judged, keep
from service.notes.tables import NoteRow
from service.reviews.cards import refresh
from service.reviews.scores import Policy
from service.safety.desk import Decision, close
from service.safety.rules import FALSE_ALARMS
from service.safety.store import record_many
from service.shadow.rules import Difference
from service.shadow.store import Compared
from service.shadow.store import keep as keep_comparisons
from service.themes.store import begin as begin_themes
from service.themes.store import keep as keep_themes
from service.vectors.store import Made, compared
from service.vectors.store import keep as keep_vectors
from tests.service.notes.made import delivery, judgement
from tests.service.safety.conftest import hit, scan

AT = datetime(2026, 3, 1, tzinfo=UTC)


def audited(connection: Connection) -> None:
    append(connection, who="key:ab", action="note.score", what="note:1")


def noted(connection: Connection) -> None:
    """A row in every table of a note, its vector, and an answer that speaks of it."""
    kept = keep(connection, delivery(), AT)
    judged(connection, kept, judgement(), AT)
    keep_vectors(connection, [Made(kept.note_id, kept.version_id, "m1", b"\0\0")])
    compared(connection, {kept.note_id: 0.5})
    new = claim(connection, "key", "k", "h", AT, lease=timedelta(minutes=1))
    assert isinstance(new, New)
    settle(connection, new, 200, b"{}", [kept.note_id])


def reviewed(connection: Connection) -> None:
    """A note with a card, whose words are in the index."""
    kept = keep(connection, delivery(record_id="reviewed"), AT)
    refresh(connection, [kept.note_id], Policy(default_definition()))


def bulked(connection: Connection) -> None:
    begin(connection, "skip", "queue=newest", 1, "anna", AT)


def flagged(connection: Connection) -> None:
    """An item that was closed, with its events."""
    [item] = record_many(connection, [scan("flagged", "v", hit())], AT, emit=lambda *_: None).values()
    close(connection, item, Decision("anna", AT, "a rate"), next(iter(FALSE_ALARMS)))


def defined(connection: Connection) -> None:
    record(connection, default_definition(), files_of(default_definition()), AT)


def tried(connection: Connection) -> None:
    kept = keep(connection, delivery(record_id="reviewed"), AT)
    judgement_id = judged(connection, kept, judgement(), AT)
    trial = Compared(kept.note_id, str(judgement_id), Origin("trial", "2", "t2"), 0.5, [Difference("label", ("a",), ("b",))])
    keep_comparisons(connection, [trial], AT)


def grouped(connection: Connection) -> None:
    run = begin_themes(connection, AT)
    assert run
    keep_themes(connection, run, themes([ThemeNote(str(number), "Renal clearance slows titration.") for number in range(4)]), {}, AT)


# What writes rows into the tables of each noun, so that both ways are tried with data.
ROWS: Sequence[Callable[[Connection], None]] = (audited, noted, reviewed, bulked, flagged, defined, tried, grouped)


def test_an_empty_database_comes_up_to_date_and_stays(empty_url: str):
    assert revision_of(empty_url) is None
    assert migrate(empty_url) == migrate(empty_url) == revision_of(empty_url) == head()


def test_the_migrations_make_the_tables_that_the_code_declares(database: Database):
    with database.read() as connection:
        ours = MigrationContext.configure(connection, opts={"include_name": not_of_the_words})
        assert compare_metadata(ours, all_tables()) == []


def not_of_the_words(name: str | None, kind: str, parents: Mapping[str, str | None]) -> bool:
    """SQLite's index of words is tables of its own, PostgreSQL's a generated column: neither can be declared."""
    return not (kind in ("table", "index", "column") and str(name).removeprefix("ix_").startswith("review_words"))


@pytest.mark.parametrize("revision", ["0004", "0003", "0002", "0001", "base"])
def test_a_database_with_data_goes_down_and_up(database_url: str, revision: str):
    with Database(database_url) as database:
        database.write(lambda connection: [write(connection) for write in ROWS])
        with database.read() as connection:
            audited_rows = verify(connection)[0]
    downgrade(database_url, revision)
    assert migrate(database_url) == head()
    with Database(database_url) as database, database.read() as connection:
        assert verify(connection)[0::2] == (0 if revision == "base" else audited_rows, [])
        assert len(connection.execute(select(NoteRow.id)).all()) == 2 * (revision >= "0003") * (revision != "base")


def test_a_database_newer_than_the_code_is_refused(database_url: str):
    with Database(database_url) as database:
        database.write(lambda c: c.execute(text("UPDATE alembic_version SET version_num = '9999'")) and None)
    with pytest.raises(ConfigError, match="newer"):
        migrate(database_url)
