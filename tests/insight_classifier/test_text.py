"""Readable text keeps its offsets true to what was sent, whatever a CRM wraps it in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insight_classifier.text import rules_pipeline, view

MARKUP = [
    "<p>",
    "</p>",
    "<br/>",
    "<B>",
    "</b>",
    '<a href="x">',
    "<!-- a\nb -->",
    "<li>",
    "&amp;",
    "&nbsp;",
    "&#39;",
    "&#x1F642;",
    "&rsquo;",
    "&lt;b&gt;",
]
PLAIN = [
    "She won't. ",
    "p<0.05",
    "x>3 & y",
    "<name>",
    "R&D",
    "&nosuch;",
    "\r\n",
    "\x00",
    "\x1b[0m",
    "e\u0301",
    "\U0001f469\u200d\u2695\ufe0f",
    "\u202bمرحبا\u202c",
    "שלום",
    "日本",
    "\ufeff",
    "<",
    "&",
    ";",
    ">",
]
SENT = st.lists(st.sampled_from(MARKUP + PLAIN) | st.text(max_size=5), max_size=12).map("".join)


@st.composite
def spans(draw):
    """What was sent, and a span of its readable text."""
    sent = draw(SENT.filter(lambda text: view(text).text))
    length = len(view(sent).text)
    start = draw(st.integers(0, length - 1))
    return sent, start, draw(st.integers(start + 1, length))


@given(spans())
def test_a_span_leads_back_to_the_words_that_were_sent(case):
    sent, start, end = case
    readable = view(sent)
    first, last = readable.source(start, end)
    assert 0 <= first < last <= len(sent)
    assert readable.text[start:end] in view(sent[first:last]).text


@given(spans())
def test_a_later_span_stands_later_in_what_was_sent(case):
    sent, start, end = case
    readable = view(sent)
    places = [readable.source(i, i + 1) for i in range(start, end)]
    assert places == sorted(places)


@given(st.lists(st.sampled_from(PLAIN), max_size=12).map("".join).filter(lambda text: "<" not in text and "&" not in text))
def test_text_without_markup_keeps_every_place(sent):
    readable = view(sent)
    assert len(readable.text) == len(sent)
    assert [readable.source(i, i + 1) for i in range(len(sent))] == [(i, i + 1) for i in range(len(sent))]


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ("<p>She won&rsquo;t</p>", "\nShe won’t\n"),
        ("a<br>b<BR/>c", "a\nb\nc"),
        ("<b>bold</b><span class='x'>!</span>", "bold!"),
        ("<!-- hidden -->seen", "seen"),
        ("p<0.05 and x>3", "p<0.05 and x>3"),
        ("<name> said", "<name> said"),
        ("AT&T; &nosuch;", "AT&T; &nosuch;"),
        ("&lt;b&gt; &amp;amp;", "<b> &amp;"),
        ("a\x00b\x1bc", "a b c"),
        ("one\r\ntwo", "one\r\ntwo"),
        ("x &#0; y", "x \ufffd y"),
    ],
)
def test_what_a_person_would_read(sent, text):
    assert view(sent).text == text


def test_an_entity_is_one_character_that_leads_to_all_of_it():
    assert view("a&nbsp;b").source(1, 2) == (1, 7)


def test_a_span_takes_in_the_tags_within_it():
    sent = "will <b>not</b> start"
    readable = view(sent)
    assert readable.text == "will not start"
    start, end = readable.source(0, len(readable.text))
    assert sent[start:end] == sent


@pytest.mark.parametrize("sent", ["<!--" * 8000, "<b " * 10_000, "<b" + " " * 31_000, "&a" * 16_000, "<" * 32_000])
@pytest.mark.timeout(60)  # nothing hangs
def test_the_longest_hostile_markup_stays_text(sent):
    assert view(sent).text == sent


def test_sentences_end_at_line_breaks_too():
    assert [sentence.text.strip() for sentence in rules_pipeline()("Asked why. He said no\nThen left").sents] == [
        "Asked why.",
        "He said no",
        "Then left",
    ]


def test_a_comment_that_never_ends_is_text():
    assert view("<!-- a <!-- b --> c").text == "<!-- a  c"
