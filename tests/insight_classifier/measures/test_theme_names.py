from insight_classifier.measures.theme_names import name_of
from insight_classifier.measures.words import content_words

NOTES = [content_words(text) for text in ("Prior auth takes EGFR results", "the prior auth again", "prior auths; EGFR result late")]
RARE = {"prior": 1.0, "auth": 1.0, "prior auth": 1.5, "egfr": 2.0, "late": 9.0, "egfr result": 1.0}


def test_a_name_is_of_words_that_several_notes_share_as_they_write_them():
    assert name_of(NOTES, RARE) == "prior auth, EGFR"


def test_a_word_of_one_note_names_no_theme():
    assert "late" not in name_of(NOTES, RARE)


def test_notes_that_share_nothing_rare_have_no_name():
    assert name_of(NOTES, {}) == ""
