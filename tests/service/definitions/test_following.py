"""The service puts on record what it judges by, and counts what a change flips, on a database of either kind."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from insight_classifier.definition import Definition
from service.audit.tables import AuditRow
from service.database import Database
from service.definitions import flipping
from service.definitions.following import Following, next_piece
from service.definitions.store import add, change, erase, examples, versions
from tests.service.definitions.conftest import AT, judge


def follow(database: Database, *live: Definition) -> int:
    """One round for each definition as the live one; what the last counted."""
    now: list[Definition] = [live[0]]
    following = Following(database, lambda: now[0])

    async def rounds() -> int:
        counted = 0
        for definition in live:
            now[0] = definition
            counted = await following.round()
        return counted

    return asyncio.run(rounds())


def told(database: Database, old: Definition, new: Definition) -> Any:
    with database.read() as connection:
        return change(connection, old.fingerprint, new.fingerprint)


def test_each_definition_is_recorded_once_and_audited(database: Database, definition: Definition, second: Definition) -> None:
    follow(database, definition, second, definition)
    with database.read() as connection:
        assert [row.version for row in versions(connection)] == [definition.version, second.version]
        actions = connection.scalars(select(AuditRow.__table__.c.action)).all()
    assert actions == ["definition.seen"] * 2


def test_a_change_tells_how_many_labels_flip_and_shows_notes(database: Database, definition: Definition, second: Definition) -> None:
    first = definition.label.rule.names[0]
    flipped = judge(database, definition, "a", first)
    judge(database, definition, "b", *definition.label.rule.names), judge(database, definition, "c")
    judge(database, second, "d", first)  # under the new one: it is not counted
    assert follow(database, definition, second) == 3
    found = told(database, definition, second)
    assert (found.judged, found.flipped, found.untold) == (3, 1, 0)
    with database.read() as connection:
        [example] = examples(connection, definition.fingerprint, second.fingerprint)
    assert (example.note_id, example.before, example.after) == (flipped, definition.label.unmet, definition.label.met)


def test_what_is_judged_later_is_added(
    database: Database, definition: Definition, second: Definition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flipping, "PIECE", 2)
    names = [judge(database, definition, f"n{n}", definition.label.rule.names[0], minutes=n) for n in range(5)]
    assert (follow(database, definition, second), follow(database, second)) == (5, 0)
    judge(database, definition, "later", minutes=9)
    assert follow(database, second) == 1
    found = told(database, definition, second)
    assert (found.judged, found.flipped, len(names)) == (6, 5, 5)


def test_of_two_who_count_the_same_one_does(database: Database, definition: Definition, second: Definition) -> None:
    judge(database, definition, "a", definition.label.rule.names[0])
    pair = (definition.fingerprint, second.fingerprint)
    with database.read() as connection:
        piece = next_piece(connection, definition, second, AT + timedelta(hours=1))
    assert piece is not None
    assert [database.write(lambda c: add(c, *pair, *piece, AT)) for _ in range(2)] == [True, False]
    assert told(database, definition, second).flipped == 1


def test_an_erased_note_is_no_example_any_more(database: Database, definition: Definition, second: Definition) -> None:
    note = judge(database, definition, "a", definition.label.rule.names[0])
    follow(database, definition, second)
    assert database.write(lambda c: erase(c, [note, "other"])) == 1
    with database.read() as connection:
        assert examples(connection, definition.fingerprint, second.fingerprint) == []
    assert told(database, definition, second).flipped == 1


def test_a_file_that_was_changed_since_is_not_recorded_as_what_judges(database: Database, second: Definition) -> None:
    text = second.source.read_text(encoding="utf-8")
    second.source.write_text(text.replace('version: "2"', 'version: "3"'), encoding="utf-8")
    try:
        follow(database, second)
    finally:
        second.source.write_text(text, encoding="utf-8")
    with database.read() as connection:
        assert versions(connection) == []
