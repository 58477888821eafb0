"""The words for an item's clock, for how it is known, and for what happened."""

from datetime import timedelta
from typing import Any

import pytest

from service.safety.rules import FALSE_ALARMS, STATES
from service.safety.words import STATE_WORDS, awareness, clock, detail, length
from tests.service.safety.conftest import START


def item(**more: Any) -> dict[str, Any]:
    times = {"received_at": START, "awareness_at": START, "due_at": START + timedelta(hours=24)}
    return {"state": "open", **dict.fromkeys(("acknowledged_at", "closed_at", "handed_over_at")), **times, **more}


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "less than a minute"), (12, "12 min"), (200, "3 h 20 min"), (180, "3 h"), (2 * 1440 + 250, "2 d 4 h"), (1440, "1 d")],
)
def test_a_span_is_told_in_its_two_largest_units(minutes: int, words: str) -> None:
    assert length(timedelta(minutes=minutes)) == length(-timedelta(minutes=minutes)) == words


@pytest.mark.parametrize(
    ("hours", "words"), [(0, "due in 1 d"), (23.5, "due in 30 min"), (24, "overdue by less than a minute"), (27, "overdue by 3 h")]
)
def test_an_open_item_tells_what_is_left_of_its_time(hours: float, words: str) -> None:
    assert clock(item(), START + timedelta(hours=hours)) == words


@pytest.mark.parametrize(
    ("hours", "words"), [(20, "in time, 4 h before it was due"), (24, "late, less than a minute overdue"), (30, "late, 6 h overdue")]
)
def test_one_that_was_looked_at_tells_whether_that_was_in_time(hours: float, words: str) -> None:
    seen = item(state="acknowledged", acknowledged_at=START + timedelta(hours=hours))
    assert clock(seen, START + timedelta(days=9)) == words


def test_how_the_beginning_is_known_is_told() -> None:
    before = START - timedelta(hours=2)
    assert "received the note" in awareness(item(), before, None)
    assert "interaction" in awareness(item(awareness_at=before), before, None)
    assert "this version" in awareness(item(awareness_at=before), None, before)
    assert "earlier version" in awareness(item(awareness_at=before), None, None)


def test_what_happened_is_told_with_its_reason_and_every_state_has_words() -> None:
    reason = next(iter(FALSE_ALARMS))
    assert detail({"kind": "closed", "detail": reason, "reference": None}) == FALSE_ALARMS[reason]
    assert detail({"kind": "handed_over", "detail": None, "reference": "PV-1"}) == "case PV-1"
    assert set(STATE_WORDS) == set(STATES)
