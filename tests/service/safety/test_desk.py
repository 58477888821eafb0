"""Decisions on items, one after the other, and when two people decide at once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select

from service.audit.tables import AuditRow
from service.database import Database
from service.errors import RequestError
from service.safety.desk import Decision, acknowledge, close, events, exported, hand_over, items, reopen
from service.safety.rules import FALSE_ALARMS
from tests.service.safety.conftest import START, Lane, hit, scan


def test_of_people_who_decide_at_once_one_does_and_the_others_are_told_who(lane: Lane):
    item = lane.record(scan("n1", "v1", hit()))["n1"]
    with Database(lane.database.url.render_as_string(hide_password=False)) as other, ThreadPoolExecutor(8) as pool:

        def decide(n: int) -> str:
            try:
                database = (lane.database, other)[n % 2]
                return str(database.write(lambda c: acknowledge(c, item, Decision(f"p{n}", START)))["acknowledged_by"])
            except RequestError as problem:
                return str(problem.members["decided_by"])

        assert len(set(pool.map(decide, range(8)))) == 1
    with lane.database.read() as connection:
        assert [event["kind"] for event in events(connection, item)] == ["first", "acknowledged"]


REASON = next(iter(FALSE_ALARMS))
WORDS = "A rate of the trial, nobody of hers."


def closed(lane: Lane, item: str, reason: str = REASON, comment: str = WORDS) -> dict[str, Any]:
    return lane.database.write(lambda c: close(c, item, Decision("p", START, comment), reason))


def history(lane: Lane, item: str) -> list[tuple[str, str | None]]:
    with lane.database.read() as connection:
        return [(event["kind"], event["detail"]) for event in events(connection, item)]


def test_a_false_alarm_is_closed_with_a_reason_and_the_audit_has_no_words_of_it(lane: Lane) -> None:
    item = lane.record(scan("n1", "v1", hit()))["n1"]
    found = closed(lane, item)
    assert (found["state"], found["closed_by"], found["reason"], found["comment"]) == ("closed", "p", REASON, WORDS)
    [*_, audited] = lane.rows(select(AuditRow.__table__).order_by(AuditRow.__table__.c.sequence))
    assert (audited["action"], audited["why"], WORDS in str(audited)) == ("safety.closed", REASON, False)


@pytest.mark.parametrize(("reason", "comment"), [("no_time", WORDS), (REASON, " "), (REASON, "")])
def test_without_a_known_reason_and_words_nothing_is_closed(lane: Lane, reason: str, comment: str) -> None:
    item = lane.record(scan("n1", "v1", hit()))["n1"]
    with pytest.raises(RequestError):
        closed(lane, item, reason, comment)
    assert history(lane, item) == [("first", None)]


def test_what_was_closed_by_mistake_is_opened_again_with_the_clock_as_it_was(lane: Lane) -> None:
    item = lane.record(scan("n1", "v1", hit()))["n1"]
    due = closed(lane, item)["due_at"]
    found = lane.database.write(lambda c: reopen(c, item, Decision("q", START)))
    assert (found["state"], found["due_at"], found["closed_by"], found["reason"], found["comment"]) == ("open", due, None, None, None)
    assert history(lane, item) == [("first", None), ("closed", REASON), ("reopened", None)]


def test_what_the_desk_has_cannot_be_closed(lane: Lane) -> None:
    item = lane.record(scan("n1", "v1", hit()))["n1"]
    lane.database.write(lambda c: acknowledge(c, item, Decision("p", START)))
    lane.database.write(lambda c: hand_over(c, item, Decision("p", START), "PV-1", "Drug safety"))
    with pytest.raises(RequestError, match="handed over by p") as refused:
        closed(lane, item)
    assert (refused.value.code, history(lane, item)[-1]) == ("safety_item_decided", ("handed_over", "Drug safety"))


def test_an_export_is_told_in_the_history(lane: Lane) -> None:
    item = lane.record(scan("n1", "v1", hit()))["n1"]
    lane.database.write(lambda c: exported(c, item, "p", START, "csv"))
    assert history(lane, item)[-1] == ("exported", "csv")


def test_decided_items_are_read_from_the_latest_page_by_page(lane: Lane) -> None:
    for number in range(3):
        closed(lane, lane.record(scan(f"n{number}", "v", hit(), received_at=START.replace(minute=number)), hours=1)[f"n{number}"])
    with lane.database.read() as connection:
        first = items(connection, limit=2, state="closed", latest=True)
        rest = items(connection, limit=2, state="closed", latest=True, after=(first[-1]["due_at"], first[-1]["id"]))
    assert [row["note_id"] for row in (*first, *rest)] == ["n2", "n1", "n0"]
