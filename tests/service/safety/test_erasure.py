"""Of an erased note nothing stays that its words can be guessed from; the item, its clock and who decided do."""

from sqlalchemy import select

from service.safety.desk import Decision, acknowledge
from service.safety.erasure import erase
from service.safety.tables import Item, ItemEvent, ScanRow
from tests.service.safety.conftest import START, Lane, hit, scan


def test_words_and_what_was_made_from_them_go_and_the_duty_stays(lane: Lane):
    lane.record(scan("n1", "a" * 64, hit()), scan("n1", "b" * 64), scan("n2", "c" * 64, hit()))
    (first, _) = lane.rows(select(Item.__table__).order_by(Item.note_id))
    lane.database.write(lambda c: acknowledge(c, first["id"], Decision("key:ab", START, "she bled")))
    assert lane.database.write(lambda c: erase(c, ["n1", "unknown"])) == 1
    erased, kept = lane.rows(select(Item.__table__).order_by(Item.note_id))
    assert (erased["spans"], erased["marks"], erased["content_hash"], erased["comment"]) == ([], [], "", None)
    assert (erased["flags"], erased["acknowledged_by"], erased["due_at"]) == ("harm", "key:ab", first["due_at"])
    assert (len(kept["spans"]), kept["content_hash"]) == (1, "c" * 64)
    assert "bled" not in str(lane.rows(select(ItemEvent.__table__)))
    assert {row["content_hash"][0] for row in lane.rows(select(ScanRow.__table__))} == {"e", "c"}
    assert lane.database.write(lambda c: erase(c, [])) == 0
