from insight_classifier.measures.copies import originals

LONG = [f"word{number}" for number in range(18)]


def test_almost_the_same_words_are_a_copy_of_the_first():
    assert originals([frozenset(LONG), frozenset(["another", "note"]), frozenset([*LONG, "sent", "again"])]) == [0, 1, 0]


def test_a_copy_of_a_copy_is_a_copy():
    notes = [frozenset(LONG + [f"w{n}" for n in range(at, at + 3)]) for at in range(3)]
    assert originals(notes) == [0, 0, 0]


def test_notes_that_share_half_their_words_are_no_copies():
    assert originals([frozenset(LONG), frozenset(LONG[:7] + ["other", "words", "of", "another", "subject"])]) == [0, 1]


def test_notes_without_words_are_no_copies():
    assert originals([frozenset(), frozenset()]) == [0, 1]
