"""A judgement is arranged for a reader, in words, with nothing of it lost."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import pytest

from insight_classifier.definition import Definition
from insight_classifier.judgement import Check, Judgement, Level, Option
from insight_classifier.notes import Note
from insight_classifier.predictor import Predictor
from service.presentation import Shown, facts, present, safety_of_refused
from tests.service.conftest import HARM


@pytest.fixture(scope="module")
def note() -> Note:
    return Note("1", {"text": f"She won't start it. {HARM}", "next_steps": "Send the table."})


@pytest.fixture(scope="module")
def judgement(predictor: Predictor, note: Note) -> Judgement:
    return predictor.judge([note])[0]


@pytest.fixture(scope="module")
def shown(note: Note, judgement: Judgement, definition: Definition) -> Shown:
    return present(note, judgement, definition)


def test_every_dimension_has_its_place(shown: Shown, definition: Definition) -> None:
    assert [card.dimension.name for card in shown.cards] == [d.name for d in definition.dimensions if not d.lane]


def test_every_member_has_its_row(shown: Shown) -> None:
    for card in shown.cards:
        assert {row.member.name for row in card.rows + card.more} == set(card.dimension.names)


def test_the_checks_of_the_rule_are_met_or_missing(shown: Shown, definition: Definition) -> None:
    words = {row.word for card in shown.cards if card.decides for row in card.rows}
    assert words <= {"Met", "Missing"}
    assert [card.dimension.name for card in shown.cards if card.decides] == [next(definition.of_kind("checks")).name]


def test_a_scale_is_read_from_the_top_with_one_level_reached(shown: Shown, definition: Definition) -> None:
    scale = next(definition.of_kind("scale"))
    card = next(card for card in shown.cards if card.dimension == scale)
    assert [row.member for row in card.rows] == list(reversed(scale.members))
    assert sum(row.met for row in card.rows) == 1


def test_a_choice_shows_the_chosen_first(shown: Shown, judgement: Judgement, definition: Definition) -> None:
    choice = next(definition.of_kind("choice"))
    card = next(card for card in shown.cards if card.dimension == choice)
    verdict = judgement.verdicts[choice.name]
    assert isinstance(verdict, Option)
    assert card.rows[0].member.name == verdict.name


def test_the_safety_lane_stands_apart(shown: Shown, definition: Definition) -> None:
    lane = next(d for d in definition.dimensions if d.lane)
    rows = shown.safety.urgent + shown.safety.other + shown.safety.clear
    assert {row.member.name for row in rows} == set(lane.names)
    assert shown.safety.urgent


def test_the_text_is_whole(shown: Shown, note: Note) -> None:
    assert ["".join(piece.text for piece in text.pieces) for text in shown.texts] == [note.fields["text"], note.fields["next_steps"]]


def test_every_reason_is_put_in_words(note: Note, judgement: Judgement, definition: Definition) -> None:
    names = [name for d in definition.dimensions for name in d.names if d.lane]
    codes = [
        "label_uncertain",
        "label_and_probability_disagree",
        "no_words",
        "language_de",
        *(f"{d.name}_uncertain" for d in definition.dimensions),
        *names,
    ]
    reasons = present(note, replace(judgement, review_reasons=tuple(codes)), definition).reasons
    assert all(" " in reason and "_" not in reason and reason.endswith(".") for reason in reasons)


def test_a_refused_notes_findings_are_shown_alike(definition: Definition) -> None:
    lane = next(d for d in definition.dimensions if d.lane)
    ruled = [member for member in lane.members if "rules" in member.judged_by]
    quote = {"start": 0, "end": 1, "text": "x"}
    found = {lane.name: {member.name: {"met": True, "evidence": [quote], "source": "rule"} for member in ruled}}
    safety = safety_of_refused(found, definition)
    assert safety
    assert [row.quotes for row in safety.urgent] == [("x",)] * len(ruled)


def test_without_a_scan_nothing_is_claimed(definition: Definition) -> None:
    assert safety_of_refused({}, definition) is None


def test_verdicts_are_of_three_kinds(judgement: Judgement) -> None:
    assert all(
        isinstance(v, Level | Option) or (isinstance(v, Mapping) and all(isinstance(c, Check) for c in v.values()))
        for v in judgement.verdicts.values()
    )


def test_what_the_crm_says_is_told_once_and_moments_as_such() -> None:
    said = {"author": "m01", "therapeutic_area": "renal", "date": "2026-03-01T10:00:00+00:00", "day": "2026-03-01", "nested": {"a": 1}}
    told = dict(facts(said, told=["m01"]))
    assert told == {"Therapeutic area": "renal", "Date": datetime.fromisoformat("2026-03-01T10:00:00+00:00"), "Day": "2026-03-01"}
