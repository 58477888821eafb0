"""Words: folded alike whatever they are written in, and marked where they stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import RequestError
from service.reviews.words import Term, highlights, read_search, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Won't start", "won t start"),
        ("Café CAFÉ café", "cafe cafe cafe"),
        ("eGFR<30 & p<0.05", "egfr 30 p 0 05"),
        ("<p>one&nbsp;two</p>", "one two"),
        ("Straße ﬁne", "strasse fine"),
        ("😀 — …", ""),
        ("under_score", "under score"),
    ],
)
def test_words_are_folded(text: str, words: str):
    assert words_of({"text": text}) == words


def test_a_search_is_read():
    assert read_search('renal "dose change" -café ab').terms == (
        Term(("renal",), beginning=True),
        Term(("dose", "change")),
        Term(("cafe",), beginning=True, without=True),
        Term(("ab",)),
    )


@pytest.mark.parametrize("asked", ["", '""', "-renal", "* ( )"])
def test_a_search_needs_a_word(asked: str):
    with pytest.raises(RequestError):
        read_search(asked)


@given(st.text(max_size=60))
def test_any_text_can_be_searched_for_and_no_word_of_the_query_language_is_left(asked: str):
    try:
        search = read_search(asked)
    except RequestError:
        return
    assert all(word.isalnum() for term in search.terms for word in term.words)


@given(st.text(max_size=80), st.text(alphabet="abcé ", min_size=1, max_size=12))
def test_what_is_marked_lies_inside_the_text_and_none_overlaps(text: str, asked: str):
    try:
        marks = highlights({"text": text}, read_search(asked))
    except RequestError:
        return
    places = [(mark["start"], mark["end"]) for mark in marks]
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert all(one[1] <= other[0] for one, other in zip(places, places[1:], strict=False))
