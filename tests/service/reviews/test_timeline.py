"""Earlier notes on the same physician: which, in which order, what is told of them, and by which index they are found."""

from typing import Any

from sqlalchemy import text

from insight_classifier.definition import Definition
from service.database import Database
from service.reviews.timeline import Timeline, earlier, timeline
from tests.service.reviews.desk import Desk, every_check

LATER = "f" * 32


def visit(desk: Desk, name: str, hcp: str, *met: str, words: str = "Asked about renal data.", level: int = 0) -> str:
    return desk.note(name, *met, text=words, hcp=hcp, level=level, metadata={"author": "msl-7"})


def found(desk: Desk, hcp: str | None, before: str = LATER, **more: Any) -> Timeline:
    with desk.database.read() as connection:
        return timeline(connection, hcp, before, desk.definition, **more)


def test_only_earlier_notes_on_the_physician_the_latest_first(desk: Desk) -> None:
    ids = [visit(desk, name, hcp) for name, hcp in (("a", "h1"), ("b", "h2"), ("c", "h1"), ("d", "h1"))]
    assert [one.id for one in found(desk, "h1", before=ids[3]).visits] == [ids[2], ids[0]]
    assert [list(found(desk, nobody).visits) for nobody in (None, "", "h3")] == [[], [], []]


def test_pages_miss_nothing(desk: Desk) -> None:
    ids = [visit(desk, str(number), "h1") for number in range(5)]
    first = found(desk, "h1", limit=3)
    second = found(desk, "h1", before=first.before or "", limit=3)
    assert [one.id for one in (*first.visits, *second.visits)] == ids[::-1]
    assert second.before is None


def test_a_visit_tells_depth_and_what_went_on(desk: Desk, definition: Definition) -> None:
    scale = next(definition.of_kind("scale"))
    aside = next(d for d in definition.of_kind("checks") if not d.lane and not set(d.names) & set(every_check(definition)))
    visit(desk, "a", "h1", *every_check(definition), aside.names[0], level=2, words="w" * 500)
    [one] = found(desk, "h1").visits
    assert [(depth.level, depth.title) for depth in one.depths] == [(2, scale.members[2].title)]
    assert one.views == tuple((member.title, number == 0) for number, member in enumerate(aside.members))
    assert (one.met, one.decided, one.author, len(one.words)) == (True, False, "msl-7", 141)


def test_what_people_decided_counts_before_the_model(desk: Desk, definition: Definition) -> None:
    visit(desk, "a", "h1", *every_check(definition))
    first = definition.dimensions[0]
    desk.decide("a", "change", changes={first.name: {every_check(definition)[-1]: False}})
    [one] = found(desk, "h1").visits
    assert (one.met, one.decided) == (False, True)


def test_an_index_finds_them_in_order(sqlite_url: str) -> None:
    with Database(sqlite_url) as database, database.read() as connection:
        statement = earlier("h1", LATER).limit(7).compile(connection, compile_kwargs={"literal_binds": True})
        plan = " ".join(str(row) for row in connection.execute(text(f"EXPLAIN QUERY PLAN {statement}")))
    assert "ix_notes_hcp_id" in plan
    assert "TEMP B-TREE" not in plan
