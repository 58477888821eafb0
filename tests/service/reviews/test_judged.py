"""A stored judgement is read back as it was made."""

from dataclasses import replace

import pytest

from insight_classifier.definition import Definition
from insight_classifier.definition_reader import read_definition
from insight_classifier.notes import Note
from insight_classifier.predictor import Predictor
from service.reviews.judged import judgement_of
from tests.service.conftest import HARM
from tests.service.test_other_definition import OTHER, judged


@pytest.mark.parametrize("more", [{}, {"next_steps": "Send the slides."}], ids=["one field", "two fields"])
def test_a_judgement_is_the_same_again(predictor: Predictor, more: dict[str, str]) -> None:
    [made] = predictor.judge([Note("x", {"text": HARM, **more})])
    again = judgement_of(made.to_dict(), predictor.definition)
    assert again is not None
    assert replace(again, single_field=made.single_field).to_dict() == made.to_dict()


def test_a_judgement_of_another_definition_is_none(definition: Definition) -> None:
    other = read_definition(OTHER)
    stored = judged(Note("x", {other.main_field: "Router dropped out."}), other).to_dict()
    assert judgement_of(stored, other) is not None
    assert judgement_of(stored, definition) is None
