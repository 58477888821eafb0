import json
from dataclasses import replace

import numpy as np
import pytest

from insight_classifier.measures.comparisons import Pair, compare
from insight_classifier.measures.estimates import MOST_BLOCKS, Estimate, Range
from insight_classifier.measures.facts import Column
from insight_classifier.measures.kept import Kept, from_plain, pseudonyms, side_by_side, to_plain
from insight_classifier.measures.observations import Observations
from insight_classifier.measures.rates import Rate
from tests.insight_classifier.measures.conftest import Year

SALT = b"salt"


def kept(authors: str, moves: tuple[float, ...], value: float = 0.3) -> Kept:
    rate = Rate(100, 50, len(authors), 0.4, Estimate(value, np.array(moves), 5.0), Range(0.2, 0.4))
    return Kept("checked", "Checked", False, {"team": "A"}, rate, tuple(authors))


def signed(observations: Observations, names: tuple[str, ...]) -> Observations:
    """As if each note had an author of its own, of these names."""
    return replace(observations, author=Column(np.arange(len(names), dtype=np.int32), names))


def test_a_figure_comes_back_as_it_was_kept():
    before = kept("xyz", (0.1, 0.0, -0.1))
    after = from_plain(json.loads(json.dumps(to_plain(before))))
    assert (after.key, after.name, after.authors) == (before.key, "Checked (A)", ("x", "z"))
    assert after.rate.estimate
    assert before.rate.estimate
    assert after.rate.estimate.error == pytest.approx(before.rate.estimate.error)
    assert (after.rate.estimate.value, after.rate.range) == (0.3, Range(0.2, 0.4))


def test_a_figure_of_which_nothing_is_known_comes_back_so():
    unknown = replace(kept("", ()), rate=Rate(100, 3, 2, float("nan"), why="3 of the notes."))
    after = from_plain(json.loads(json.dumps(to_plain(unknown))))
    assert (after.rate.estimate, after.rate.why, np.isnan(after.rate.model)) == (None, "3 of the notes.", True)


def test_an_author_who_stands_in_both_counts_once():
    moves = (0.1, -0.05, 0.08)
    pair = side_by_side(kept("xyz", moves), kept("zxy", (moves[2], *moves[:2]), 0.5))
    (found,) = compare([Pair("Checked", *pair)])
    assert found.difference
    assert found.difference.error == pytest.approx(0)


def test_other_authors_stand_for_themselves():
    (found,) = compare([Pair("Checked", *side_by_side(kept("xy", (0.1, -0.1)), kept("uv", (0.1, -0.1))))])
    assert found.difference
    assert found.difference.error == pytest.approx(0.2)


def test_a_pseudonym_stays_with_its_author_and_says_no_name(year: Year):
    observations = year.read()
    first, again = pseudonyms(observations, SALT), pseudonyms(signed(observations, observations.author.names[5:]), SALT)
    assert first[5] == again[0]
    assert not set(first) & set(observations.author.names)
    assert not set(first) & set(pseudonyms(observations, b"other salt"))


def test_blocks_of_very_many_authors_are_only_the_same_among_the_same_authors(year: Year):
    names = tuple(f"m{number:04d}" for number in range(300))
    first, again = (pseudonyms(signed(year.read(), names), SALT) for _ in range(2))
    others = pseudonyms(signed(year.read(), (*names[:-1], "somebody else")), SALT)
    assert len(first) == MOST_BLOCKS
    assert first == again
    assert not set(first) & set(others)
