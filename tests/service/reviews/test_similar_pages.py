"""Similar earlier notes over HTTP: linked from the note, readable by whoever reads it, and what to do where there are none."""

from service.vectors.store import Made, keep
from tests.service.reviews.office import Office

TEXT = "Nephrologist in Leeds: velorenone is not started because potassium is feared."


def test_the_page_of_a_note_leads_to_earlier_ones_like_it(either: Office):
    before = either.desk.note("before", text=TEXT.replace("Leeds", "York"), metadata={"author": "m7"})
    note = either.desk.note("a", text=TEXT)
    either.enter("rea", "reviewer")
    assert f'href="/review/notes/{note}/similar"' in either.get(f"/review/notes/{note}").text
    page = either.get(f"/review/notes/{note}/similar").text
    assert f'href="/review/notes/{before}"' in page
    assert all(words in page for words in ("m7", "Nearly the same words", "Found by words alone"))


def test_a_note_like_no_other_says_so(office: Office):
    note = office.desk.note("a", text=TEXT)
    office.enter("rea", "reviewer")
    assert "No earlier note" in office.get(f"/review/notes/{note}/similar").text


def test_an_unknown_note_is_told_of(office: Office):
    office.enter("rea", "reviewer")
    assert office.get("/review/notes/unknown/similar").status_code == 404


def test_an_author_may_not_look_into_the_notes_of_others(office: Office):
    note = office.desk.note("a", text=TEXT)
    office.enter("mia", "author", author="m1")
    assert office.get(f"/review/notes/{note}/similar").status_code == 403


def test_a_note_with_a_vector_is_compared_by_what_it_is_about(office: Office):
    before, note = office.desk.note("before", text=TEXT), office.desk.note("a", text=TEXT)
    kept = office.desk.kept["a"]
    office.desk.database.write(lambda connection: keep(connection, [Made(note, kept.version_id, "m1", b"\0\x3c")]))
    office.enter("rea", "reviewer")
    page = office.get(f"/review/notes/{note}/similar").text
    assert f'href="/review/notes/{before}"' in page
    assert "Found by words alone" not in page
