"""Scans and items on SQLite and PostgreSQL: everything on record, one item a note, nothing deleted."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from service.audit.store import verify
from service.audit.tables import AuditRow
from service.database import Database
from service.safety.desk import Decision, acknowledge
from service.safety.rules import RULE
from service.safety.tables import Item, ItemEvent, ScanRow
from tests.service.safety.conftest import START, Lane, hit, scan

ITEMS, EVENTS, SCANS = select(Item.__table__), select(ItemEvent.__table__).order_by(ItemEvent.number), select(ScanRow.__table__)


def acknowledged(lane: Lane, item: str) -> None:
    lane.database.write(lambda c: acknowledge(c, item, Decision("key:ab", START, "seen")))


def test_a_scan_that_found_nothing_is_on_record(lane: Lane):
    assert lane.record(scan("n1", "v1", judged=False, rules="f" * 16)) == {}
    (row,) = lane.rows(SCANS)
    assert (row["by_rule"], row["by_model"], row["flagged"], row["at"], row["rules"]) == ("", None, False, START, "f" * 16)
    assert lane.rows(ITEMS) == []


def test_a_later_scan_of_a_version_takes_nothing_away(lane: Lane):
    lane.record(scan("n1", "v1", hit(by=RULE), judged=False))
    lane.record(scan("n1", "v1"), hours=1)
    (row,) = lane.rows(SCANS)
    assert (row["by_rule"], row["by_model"], row["flagged"], row["at"]) == ("harm", "", True, START)


def test_a_hit_opens_an_item_with_a_clock(lane: Lane):
    written = START - timedelta(hours=4)
    ids = lane.record(scan("n1", "v1", hit(), written_at=written))
    (item,) = lane.rows(ITEMS)
    assert ids == {"n1": item["id"]}
    assert (item["awareness_at"], item["due_at"], item["state"]) == (written, written + timedelta(hours=24), "open")
    assert item["spans"] == [{"flag": "harm", "field": "text", "start": 3, "end": 9, "by": "model"}]
    assert lane.emitted == [
        {
            "item_id": item["id"],
            "note_id": "n1",
            "source": "veeva",
            "record_id": "r-n1",
            "state": "open",
            "flags": ["harm"],
            "awareness_at": "2026-05-03T04:00:00Z",
            "due_at": "2026-05-04T04:00:00Z",
            "reason": "first",
        }
    ]


def test_a_flag_that_is_not_urgent_is_on_record_only(lane: Lane):
    assert lane.record(scan("n1", "v1", hit("request", urgent=False))) == {}
    assert [(row["by_model"], row["flagged"]) for row in lane.rows(SCANS)] == [("request", False)]


def test_the_same_note_judged_again_is_no_second_item(lane: Lane):
    first = lane.record(scan("n1", "v1", hit()))
    assert lane.record(scan("n1", "v1", hit(quote="another model quotes more"))) == first
    assert lane.reasons == ["first"]
    assert len(lane.rows(ITEMS)) == len(lane.rows(EVENTS)) == 1


def test_two_deliveries_at_once_are_one_item(lane: Lane):
    with Database(lane.database.url.render_as_string(hide_password=False)) as other, ThreadPoolExecutor(8) as pool:
        lanes = [lane, Lane(other)]
        found = list(pool.map(lambda n: lanes[n % 2].record(scan("n1", "v1", hit())), range(16)))
        assert len({ids["n1"] for ids in found}) == len(lane.rows(ITEMS)) == 1
        assert sorted(lanes[0].reasons + lanes[1].reasons) == ["first"]


def test_a_new_hit_of_a_new_version_opens_the_item_again(lane: Lane):
    item = lane.record(scan("n1", "v1", hit()))["n1"]
    acknowledged(lane, item)
    lane.record(scan("n1", "v2", hit(), hit("leak"), received_at=START + timedelta(hours=30)), hours=30)
    (found,) = lane.rows(ITEMS)
    assert (found["state"], found["flags"], found["acknowledged_by"], found["comment"]) == ("open", "harm leak", None, None)
    assert (found["awareness_at"], found["revision"]) == (START + timedelta(hours=30), 2)
    events = lane.rows(EVENTS)
    assert [event["kind"] for event in events] == ["first", "acknowledged", "reopened"]
    assert (events[1]["who"], events[1]["comment"], events[2]["flags"]) == ("key:ab", "seen", "leak")
    assert lane.reasons == ["first", "new_hit"]


def test_other_words_of_the_same_flag_are_a_new_hit(lane: Lane):
    acknowledged(lane, lane.record(scan("n1", "v1", hit(quote="a")))["n1"])
    lane.record(scan("n1", "v2", hit(quote="a"), hit(quote="b")), hours=1)
    assert lane.rows(ITEMS)[0]["state"] == "open"


def test_words_that_only_moved_are_no_new_hit(lane: Lane):
    acknowledged(lane, lane.record(scan("n1", "v1", hit()))["n1"])
    lane.record(scan("n1", "v2", hit()), hours=1)
    (item,) = lane.rows(ITEMS)
    assert (item["state"], item["content_hash"]) == ("acknowledged", "v2")


def test_an_open_item_keeps_its_earlier_clock(lane: Lane):
    lane.record(scan("n1", "v1", hit()))
    lane.record(scan("n1", "v2", hit("leak"), received_at=START + timedelta(hours=5)), hours=5)
    (item,) = lane.rows(ITEMS)
    assert (item["awareness_at"], item["flags"], [e["kind"] for e in lane.rows(EVENTS)]) == (START, "harm leak", ["first", "new_hit"])


def test_what_happens_to_an_item_is_audited_without_comments(lane: Lane):
    acknowledged(lane, lane.record(scan("n1", "v1", hit()))["n1"])
    rows = lane.rows(select(AuditRow.__table__).order_by(AuditRow.sequence))
    assert [(row["who"], row["action"], row["why"]) for row in rows] == [
        ("system", "safety.first", None),
        ("key:ab", "safety.acknowledged", None),
    ]
    assert "seen" not in str([row["after"] for row in rows])
    with lane.database.read() as connection:
        assert verify(connection)[2] == []


def test_a_record_id_that_no_database_takes_hides_no_hit(lane: Lane):
    lane.record(scan("n1", "v1", hit(), record_id="a\0b\ud800" + "c" * 300))
    (item,) = lane.rows(ITEMS)
    assert item["record_id"].startswith("a")
    assert len(item["record_id"]) <= 255


def test_an_emit_that_fails_leaves_nothing(lane: Lane):
    def failing(*_: object) -> None:
        raise ValueError

    lane.emit = failing  # type: ignore[method-assign]
    with pytest.raises(ValueError):
        lane.record(scan("n1", "v1", hit()))
    assert (lane.rows(SCANS), lane.rows(ITEMS)) == ([], [])


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM safety_items",
        "DELETE FROM safety_scans",
        "DELETE FROM safety_events",
        "UPDATE safety_events SET who = 'nobody'",
        "UPDATE safety_events SET comment = 'other'",
    ],
)
def test_the_database_refuses(lane: Lane, change: str):
    lane.record(scan("n1", "v1", hit()))
    with pytest.raises(DatabaseError, match="safety records are kept"):
        lane.database.write(lambda c: c.execute(text(change)) and None)
