"""Slices cover the notes, show their number, and claim nothing of a few."""

import pytest

from insight_classifier.definition import Definition
from insight_classifier.notes import LabelledNote, Note
from tests.training.noisy_judge import NoisyJudge
from training.aligned import align
from training.slices import Slice, slices, tenure_pair


@pytest.fixture(scope="module")
def found(definition: Definition, labelled: list[LabelledNote]) -> list[Slice]:
    judged = NoisyJudge(definition, labelled).judge([item.note for item in labelled])
    return slices(align(definition, labelled, judged), definition, rounds=20)


def with_msl(msl: str | None) -> LabelledNote:
    return LabelledNote(Note("x", {"text": "x"}, {"msl": msl}), {}, {}, {}, ())


@pytest.mark.parametrize("by", ["length", "therapeutic_area", "tenure", "channel", "writer"])
def test_the_slices_of_a_kind_hold_every_note_once(found: list[Slice], labelled: list[LabelledNote], by: str) -> None:
    assert sum(part.notes for part in found if part.by == by) == len(labelled)


def test_lengths_are_cut_at_quartiles(found: list[Slice], labelled: list[LabelledNote]) -> None:
    sizes = [part.notes for part in found if part.by == "length"]
    assert len(sizes) == 4
    assert max(sizes) - min(sizes) <= 4


def test_a_slice_is_measured_on_the_label_and_its_criteria(found: list[Slice], definition: Definition) -> None:
    parts = {name.rpartition(".")[0].rpartition(".")[2] for name in found[0].values}
    assert parts == {"label", *definition.label.rule.names}


def test_a_slice_measures_its_own_notes(found: list[Slice]) -> None:
    values = {round(part.values["label.f1"].value, 6) for part in found if part.by == "length"}
    assert len(values) > 1


def test_nothing_is_claimed_under_thirty_notes(found: list[Slice]) -> None:
    assert all(part.claim == (part.notes >= 30) for part in found)
    assert not all(part.claim for part in found)


@pytest.mark.parametrize(("msl", "pair"), [("m01", "m01, m02"), ("m02", "m01, m02"), ("m05", "m05, m06"), ("anna", None), (None, None)])
def test_msls_are_paired_by_tenure(msl: str | None, pair: str | None) -> None:
    assert tenure_pair(with_msl(msl)) == pair
