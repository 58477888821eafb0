"""What goes out: which decision, of which notes, and what is left out."""

from pathlib import Path

from sqlalchemy import select

from service.audit.tables import AuditRow
from service.exchange.sending import audit, outgoing
from service.exchange.store import decided, number_decided
from service.reviews.views import read_view
from tests.service.exchange.files import lines, sent
from tests.service.exchange.test_taking_in import decide, fill
from tests.service.reviews.desk import START, Desk, every_check
from tests.service.reviews.test_store import answer
from training.data import load_notes


def test_lines_are_labelled_notes_that_the_checker_takes(desk: Desk, tmp_path: Path):
    fill(desk)
    decide(desk)
    path = tmp_path / "out.jsonl"
    path.write_text(sent(desk)[0], encoding="utf-8")
    notes = load_notes(path, desk.definition)
    assert {note.note.id for note in notes} == {"veeva:a", "veeva:b", "veeva:d"}
    assert notes[0].note.metadata["team"] == "north"


def test_what_settled_a_note_goes_out_else_what_all_say_and_nothing_in_dispute(desk: Desk):
    fill(desk)
    decide(desk)
    told = {line["id"]: line["review"] for line in lines(desk)}
    assert told["veeva:d"]["kind"] == "adjudicate"
    assert "veeva:c" not in told
    assert sent(desk)[1].left.disputed == 1
    assert {line["id"] for line in lines(desk, disputed=True)} == {"veeva:a", "veeva:b", "veeva:c", "veeva:d"}


def test_every_decision_goes_out_for_agreement(desk: Desk):
    fill(desk)
    decide(desk)
    told = [(line["id"], line["review"]["reviewer"]) for line in lines(desk, every=True)]
    assert sorted(told) == [("veeva:a", "anna"), ("veeva:b", "anna"), *(("veeva:" + n, w) for n in "c" for w in ("anna", "bert"))] + [
        ("veeva:d", "anna"), ("veeva:d", "bert"), ("veeva:d", "lea")
    ]  # fmt: skip


def test_an_answer_without_its_evidence_is_left_out_and_told(desk: Desk):
    desk.note("a")
    desk.decide("a", "change", answer={**answer(desk, *every_check(desk.definition)), "evidence": []})
    text, file = sent(desk)
    assert (text, file.left.unsound) == ("", 1)
    assert "lacks its evidence" in file.left.words()[0]
    assert len(lines(desk, every=True)) == 1


def test_a_view_narrows_what_goes_out(desk: Desk):
    desk.note("a", metadata={"team": "north"})
    desk.note("b", metadata={"team": "south"})
    desk.decide("a", "confirm")
    desk.decide("b", "confirm")
    assert [line["id"] for line in lines(desk, query="meta.team=south")] == ["veeva:b"]


def test_a_decision_on_other_words_stays(desk: Desk):
    desk.note("a")
    desk.decide("a", "confirm")
    desk.note("a", text="Reworded since.")
    assert lines(desk) == []


def test_the_purpose_is_audited_and_what_was_searched_for_is_not(desk: Desk):
    file, view = outgoing(desk.definition), read_view("q=dose+barba&meta.team=north", desk.definition)
    desk.database.write(lambda c: audit(c, file, view, 3, "lea", "retraining in May", START))
    [row] = desk.rows(select(AuditRow).where(AuditRow.action == "review.export"))
    assert (row["why"], row["after"]["notes"], row["after"]["filters"]) == ("retraining in May", 3, ["meta.team"])
    assert "barba" not in str(dict(row))


def test_the_notes_of_a_file_are_counted_up_to_a_bound(desk: Desk) -> None:
    fill(desk)
    decide(desk)
    with desk.database.read() as connection:
        view = read_view("", desk.definition)
        found = decided(connection, view, "nobody")
        counts = [number_decided(connection, view, "nobody", most=most) for most in (2, 100)]
    assert counts == [2, len(found)]
