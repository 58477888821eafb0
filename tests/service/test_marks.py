"""Overlapping evidence is drawn without losing a character."""

import random

from insight_classifier.definition import Definition
from insight_classifier.judgement import Span
from service.marks import Mark, Tag, percent, pieces, tags

A, B = Tag("a", "Alpha", "A", "style-0"), Tag("b", "Beta", "B", "style-1")


def mark(tag: Tag, start: int, end: int) -> Mark:
    return Mark(tag, Span("text", start, end, ""), tag.title)


def test_a_text_without_marks_is_one_piece() -> None:
    assert [piece.text for piece in pieces("plain", [])] == ["plain"]


def test_overlap_is_covered_by_both() -> None:
    found = pieces("0123456789", [mark(A, 0, 6), mark(B, 4, 8)])
    assert [(piece.text, [m.tag.letter for m in piece.marks]) for piece in found] == [
        ("0123", ["A"]),
        ("45", ["A", "B"]),
        ("67", ["B"]),
        ("89", []),
    ]


def test_a_letter_stands_where_its_mark_begins() -> None:
    found = pieces("0123456789", [mark(A, 0, 6), mark(B, 4, 8)])
    assert [[m.tag.letter for m in piece.begins] for piece in found] == [["A"], ["B"], [], []]


def test_the_longer_mark_stands_outside() -> None:
    found = pieces("012345", [mark(A, 0, 3), mark(B, 0, 6)])
    assert [m.tag.letter for m in found[0].marks] == ["B", "A"]


def test_no_character_is_ever_lost() -> None:
    text, dice = "<b>ünïcode 🧪 &amp; more</b>" * 5, random.Random(1)
    for _ in range(200):
        starts = [dice.randrange(len(text) - 1) for _ in range(6)]
        found = pieces(text, [mark(dice.choice([A, B]), start, dice.randint(start + 1, len(text))) for start in starts])
        assert "".join(piece.text for piece in found) == text


def test_every_tag_of_a_definition_can_be_told_apart(definition: Definition) -> None:
    found = tags(definition).values()
    assert set(definition.tags) <= {tag.name for tag in found}
    assert len({tag.letter for tag in found}) == len(found)
    assert all(len(tag.letter) <= 2 for tag in found)


def test_the_safety_lane_looks_like_nothing_else(definition: Definition) -> None:
    lane = {name for dimension in definition.dimensions if dimension.lane for name in dimension.names}
    assert all((tag.style == "style-alert") == (tag.name in lane) for tag in tags(definition).values())


def test_no_probability_is_shown_as_a_certainty() -> None:
    assert [percent(p) for p in (0.0, 0.004, 0.07, 0.5, 0.996, 1.0)] == ["<1 %", "<1 %", "7 %", "50 %", ">99 %", ">99 %"]


def test_a_mark_ends_where_its_quote_ends() -> None:
    found = pieces("0123456789", [mark(A, 0, 6), mark(B, 4, 8)])
    assert [[m.tag.letter for m in piece.ends] for piece in found] == [[], ["A"], ["B"], []]
