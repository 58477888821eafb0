"""An author's own pages over HTTP: what they read, what they may say, and that nobody reads another's."""

import re
from html import unescape

import pytest
from sqlalchemy import select

from insight_classifier.definition import Definition
from service.notes.store import erase
from service.reviews.kinds import OBJECT
from service.reviews.store import REVIEWS
from tests.service.reviews.desk import TEXT, every_check
from tests.service.reviews.office import Office, path_of

MINE, OTHERS = "msl-7", "msl-8"
WORDS = "She did say by when."


def noted(office: Office, name: str, *met: str, author: str = MINE, **more: object) -> str:
    return office.desk.note(name, *met, metadata={"author": author}, **more)  # type: ignore[arg-type]


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(version_id|judgement_id)" value="([^"]*)"', page))


def test_a_note_tells_what_it_lacked_and_what_to_ask(either: Office, definition: Definition) -> None:
    lacked = definition.checks[every_check(definition)[1]]
    note = noted(either, "a", every_check(definition)[0], coaching=["By when would she need it?"])
    either.enter("mia", "author", author=MINE)
    for page in (unescape(either.get("/me").text), unescape(either.get(f"/me/notes/{note}").text)):
        assert all(words in page for words in (lacked.title, lacked.wording, "By when would she need it?", "By the model"))


def test_what_became_of_it_and_the_sentence_stand_on_the_page(either: Office, definition: Definition) -> None:
    note, waiting = (noted(either, name, *every_check(definition)) for name in "ab")
    either.enter("lea", "lead")
    either.post(f"/insights/{note}", state="declined", steps="0", outcome="It is known.", answer="Thank you all the same.")
    either.enter("mia", "author", author=MINE)
    page = either.get("/me").text
    assert page.index("Answered last") < page.index("Thank you all the same.") < page.index("All notes")
    assert all(words in page for words in ("Declined", f'href="/me/notes/{waiting}">the oldest since'))
    assert all(words in either.get(f"/me/notes/{note}").text for words in ("It is known.", "Thank you all the same."))


def test_after_people_decided_their_word_is_told_and_not_the_models(either: Office, definition: Definition) -> None:
    checks = every_check(definition)
    note = noted(either, "a", checks[0], coaching=["Asked by the model?"])
    dimension = next(d.name for d in definition.of_kind("checks") if checks[0] in d.names)
    either.desk.decide("a", "change", changes={dimension: dict.fromkeys(checks, True)})
    either.enter("mia", "author", author=MINE)
    page = either.get(f"/me/notes/{note}").text
    assert ("Decided by a person" in page, definition.label.met.replace("_", " ").capitalize() in page) == (True, True)
    assert "Asked by the model?" not in page + either.get("/me").text


def test_where_people_differ_neither_word_is_told(office: Office, definition: Definition) -> None:
    checks = every_check(definition)
    note = noted(office, "a", *checks)
    dimension = next(d.name for d in definition.of_kind("checks") if checks[0] in d.names)
    office.desk.decide("a", "confirm", "anna")
    office.desk.decide("a", "change", "bert", changes={dimension: dict.fromkeys(checks, False)})
    office.enter("mia", "author", author=MINE)
    page = office.get(f"/me/notes/{note}").text
    assert ("Not settled yet" in page, "2 people see it differently" in page, "What it lacked" in page) == (True, True, False)


def test_others_notes_are_as_if_they_were_not_there(either: Office, definition: Definition) -> None:
    others, mine = noted(either, "a", author=OTHERS, text="What another wrote."), noted(either, "b")
    erased, nobodys = noted(either, "c"), either.desk.note("d", text="What nobody wrote.")
    either.desk.database.write(lambda connection: erase(connection, [erased]))
    either.enter("mia", "author", author=MINE)
    missing = either.get(f"/me/notes/{'0' * 32}")
    for tried in (others, erased, nobodys, "x", "%00", f"{mine}%20", "%25"):
        answer = either.get(f"/me/notes/{tried}")
        assert (answer.status_code, same(answer.text)) == (404, same(missing.text))
        said = either.post(f"/me/notes/{tried}", words=WORDS, **hidden(either.get(f"/me/notes/{mine}").text))
        assert (said.status_code, same(said.text)) == (404, same(missing.text))
    for query in ("", f"?author={OTHERS}", f"?after={'f' * 32}", f"?after={others}x", f"?after={'f' * 32}&author={OTHERS}"):
        assert "What another wrote." not in either.get(f"/me{query}").text
    assert either.get(path_of(others)).status_code == either.get("/insights").status_code == 403
    assert either.reviews() == []


def same(page: str) -> str:
    """Without what every answer has of its own."""
    return re.sub(r"Request \S+", "", page)


def test_pages_of_ones_own_notes_miss_nothing(office: Office) -> None:
    notes = [noted(office, f"n{number}") for number in range(27)]
    noted(office, "x", author=OTHERS)
    office.enter("mia", "author", author=MINE)
    first = office.get("/me").text
    second = office.get(re.findall(r'rel="next" href="([^"]+)"', first)[0]).text
    found = [one for page in (first, second) for one in re.findall(r'class="words"><a href="/me/notes/(\w+)', page)]
    assert found == notes[::-1]
    assert office.get("/me?after=%00").status_code == 422


def test_an_account_without_an_author_is_told_what_to_ask_for(office: Office) -> None:
    office.desk.note("a")
    office.enter("mia", "author")
    page = office.get("/me").text
    assert ("insight accounts author mia" in page, TEXT[-20:] in page) == (True, False)
    assert office.get(f"/me/notes/{office.desk.kept['a'].note_id}").status_code == 404


@pytest.mark.parametrize("role", ["viewer", "reviewer", "lead", "scientist", "admin"])
def test_who_is_no_author_has_no_such_page(office: Office, role: str) -> None:
    note = noted(office, "a")
    office.enter("person", role, author=MINE)
    assert [office.get("/me").status_code, office.get(f"/me/notes/{note}").status_code] == [403, 403]
    assert office.post(f"/me/notes/{note}", words=WORDS).status_code == 403


def test_who_does_not_agree_is_read_by_reviewers(either: Office) -> None:
    note = noted(either, "a")
    either.enter("mia", "author", author=MINE)
    done = either.post(f"/me/notes/{note}", words=WORDS, **hidden(either.get(f"/me/notes/{note}").text))
    assert (done.status_code, done.headers["location"]) == (303, f"/me/notes/{note}#objection")
    assert "You said so on" in either.get(f"/me/notes/{note}").text
    either.enter("rita", "reviewer")
    assert "Author disagrees</span>" in either.get("/review?queue=objected").text
    assert all(words in either.get(path_of(note)).text for words in ("mia</b> wrote the note and does not agree", WORDS))


def test_what_says_nothing_or_is_of_another_wording_is_told_beside_the_form(office: Office) -> None:
    note = noted(office, "a")
    office.enter("mia", "author", author=MINE)
    form = hidden(office.get(f"/me/notes/{note}").text)
    assert office.post(f"/me/notes/{note}", words="  ", **form).status_code == 422
    noted(office, "a", text="She said something else.")
    told = office.post(f"/me/notes/{note}", words=WORDS, **form)
    assert (told.status_code, f"{WORDS}</textarea>" in told.text) == (409, True)
    assert office.desk.rows(select(REVIEWS).where(REVIEWS.c.kind == OBJECT)) == []


def test_html_is_shown_as_typed(office: Office, definition: Definition) -> None:
    note = noted(office, "a", *every_check(definition), text="<script>alert(1)</script>")
    office.enter("mia", "author", author=MINE)
    office.post(f"/me/notes/{note}", words="<b>no</b>", **hidden(office.get(f"/me/notes/{note}").text))
    pages = office.get("/me").text + office.get(f"/me/notes/{note}").text
    assert not re.search(r"<script>alert|<b>no</b>|<[^>]+ (style|on\w+)=", pages)
