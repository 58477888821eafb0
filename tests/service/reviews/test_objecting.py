"""An author who does not agree: a comment beside the decisions, and a queue until somebody decides."""

from sqlalchemy import select

from service.audit.tables import AuditRow
from service.reviews.erasure import erase
from service.reviews.kinds import CONFIRM, OBJECT, SKIP
from service.reviews.reading import reviews_of
from service.reviews.store import REVIEWS
from tests.service.reviews.desk import Desk

WORDS = "She did say by when."


def test_it_waits_in_its_queue_until_somebody_decides(desk: Desk) -> None:
    desk.note("a")
    desk.note("b")
    desk.decide("a", OBJECT, "msl", comment=WORDS)
    assert (desk.names("queue=objected"), desk.card("a").got) == (["a"], 0)
    desk.decide("a", SKIP)
    assert desk.names("queue=objected") == ["a"]
    desk.decide("a", CONFIRM)
    assert desk.names("queue=objected") == []


def test_after_a_decision_it_brings_the_note_back(desk: Desk) -> None:
    desk.note("a")
    desk.decide("a", CONFIRM)
    desk.decide("a", OBJECT, "msl", comment=WORDS)
    assert desk.names("queue=objected") == ["a"]
    assert not desk.card("a").open


def test_said_again_it_replaces_what_was_said(desk: Desk) -> None:
    desk.note("a")
    desk.decide("a", OBJECT, "msl", comment="No.")
    desk.decide("a", OBJECT, "msl", comment=WORDS)
    assert [row["comment"] for row in desk.rows(select(REVIEWS).where(REVIEWS.c.superseded_at.is_(None)))] == [WORDS]


def test_another_wording_is_not_what_the_author_spoke_of(desk: Desk) -> None:
    desk.note("a")
    desk.decide("a", OBJECT, "msl", comment=WORDS)
    desk.note("a", text="She said something else.")
    assert desk.names("queue=objected") == []


def test_a_blind_reviewer_reads_it_but_not_the_others(desk: Desk) -> None:
    desk.double_share = 1.0
    note = desk.note("a")
    desk.decide("a", CONFIRM, "bert")
    desk.decide("a", OBJECT, "msl", comment=WORDS)
    with desk.database.read() as connection:
        told = reviews_of(connection, note, "anna")
    assert ([row.kind for row in told.reviews], told.hidden) == ([OBJECT], 1)


def test_it_is_audited_without_its_words_which_go_with_the_note(desk: Desk) -> None:
    note = desk.note("a")
    desk.decide("a", OBJECT, "msl", comment=WORDS)
    [row] = desk.rows(select(AuditRow.__table__))
    assert (row["action"], row["who"], WORDS in str(dict(row))) == ("review.object", "msl", False)
    desk.database.write(lambda connection: erase(connection, [note]))
    assert [row["comment"] for row in desk.rows(select(REVIEWS))] == [None]
