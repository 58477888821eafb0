"""Similar earlier notes as a reader sees them: copies are marked, people's word stands above the model's."""

import pytest

from service.reviews.kinds import CONFIRM
from service.reviews.similar import LONGEST, Similar, similar
from tests.service.reviews.desk import Desk, every_check

TEXT = "Nephrologist in Leeds: velorenone is not started because potassium is feared."


def found(desk: Desk, name: str) -> list[Similar]:
    with desk.database.read() as connection:
        return similar(connection, desk.kept[name].note_id, desk.definition)


def test_a_copy_is_marked_and_another_wording_is_not(desk: Desk):
    desk.note("copy", text=TEXT.replace("Leeds", "York"), metadata={"author": "m1"})
    desk.note("other", text="They fear velorenone, for the potassium.")
    desk.note("a", text=TEXT)
    assert [(one.copy, one.author) for one in found(desk, "a")] == [(True, "m1"), (False, None)]


def test_what_people_decided_stands_above_what_the_model_said(desk: Desk):
    desk.note("judged", *every_check(desk.definition), text=TEXT)
    desk.note("a", text=TEXT)
    (one,) = found(desk, "a")
    assert (one.met, one.decided) == (True, False)
    desk.decide("judged", CONFIRM)
    (one,) = found(desk, "a")
    assert (one.met, one.decided) == (True, True)


def test_a_long_note_is_shown_by_its_beginning(desk: Desk):
    desk.note("long", text=f"{TEXT}\n{TEXT}\n{TEXT}")
    desk.note("a", text=TEXT)
    (one,) = found(desk, "a")
    assert one.words.startswith(TEXT)
    assert one.words.endswith(" …")
    assert len(one.words) <= LONGEST + 2


@pytest.mark.parametrize("text", ["Injection training for asthma nurses.", ""])
def test_what_shares_nothing_is_not_similar(desk: Desk, text: str):
    desk.note("other", text=text)
    desk.note("a", text=TEXT)
    assert found(desk, "a") == []
