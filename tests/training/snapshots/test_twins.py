"""Notes with the same words, or nearly."""

from insight_classifier.notes import LabelledNote, Note
from training.snapshots.twins import straddling, twins

TEXT = "She will not start it in stage four since the trial stopped at thirty, and two were admitted for potassium on the older drug"


def notes(*texts: str) -> list[LabelledNote]:
    return [LabelledNote(Note(str(number), {"text": text}), {}, {}, {}, ()) for number, text in enumerate(texts)]


def test_case_and_punctuation_make_no_other_note() -> None:
    assert twins(notes(TEXT, "He asked for the slides.", TEXT.upper() + "!")) == [[0, 2]]


def test_one_word_of_many_makes_no_other_note() -> None:
    assert twins(notes(TEXT, TEXT.replace("winter", "summer"))) == [[0, 1]]


def test_half_of_the_words_make_another_note() -> None:
    assert twins(notes(TEXT, TEXT[: len(TEXT) // 2] + " but he would gladly begin at once with his own patients at home")) == []


def test_the_lowest_rank_stays_with_all_of_its_side() -> None:
    assert straddling([[0, 1, 2]], ["train", "test", "train"], [5, 3, 5]) == {0: 1, 2: 1}
