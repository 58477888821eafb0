import numpy as np
import pytest

from insight_classifier.measures.words import content_words, likeness, rarity


def stems(text: str) -> list[str]:
    return [stem for stem, _ in content_words(text)]


def test_words_and_pairs_are_kept_and_what_any_note_says_is_not():
    assert stems("She said that the prior auth, today.") == ["prior", "auth", "prior auth"]


def test_plurals_are_one_word_and_their_writing_is_kept():
    assert content_words("titration of biologics") == [("titration", "titration"), ("biologic", "biologics")]
    assert content_words("RSV therapies") == [("RSV".lower(), "RSV"), ("therapy", "therapies"), ("rsv therapy", "RSV therapies")]


@pytest.mark.parametrize("name", ["Dr Feldstein", "dr. van der Berg", "Prof. Anne Lee-Smith"])
def test_people_behind_a_title_are_left_out(name: str):
    assert stems(f"{name} holds infusions") == ["hold", "infusion", "hold infusion"]


def test_an_abbreviation_behind_a_name_is_none():
    assert stems("Dr Abara: HIV clinic") == stems("Dr Abara HIV clinic") == ["hiv", "clinic", "hiv clinic"]


def test_pairs_do_not_reach_over_the_end_of_a_sentence():
    assert "renal hyperkalaemia" not in stems("Cohort was renal. Hyperkalaemia followed.")


def test_markup_is_no_word():
    assert stems("<p>renal&nbsp;cohort</p>") == ["renal", "cohort", "renal cohort"]


def test_a_word_of_one_author_joins_nothing():
    notes = [frozenset(["habit", "renal"]), frozenset(["habit"]), frozenset(["renal"])]
    assert set(rarity(notes, ["a", "a", "b"])) == {"renal"}


def test_a_word_of_a_third_of_many_notes_joins_nothing():
    notes = [frozenset(["common"] if number % 3 == 0 else ["rare"] if number < 5 else []) for number in range(99)]
    assert set(rarity(notes, [str(number) for number in range(99)])) == {"rare"}


def test_likeness_is_the_cosine_of_words_by_rarity():
    notes = [frozenset(["a", "b"]), frozenset(["b", "c"]), frozenset(["d"])]
    rare = {"a": 1.0, "b": 2.0, "c": 2.0}
    expected = np.array([[1, 4 / np.sqrt(5 * 8), 0], [4 / np.sqrt(5 * 8), 1, 0], [0, 0, 0]])
    assert likeness(notes, rare) == pytest.approx(expected, abs=1e-6)
