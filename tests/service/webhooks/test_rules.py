"""When a message is sent again, what it says, and what it never says."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from service.webhooks.rules import (
    DELAYS,
    LONGEST_WISH,
    Answer,
    Event,
    body,
    new_id,
    next_attempt,
    pause,
    reason_to_disable,
    retry_after,
    without_words,
)

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def after(attempts: int, *, wish: float | None = None, chance: float = 0.5, age: float = 0) -> float | None:
    found = next_attempt(attempts, queued_at=AT - timedelta(hours=age), at=AT, wish=wish, chance=chance)
    return found and (found - AT).total_seconds()


def test_the_first_retry_comes_after_five_seconds_and_all_take_72_hours() -> None:
    assert [after(n) for n in range(1, len(DELAYS) + 1)] == list(DELAYS)
    assert DELAYS[0] == 5
    assert timedelta(hours=72) <= timedelta(seconds=sum(DELAYS)) <= timedelta(hours=73)


def test_chance_spreads_a_delay_by_a_tenth() -> None:
    assert (after(4, chance=0), after(4, chance=1)) == (270, 330)


def test_nothing_is_tried_for_ever() -> None:
    assert after(len(DELAYS) + 1) is None
    assert after(3, age=72) is None


def test_a_wish_lengthens_a_delay_but_not_without_end() -> None:
    assert (after(1, wish=60), after(3, wish=60), after(1, wish=1e12)) == (60, 120, LONGEST_WISH)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        *[("120", 120), (" 7 ", 7), ("0", 0), ("Sun, 01 Mar 2026 12:01:00 GMT", 60), ("Sun, 01 Mar 2026 11:00:00 GMT", 0)],
        *[(None, None), ("", None), ("soon", None), ("-5", None), ("1.5", None), ("9" * 5000, 999_999_999)],
    ],
)
def test_retry_after_is_read(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, AT) == seconds


def test_a_receiver_that_fails_for_everything_is_asked_less() -> None:
    assert [pause(n, None).total_seconds() for n in (1, 3, 4, 5, 8, 10, 10_000)] == [0, 0, 1, 2, 16, 60, 60]
    assert pause(1, 30).total_seconds() == 30


def test_why_a_subscription_is_disabled() -> None:
    failed = Answer(500, "status 500")
    assert reason_to_disable(failed, AT - timedelta(days=4, hours=23), AT) is None
    assert "5 days, the last with status 500" in (reason_to_disable(failed, AT - timedelta(days=5), AT) or "")
    assert "410" in (reason_to_disable(Answer(410, "status 410"), AT, AT) or "")


def test_evidence_keeps_its_places_and_loses_its_words() -> None:
    spans = [{"start": 1, "end": 4, "text": "pat", "field": "text"}]
    judgement = {"criteria": {"a": {"met": True, "evidence": spans}}, "depth": {"level": 1, "evidence": spans}, "text": "kept"}
    told = without_words(judgement)
    assert told["criteria"]["a"]["evidence"] == [{"start": 1, "end": 4, "field": "text"}]
    assert '"pat"' not in json.dumps(told)
    assert without_words(told) == told


def test_a_body_has_the_standard_shape_and_words_where_given() -> None:
    plain = json.loads(body("judgement.created", AT, {"note_id": "n1"}))
    assert plain == {"type": "judgement.created", "timestamp": "2026-03-01T12:00:00Z", "data": {"note_id": "n1"}}
    assert json.loads(body("judgement.created", AT, {"note_id": "n1"}, {"text": "é\ud800"}))["data"]["note"] == {"text": "é\ud800"}


def test_ids_are_in_order_of_time_and_of_making() -> None:
    ids = [new_id(AT) for _ in range(100)] + [new_id(AT + timedelta(seconds=1))]
    assert sorted(ids) == ids
    assert {len(item) for item in ids} == {36}


def test_an_event_that_is_not_declared_is_a_bug() -> None:
    with pytest.raises(ValueError, match="judgement.made is no event"):
        Event("judgement.made", {}, AT)


def test_the_id_of_the_note_is_found_in_the_data() -> None:
    assert Event("judgement.created", {"note_id": "n1"}, AT).note == "n1"
    assert Event("judgement.created", {"note_id": "n1"}, AT, note_id="n2").note == "n2"
    assert Event("job.finished", {}, AT).note is None
