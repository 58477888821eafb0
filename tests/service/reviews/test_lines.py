"""What a line quotes of a note."""

from insight_classifier.definition import Definition
from service.reviews.lines import LONGEST, snippet


def test_without_a_search_it_is_the_beginning(definition: Definition) -> None:
    shown = snippet({definition.main_field: "word " * 100}, [], definition)
    assert "".join(text for text, _ in shown) == ("word " * 100)[:LONGEST] + "…"


def test_with_a_search_it_is_about_the_first_place(definition: Definition) -> None:
    text = "x" * 500 + " renal data, renal " + "y" * 500
    marks = [{"field": definition.main_field, "start": at, "end": at + 5} for at in (501, 513)]
    shown = snippet({definition.main_field: text}, marks, definition)
    assert [piece for piece, sought in shown if sought] == ["renal", "renal"]
    assert "".join(piece for piece, _ in shown)[1:-1] in text


def test_a_place_across_the_end_is_cut(definition: Definition) -> None:
    text = "z" * 400
    shown = snippet({definition.main_field: text}, [{"field": definition.main_field, "start": 0, "end": 400}], definition)
    assert [piece for piece, sought in shown if sought] == ["z" * LONGEST]
