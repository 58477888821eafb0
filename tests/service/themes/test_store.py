"""Runs begin once, what they found is kept in numbers, and notes that are erased are forgotten. On either database."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from insight_classifier.measures.emergence import Emergence
from insight_classifier.measures.themes import themes
from service.audit.store import verify
from service.erasers import ERASERS
from service.themes.reading import latest_notes
from service.themes.store import MEMBERS, RUNS, THEMES, begin, keep, listed, memory, week_is_over
from tests.service.reviews.desk import Desk
from tests.service.themes.conftest import Filled

AT = datetime(2026, 5, 4, tzinfo=UTC)
DAY = timedelta(days=1)


def begun(desk: Desk, at: datetime, asked_by: str | None = None) -> str | None:
    return desk.database.write(lambda connection: begin(connection, at, asked_by=asked_by))


def ran(desk: Desk, at: datetime = AT, asked_by: str | None = None, emerging: bool = False) -> str:
    run = begun(desk, at, asked_by)
    assert run
    with desk.database.read() as connection:
        found = themes(latest_notes(connection, desk.definition), memory(connection))
    told = {theme.id: Emergence(3, 1, 0.5, 0.001, emerging) for theme in found.themes}
    assert desk.database.write(lambda connection: keep(connection, run, found, told, at))
    return run


def test_a_week_has_one_run_and_who_asks_gets_another(desk: Desk) -> None:
    assert begun(desk, AT)
    assert begun(desk, AT) is begun(desk, AT, "lea") is None  # under way
    ran(desk, AT + DAY)  # the first was cut off
    assert begun(desk, AT + 2 * DAY) is None
    ran(desk, AT + 2 * DAY, "lea")
    with desk.database.read() as connection:
        assert not week_is_over(connection, AT + 7 * DAY)
        assert week_is_over(connection, AT + 8 * DAY)
        assert verify(connection)[2] == []
    assert [row.weekly for row in desk.rows(select(RUNS).order_by(RUNS.c.id))] == [True, True, False]


def test_what_was_found_is_kept_without_a_word(filled: Filled) -> None:
    desk = filled()
    ran(desk)
    with desk.database.read() as connection:
        rows = listed(connection)
    assert [(row.notes, row.authors, row.countries, row.pattern) for row in rows] == [(5, 5, 1, True)] * 2
    assert "potassium" not in str([desk.rows(select(table)) for table in (RUNS, THEMES, MEMBERS)])
    assert rows[0].months == {f"{date(2026, 5, 1):%Y-%m}": 5}


def test_the_next_run_keeps_the_themes(filled: Filled) -> None:
    desk = filled()
    ran(desk)
    before = {row["id"] for row in desk.rows(select(THEMES))}
    filled(14)
    ran(desk, AT + 8 * DAY)
    assert {row["id"] for row in desk.rows(select(THEMES))} == before


def test_marks_are_told_by_the_week_alone(filled: Filled) -> None:
    desk = filled()
    ran(desk, emerging=True)
    ran(desk, AT + DAY, "lea", emerging=False)
    assert {row["emerging"] for row in desk.rows(select(THEMES))} == {True}
    ran(desk, AT + 8 * DAY, emerging=False)
    assert {row["emerging"] for row in desk.rows(select(THEMES))} == {False}


def test_an_erased_note_is_forgotten_and_stays_so(filled: Filled) -> None:
    desk = filled()
    ran(desk)
    notes = [kept.note_id for kept in desk.kept.values()]
    desk.database.write(lambda connection: [erase(connection, notes) for erase in ERASERS])
    assert desk.rows(select(MEMBERS)) == []
    with desk.database.read() as connection:
        assert listed(connection) == []


def test_a_run_that_was_overtaken_keeps_nothing(filled: Filled) -> None:
    desk = filled()
    late = begun(desk, AT)
    ran(desk, AT + DAY)
    assert late
    assert not desk.database.write(lambda connection: keep(connection, late, themes([]), {}, AT + DAY))
    assert len(desk.rows(select(THEMES))) == 2
