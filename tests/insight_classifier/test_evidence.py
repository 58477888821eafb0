"""Evidence quotes whole words of the author's own text, in reading order, each place once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from insight_classifier.definition import Definition
from insight_classifier.evidence import spans
from insight_classifier.judgement import Span
from insight_classifier.notes import Note
from insight_classifier.windows import TokenizerLayout, Windower, Windows

TEXT = "She asked why. He: too few beds, so a third wait."
ODD = "<p>She&nbsp;asked: <b>why</b>?</p>\r\n\U0001f642 caf\u00e9 e\u0301t\u00e9 \u202bwhy\u202c, \u201cno beds\u201d &amp; x\x00y"


@pytest.fixture(scope="module")
def windower(tokenizer: Tokenizer, definition: Definition) -> Windower:
    return Windower(tokenizer, TokenizerLayout(2, 3, 0, window=18, overlap=6), definition)


def windows(windower: Windower, **fields: str) -> Windows:
    return windower([Note("n", fields)])[0]


def chances(item: Windows, *quotes: tuple[str, float], field: int = 0) -> np.ndarray:
    """One probability a token: the given one inside a quote's first occurrence, else 0.01."""
    found = np.full(len(item.field), 0.01)
    for quote, chance in quotes:
        start = item.views[field].text.index(quote)
        found[(item.field == field) & (item.start >= start) & (item.end <= start + len(quote))] = chance
    return found


def texts(found: tuple[Span, ...]) -> list[str]:
    return [span.text for span in found]


def test_what_passes_the_threshold_is_quoted(windower: Windower):
    item = windows(windower, text=TEXT)
    found = spans(item, chances(item, ("too few beds", 0.9), ("third", 0.39)), 0.4, least=1)
    assert found == (Span("text", 19, 31, "too few beds"),)


def test_a_small_gap_is_closed(windower: Windower):
    item = windows(windower, text="she asked why she asked")
    assert texts(spans(item, np.array([0.9, 0.1, 0.1, 0.9, 0.1]), 0.4, least=1)) == ["she asked why she"]


def test_words_are_quoted_whole(windower: Windower):
    item = windows(windower, text=TEXT)
    assert texts(spans(item, chances(item, ("ew bed", 0.9)), 0.4, least=1)) == ["few beds"]


@pytest.mark.parametrize(("marked", "quoted"), [(". He: too", "He: too"), ("beds,", "beds"), ("wait.", "wait")])
def test_marks_around_a_quote_are_left_out(marked, quoted, windower: Windower):
    item = windows(windower, text=TEXT)
    assert texts(spans(item, chances(item, (marked, 0.9)), 0.4, least=1)) == [quoted]


def test_a_verdict_never_stands_without_a_quote(windower: Windower):
    item = windows(windower, text=TEXT)
    assert texts(spans(item, chances(item, ("third", 0.2)), 0.4, least=1)) == ["third"]


def test_as_many_quotes_as_a_level_needs(windower: Windower):
    item = windows(windower, text=TEXT)
    found = spans(item, chances(item, ("asked why", 0.9), ("third", 0.2)), 0.4, least=2)
    assert texts(found) == ["asked why", "third"]


def test_no_quote_is_asked_for_and_none_is_likely(windower: Windower):
    item = windows(windower, text=TEXT)
    assert spans(item, chances(item), 0.4, least=0) == ()


def test_a_quote_never_crosses_into_the_next_field(windower: Windower):
    item = windows(windower, text="she asked", next_steps="asked why")
    found = spans(item, np.full(len(item.field), 0.9), 0.4, least=1)
    assert found == (Span("text", 0, 9, "she asked"), Span("next_steps", 0, 9, "asked why"))


def test_markers_between_fields_are_never_quoted(windower: Windower):
    item = windows(windower, text="she", next_steps="why")
    assert spans(item, np.where(item.field == -1, 1.0, 0.0), 0.4, least=1) == ()


def test_a_quote_holds_the_author_s_own_markup(windower: Windower):
    item = windows(windower, text="<p>Dr. K: she won&rsquo;t <b>ask</b> why</p>")
    assert texts(spans(item, chances(item, ("won’t ask", 0.9)), 0.4, least=1)) == ["won&rsquo;t <b>ask"]


@st.composite
def cases(draw):
    pieces = st.sampled_from([ODD, TEXT, "a.b", "----", "(no beds)", "x" * 9, "\u0301", "&amp;"])
    text = draw(st.lists(pieces, min_size=1, max_size=3).map(" ".join))
    seed, least, threshold = draw(st.integers(0, 10_000)), draw(st.integers(0, 3)), draw(st.sampled_from([0.2, 0.5, 0.9, 1.1]))
    return text, np.random.default_rng(seed), least, threshold


@given(case=cases())
def test_a_quote_is_what_stands_there(windower: Windower, case):
    text, random, least, threshold = case
    item = windows(windower, text=text, next_steps="she asked")
    found = spans(item, random.random(len(item.field)), threshold, least)
    assert all(span.text == item.note.fields[span.field][span.start : span.end] for span in found)
    assert all(span.text.strip() for span in found)
    assert [item.names.index(span.field) for span in found] == sorted(item.names.index(span.field) for span in found)


# Bugs to mend in evidence.py


def test_a_word_of_many_pieces_is_quoted_once(windower: Windower):
    item = windows(windower, text="zq7abc")
    assert texts(spans(item, np.array([0.9, 0.1, 0.1, 0.1, 0.1, 0.9]), 0.4, least=1)) == ["zq7abc"]


@given(case=cases())
def test_no_place_is_quoted_twice(windower: Windower, case):
    text, random, least, threshold = case
    item = windows(windower, text=text)
    found = spans(item, random.random(len(item.field)), threshold, least)
    assert all(a.end <= b.start for a, b in zip(found[:-1], found[1:], strict=True)), found
