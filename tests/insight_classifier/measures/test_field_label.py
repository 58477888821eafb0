"""The author's label beside the home office's, on notes whose answer is counted by hand."""

import pytest
from typer.testing import CliRunner

from insight_classifier.cli import make_app
from insight_classifier.definition import Definition
from insight_classifier.measures.field_label import field_label
from insight_classifier.notes import LabelledNote, Note
from tests.conftest import DATA


def note(definition: Definition, number: int, ticked: bool | None, met: int, author: int) -> LabelledNote:
    """`met`: how many of the rule's checks, in its order, are met."""
    words = {meant == definition.label.met: word for word, meant in definition.label.crm_values.items()}
    facts = {"msl": f"m{author}"} | ({} if ticked is None else {"field_label": words[ticked]})
    checks = {name: place < met for place, name in enumerate(definition.label.rule.names)}
    return LabelledNote(Note(str(number), {"text": "x"}, facts), checks, {}, {}, ())


@pytest.fixture
def notes(definition: Definition) -> list[LabelledNote]:
    """Authors who tick whatever meets the first check; 12 of 36 notes are an insight to them and to the home office."""
    every = len(definition.label.rule.names)
    kinds = [(True, every), (True, 1), (False, 0)]
    return [note(definition, number, *kinds[number % 3], number % 6) for number in range(36)]


def test_the_four_cells_are_counted(definition: Definition, notes: list[LabelledNote]):
    found = field_label([*notes, note(definition, 99, None, 1, 0)], definition)
    assert found is not None
    assert (found.notes, found.authors) == (36, 6)
    assert (found.both, found.author_only, found.home_only, found.neither) == (12, 12, 0, 12)
    assert found.agreement.value == pytest.approx(2 / 3)
    assert found.kappa is not None
    assert found.kappa.value == pytest.approx(0.4)


def test_what_the_tick_rests_on_is_told_by_check(definition: Definition, notes: list[LabelledNote]):
    found = field_label(notes, definition)
    assert found is not None
    first, *_, last = found.criteria
    assert first.weight is not None
    assert last.missing is not None
    assert (first.weight.value, last.missing.value) == (1.0, 1.0)
    assert first.missing is not None
    assert first.missing.value == 0.0


def test_without_ticks_nothing_is_said(definition: Definition):
    assert field_label([note(definition, 1, None, 1, 0)], definition) is None


def test_few_notes_have_no_range(definition: Definition, notes: list[LabelledNote]):
    found = field_label(notes[:9], definition)
    assert found is not None
    assert found.agreement.range is None


def test_the_command_tells_it_in_words():
    result = CliRunner().invoke(make_app(), ["field-label", str(DATA / "notes" / "writer_a.jsonl")])
    assert result.exit_code == 0, result.output
    assert "beyond chance (kappa)" in result.output
