"""What is read from a delivery, which version counts, and what a judgement says."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from insight_classifier.notes import Note
from service.notes.rules import Delivery, Stamp, delivery_of, first_level, members, newer, storable, takes_over
from tests.service.notes.made import delivery, judgement

EARLY, LATE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)


def read(record_id: str | None = "a01", source: str | None = None, **metadata: Any) -> Delivery:
    return delivery_of(Note("1", {"text": "Uptake."}, metadata), record_id, source)


@pytest.mark.parametrize(
    ("arrived", "newest", "again", "counts"),
    [
        (Stamp(), Stamp(), None, True),  # arrival decides
        (Stamp(), Stamp(), Stamp(), True),
        (Stamp(EARLY), Stamp(LATE), None, False),
        (Stamp(LATE), Stamp(EARLY), None, True),
        (Stamp(EARLY), Stamp(EARLY), None, True),  # two saves in one tick of the CRM's clock
        (Stamp(EARLY), Stamp(EARLY), Stamp(EARLY), False),  # the first of the two, delivered again
        (Stamp(LATE, 1), Stamp(EARLY, 2), None, False),  # the count is surer than the clock
        (Stamp(EARLY), Stamp(None, 7), None, True),  # nothing to compare
    ],
)
def test_the_crm_s_own_order_decides_before_arrival(arrived: Stamp, newest: Stamp, again: Stamp | None, counts: bool):
    assert takes_over(arrived, newest, again) is counts


def test_a_delivery_without_a_stamp_does_not_forget_the_newest():
    assert newer(Stamp(), Stamp(LATE, 3)) == Stamp(LATE, 3)
    assert newer(Stamp(None, 4), Stamp(LATE, 3)) == Stamp(LATE, 4)


@pytest.mark.parametrize(
    ("metadata", "name", "value"),
    [
        ({"source": "vault"}, "source", "vault"),
        ({"msl": "m7"}, "author", "m7"),
        ({"author": "", "msl": "m7"}, "author", "m7"),
        ({"author": 42}, "author", "42"),
        ({"hcp_id": "h1"}, "hcp", "h1"),
        ({"date": "2026-01-02"}, "written_at", LATE),
        ({"modified_at": "2026-01-02T01:00:00.000+0100"}, "modified_at", LATE),
        ({"modified_at": "2026-01-02T00:00:00Z"}, "modified_at", LATE),
        ({"version": 7}, "modified_number", 7),
        ({"version": "7"}, "modified_number", 7),
    ],
)
def test_metadata_is_read_by_its_usual_names(metadata: dict[str, Any], name: str, value: object):
    found = read(**metadata)
    assert (getattr(found, name), found.ignored) == (value, ())


@pytest.mark.parametrize(
    "metadata",
    [
        {"date": "yesterday"},
        {"date": 1700000000},
        {"modified_at": "0001-01-01T00:00:00+10:00"},
        {"version": True},
        {"version": 2**70},
        {"author": ["a"]},
        {"score": float("nan")},
        {"set": {1}},
        {"deep": json.loads("[" * 900 + "]" * 900)},
    ],
)
def test_metadata_that_cannot_be_read_is_told_and_refuses_nothing(metadata: dict[str, Any]):
    found = read(**metadata)
    assert [len(found.ignored), found.written_at, found.modified_at, found.modified_number, found.author] == [1, None, None, None, None]


def test_the_source_is_the_keys_then_the_notes_own():
    assert delivery_of(Note("1", {"text": "x"}, {"source": "n"}), None, "k").source == "k"
    assert delivery_of(Note("1", {"text": "x"}, {"source": "n"}), None).source == "n"
    assert (read(source="k").source, read().source) == ("k", "api")


def test_what_a_judgement_says_is_read_without_knowing_names():
    assert list(members(judgement(level=2))) == [
        ("reasons", "asks", True, 0.8),
        ("reasons", "tells", False, 0.8),
        ("depth", "level 2", True, 0.7),
        ("topic", "safety", True, 0.9),
    ]
    assert first_level(judgement(level=2)) == 2


def test_the_hash_is_of_the_content_and_not_of_what_came_with_it():
    assert delivery(author="x").content_hash == delivery(author="y", modified_at=LATE + timedelta(1)).content_hash
    assert delivery("one").content_hash != delivery("two").content_hash


@pytest.mark.parametrize(
    ("given", "kept"), [("a\0b", "a�b"), ("a\ud800", "a�"), ("abcdefg", "abcde"), ("", None), (None, None), ("😀é", "😀é")]
)
def test_a_text_that_a_database_refuses_is_mended(given: str | None, kept: str | None):
    assert storable(given, 5) == kept
