"""Pages of notes: filtered by what was said, without a gap or a double between pages, and by way of an index."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, event

from service.database import Database
from service.notes.reading import Wanted, latest
from service.notes.store import erase, judged, keep
from tests.service.notes.made import delivery, judgement

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def notes(database: Database) -> None:
    """r0 to r9, of which three arrive at one moment; every second is a yes, every third tells, levels 0, 1, 2 in turn. r10 waits."""

    def write(connection: Connection) -> None:
        for n in range(10):
            kept = keep(connection, delivery(f"text {n}", f"r{n}", author="ab"[n % 2]), AT + timedelta(minutes=n // 3))
            met = ("tells",) if n % 3 == 0 else ()
            judged(connection, kept, judgement("no", model="old", met=("asks",)), AT)
            judged(connection, kept, judgement("yes" if n % 2 else "no", met=met, level=n % 3), AT)
        keep(connection, delivery("not judged", "r10"), AT + timedelta(hours=1))
        erase(connection, [keep(connection, delivery("gone", "r11"), AT).note_id])

    database.write(write)


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (Wanted(), set(range(11))),
        (Wanted(label="yes"), {1, 3, 5, 7, 9}),
        (Wanted(author="a"), {0, 2, 4, 6, 8}),
        (Wanted(label="yes", author="a"), set()),
        (Wanted(source="vault"), set()),
        (Wanted(needs_review=True), set()),
        (Wanted(level=0), {0, 3, 6, 9}),
        (Wanted(met=(("reasons", "tells"),)), {0, 3, 6, 9}),
        (Wanted(met=(("reasons", "asks"),)), set()),  # only the judgement before the current says so
        (Wanted(label="yes", met=(("reasons", "tells"),)), {3, 9}),
        (Wanted(met=(("reasons", "tells"), ("depth", "level 0"))), {0, 3, 6, 9}),
        (Wanted(label="no", unmet=(("reasons", "tells"),)), {2, 4, 8}),
    ],
)
def test_a_page_holds_what_was_wanted(database: Database, wanted: Wanted, numbers: set[int]):
    with database.read() as connection:
        assert {row.record_id for row in latest(connection, wanted)} == {f"r{n}" for n in numbers}


@pytest.mark.parametrize("wanted", [Wanted(), Wanted(label="no"), Wanted(met=(("topic", "safety"),))])
def test_pages_follow_one_another_while_notes_arrive(database: Database, wanted: Wanted):
    seen: list[str | None] = []
    after = None
    with database.read() as connection:
        whole = [row.record_id for row in latest(connection, wanted)]
    for n in range(99):
        with database.read() as connection:
            page = latest(connection, wanted, limit=3, after=after)
        if not page:
            break
        seen, after = [*seen, *(row.record_id for row in page)], page[-1].id
        database.write(lambda c, n=n: judged(c, keep(c, delivery("x", f"new{n}"), AT + timedelta(days=1)), judgement("no"), AT) and None)
    assert seen == whole


@pytest.mark.parametrize(
    "wanted",
    [Wanted(), Wanted(label="yes"), Wanted(level=1), Wanted(needs_review=False), Wanted(author="a")]
    + [Wanted(met=(("reasons", "tells"),)), Wanted(label="yes", met=(("reasons", "tells"),))],
)
def test_a_page_is_read_in_the_order_of_an_index(sqlite_url: str, wanted: Wanted):
    with Database(sqlite_url) as database, database.read() as connection:
        asked = []
        event.listen(connection, "before_cursor_execute", lambda c, cursor, statement, values, *_: asked.append((statement, values)))
        latest(connection, wanted, after="f")
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked[0][0]}", asked[0][1])]
    assert [step for step in plan if "TEMP B-TREE" in step or ("SCAN" in step and "INDEX" not in step)] == []
