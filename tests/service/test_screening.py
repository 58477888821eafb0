"""What the safety rules find goes with every refusal, and quotes stand where they are said to stand."""

import pytest

from insight_classifier.definition import Definition
from insight_classifier.notes import MAX_CHARACTERS
from insight_classifier.predictor import Predictor
from service.errors import Overloaded, Unjudged
from service.records import NoteReader
from service.screening import Screen
from tests.service.conftest import HARM


@pytest.fixture(scope="module")
def screen(predictor: Predictor) -> Screen:
    return Screen(predictor, NoteReader(predictor.definition))


def refusal(screen: Screen, record: object) -> Unjudged:
    with pytest.raises(Unjudged) as caught:
        screen(record)
    return caught.value


def found(error: Unjudged, definition: Definition) -> dict:
    lane = next(dimension for dimension in definition.dimensions if dimension.lane == "safety")
    return {name: check for name, check in error.found[lane.name].items() if check["met"]}


def test_a_sound_note_comes_back_scanned(screen: Screen) -> None:
    screened = screen({"text": HARM})
    assert screened.note.fields == {"text": HARM}
    assert all(screened.findings.spans.values())


@pytest.mark.parametrize("extra", [{"id": []}, {"unknown": 1}, {"next_steps": 5}, {"metadata": "x"}])
def test_a_refused_note_is_scanned_all_the_same(screen: Screen, definition: Definition, extra: dict) -> None:
    checks = found(refusal(screen, {"text": HARM, **extra}), definition)
    assert len(checks) == 2
    assert all(check["source"] == "rule" and check["probability"] is None for check in checks.values())


def test_an_overlong_note_is_scanned_to_its_end(screen: Screen, definition: Definition) -> None:
    text = "Nothing here. " * (MAX_CHARACTERS // 7) + HARM
    checks = found(refusal(screen, {"text": text}), definition)
    assert all(text[quote["start"] : quote["end"]] == quote["text"] for check in checks.values() for quote in check["evidence"])
    assert len(checks) == 2


def test_harm_on_a_cut_is_found_once(screen: Screen, definition: Definition) -> None:
    text = "x" * (MAX_CHARACTERS - len(HARM) - 100) + ". " + HARM + " y" * MAX_CHARACTERS
    checks = found(refusal(screen, {"text": text}), definition)
    assert [len(check["evidence"]) for check in checks.values()] == [1, 1]


def test_broken_unicode_is_scanned_with_true_offsets(screen: Screen, definition: Definition) -> None:
    text = "\ud83d broken. " + HARM
    checks = found(refusal(screen, {"text": text}), definition)
    assert all(text[quote["start"] : quote["end"]] == quote["text"] for check in checks.values() for quote in check["evidence"])


@pytest.mark.parametrize("record", [None, [], {}, {"text": 5}, {"text": "  "}])
def test_without_a_text_nothing_is_claimed(screen: Screen, record: object) -> None:
    assert refusal(screen, record).found == {}


def test_none_found_is_said_too(screen: Screen, definition: Definition) -> None:
    error = screen.unjudged(screen({"text": "Moved the visit to Thursday."}), Overloaded("full"))
    assert found(error, definition) == {}
    assert error.found
