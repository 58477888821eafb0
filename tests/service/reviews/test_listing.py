"""Queues, filters, search and pages, on either database."""

from datetime import timedelta

import pytest
from sqlalchemy import delete

from service.database import Database
from service.errors import RequestError
from service.reviews import listing
from service.reviews.cards import CARDS, TEXTS, catch_up
from service.reviews.listing import count, page
from service.reviews.views import read_view
from service.safety.rules import RULE, Hit, Scan
from service.safety.store import record_many
from tests.service.reviews.desk import START, Desk, every_check


def test_the_newest_come_first_and_pages_join_without_a_gap(desk: Desk):
    for number in range(7):
        desk.note(f"n{number}")
    view, seen, after = read_view("", desk.definition), [], None
    with desk.database.read() as connection:
        while True:
            found = page(connection, view, "anna", limit=3, after=after)
            seen += [entry.note.record_id for entry in found.entries]
            if (after := found.after) is None:
                break
    assert seen == [f"n{number}" for number in (6, 5, 4, 3, 2, 1, 0)]


@pytest.mark.parametrize(("queue", "column"), [("uncertain", "doubt"), ("insights", "worth"), ("audit", "draw")])
def test_a_sorted_queue_has_every_note_once_over_its_pages(desk: Desk, queue: str, column: str):
    for number in range(9):
        desk.note(f"n{number}", *every_check(desk.definition), probability=0.4 + 0.02 * (number // 3))
    view, seen, after = read_view(f"queue={queue}", desk.definition), [], None
    with desk.database.read() as connection:
        while True:
            found = page(connection, view, "anna", limit=2, after=after)
            seen += [entry.card._mapping[column] for entry in found.entries]
            if (after := found.after) is None:
                break
    assert (len(seen), seen) == (9, sorted(seen, reverse=True))


def test_the_uncertain_queue_begins_at_the_threshold(desk: Desk):
    for name, probability in (("sure", 0.99), ("near", 0.45), ("nearest", 0.5), ("far", 0.31)):
        desk.note(name, probability=probability)
    assert desk.names("queue=uncertain") == ["nearest", "near", "far"]


def test_likely_wrong_is_what_the_author_or_the_rules_contradict(desk: Desk):
    label, unmet = desk.definition.label, "feedback"
    ticked = next(value for value, meant in label.crm_values.items() if meant == label.met)
    desk.note("agrees", metadata={"field_label": unmet})
    desk.note("ticked", metadata={"field_label": ticked}, probability=0.1)
    desk.note("twice", metadata={"field_label": ticked}, review_reasons=["label_and_probability_disagree"])
    assert desk.names("queue=likely_wrong") == ["twice", "ticked"]


def test_insights_are_those_by_label_the_deepest_first(desk: Desk):
    desk.note("feedback")
    desk.note("shallow", *every_check(desk.definition), probability=0.9)
    desk.note("deep", *every_check(desk.definition), probability=0.9, level=2)
    assert desk.names("queue=insights") == ["deep", "shallow"]


def test_a_random_sample_is_the_same_each_time_and_another_by_another_seed(desk: Desk):
    for number in range(12):
        desk.note(f"n{number}")
    first, other = desk.names("queue=audit"), desk.names("queue=audit&seed=may")
    assert (first, other) == (desk.names("queue=audit"), desk.names("queue=audit&seed=may"))
    assert sorted(first) == sorted(other)
    assert len({tuple(first), tuple(other), tuple(desk.names())}) == 3
    assert desk.names("queue=audit&seed=may", limit=4) == other[:4]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("meta.country=AU", ["b", "a"]),
        ("meta.country=AU&meta.country=NZ", ["c", "b", "a"]),
        ("meta.country!=AU", ["d", "c"]),
        ("author=m1", ["a"]),
        ("source=veeva&meta.calls=3", ["c"]),
        ("meta.country=A", []),
        ("probing_depth=surface", ["b"]),
        ("min_probability=0.5", ["b", "a"]),
        ("max_probability=0.2", ["d"]),
        ("since=2026-05-03&until=2026-05-03", ["d", "c", "b", "a"]),
        ("since=2026-05-04", []),
        ("open=no", []),
        ("open=any&flagged=no", ["d", "c", "b", "a"]),
    ],
)
def test_filters(desk: Desk, query: str, found: list[str]):
    desk.note("a", metadata={"country": "AU", "author": "m1"})
    desk.note("b", metadata={"country": "AU"}, level=1)
    desk.note("c", metadata={"country": "NZ", "calls": 3}, probability=0.3)
    desk.note("d", probability=0.1)
    assert desk.names(query) == found


def test_checks_filter_by_all_that_are_named(desk: Desk):
    first, second, *_ = every_check(desk.definition)
    dimension = next(d.name for d in desk.definition.dimensions if first in d.names)
    desk.note("both", first, second)
    desk.note("one", first)
    assert desk.names(f"{dimension}={first}") == ["one", "both"]
    assert desk.names(f"{dimension}={first}&{dimension}={second}") == ["both"]
    assert desk.names(f"{dimension}!={second}") == ["one"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("titrat", ["a"]),
        ("TITRATION", ["a"]),
        ("cafe", ["b"]),
        ('"nurses skip"', ["a"]),
        ('"skip nurses"', []),
        ("nurses -titration", ["b"]),
        ("it's", ["b", "a"]),
        ("7", ["c"]),
        ("<b>", ["c"]),
    ],
)
def test_search(desk: Desk, asked: str, found: list[str]):
    desk.note("a", text="The nurses skip the titration. It's usual.")
    desk.note("b", text="Met in the Café with nurses; it's quiet.")
    desk.note("c", text="<p>Grade 3 in <b>7</b> of 9, b</p>")
    with desk.database.read() as connection:
        entries = page(connection, read_view("", desk.definition).__class__(q=asked), "anna").entries
    assert [entry.note.record_id for entry in entries] == found
    assert all(entry.marks for entry in entries)


@pytest.mark.parametrize("few", [0, 1, 3000])
def test_many_and_few_matches_are_found_alike(desk: Desk, monkeypatch: pytest.MonkeyPatch, few: int):
    monkeypatch.setattr(listing, "FEW", few)
    for number in range(6):
        desk.note(f"n{number}", text=f"About the {'dose' if number % 2 else 'trial'}.", metadata={"country": "AU" if number > 2 else "NZ"})
    assert desk.names("q=dose") == ["n5", "n3", "n1"]
    assert desk.names("q=about+-trial&meta.country=AU") == ["n5", "n3"]
    assert len(desk.names("queue=audit&meta.country=AU&meta.country=NZ&seed=x")) == 6
    assert desk.names("meta.country=AU&q=trial") == ["n4"]


def test_what_was_searched_for_is_marked_in_the_text_as_it_was_sent(desk: Desk):
    text = "<p>Cafe&#769; &amp; the 😀 titration</p>"
    desk.note("a", text=text)
    with desk.database.read() as connection:
        [entry] = page(connection, read_view("q=titra", desk.definition), "anna").entries
    assert [text[mark["start"] : mark["end"]] for mark in entry.marks] == ["titration"]


def test_a_search_without_a_word_is_refused(desk: Desk):
    for asked in ("!!!", "-only"):
        with pytest.raises(RequestError, match="no word"):
            desk.names(f"q={asked}")


def test_words_of_a_new_version_are_found_and_the_old_are_not(desk: Desk):
    desk.note("a", text="about apples")
    desk.note("a", text="about pears")
    assert (desk.names("q=apples"), desk.names("q=pears")) == ([], ["a"])


def test_a_count_goes_with_the_page(desk: Desk):
    for number in range(5):
        desk.note(f"n{number}", metadata={"country": "AU" if number % 2 else "NZ"})
    with desk.database.read() as connection:
        view = read_view("meta.country=NZ", desk.definition)
        assert (count(connection, view, "anna"), count(connection, view, "anna", most=2)) == (3, 2)


def test_the_safety_queue_has_open_items_the_next_deadline_first(desk: Desk):
    late, soon, plain = (desk.note(name, metadata={"country": "AU"}, text="a note") for name in ("late", "soon", "plain"))
    hit = Hit("harm", frozenset({RULE}), ())
    for note_id, hours in ((late, 0), (soon, -5)):
        scan = Scan(note_id, note_id, "veeva", START + timedelta(hours=hours), (hit,))
        desk.database.write(lambda c, scan=scan: record_many(c, [scan], START, emit=lambda c, kind, data: None))
    assert (desk.names("queue=safety"), desk.names("queue=safety&q=note&meta.country=AU")) == (["soon", "late"], ["soon", "late"])
    assert desk.names("queue=safety&meta.country=NZ") == []
    with desk.database.read() as connection:
        view = read_view("queue=safety", desk.definition)
        first = page(connection, view, "anna", limit=1)
        second = page(connection, view, "anna", limit=1, after=first.after)
    assert [first.entries[0].note.record_id, second.entries[0].note.record_id, second.after] == ["soon", "late", None]
    assert first.entries[0].due_at < second.entries[0].due_at
    assert plain


def test_a_foreign_cursor_is_refused(desk: Desk):
    for after in ("x", "e30", "bm9uZQ"):
        with pytest.raises(RequestError, match="first page"):
            desk.names("queue=uncertain", after=after)


def test_cards_that_are_missing_are_made(desk: Desk, database: Database):
    desk.note("a")
    database.write(lambda c: [c.execute(delete(table)).rowcount for table in (TEXTS, CARDS)])
    assert desk.names() == []
    assert [database.write(lambda c: catch_up(c, desk.policy)) for _ in range(2)] == [1, 0]
    assert desk.names("q=clinic") == ["a"]
