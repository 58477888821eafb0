"""What changed in the bank of questions is said, and takes no new model."""

from collections.abc import Callable
from pathlib import Path

import pytest

from insight_classifier.definition import Definition
from insight_classifier.definition_difference import differences
from insight_classifier.definition_reader import read_definition


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("- What came before it?", "- What went before it?", ["no longer asks: What came before it?", "now asks: What went before it?"]),
        ("title: The cause", "title: Its cause", ["The need cause is called “Its cause”, before “The cause”."]),
        ("lacks: not cause_named", "lacks: not fix_confirmed", ["`lacks` changed from `not cause_named` to `not fix_confirmed`."]),
        ("    after: cause_named\n", "", ["`after` changed from `cause_named` to none."]),
        ("[rude, curt]", "[rude]", ["stands at other levels: patience rude, before patience rude, curt."]),
        ("deeper: [", "deepest: [", ["asks the same at other steps"]),
        ("  cause:\n", "  why:\n", ["The need why is added, with 5 questions.", "The need cause is removed."]),
    ],
)
def test_a_change_of_the_bank_is_said(
    old: str, new: str, said: list[str], support_call_with_bank: Definition, banked: Callable[..., Path]
) -> None:
    swap = [(old, new)] if old != "deeper: [" else [('    deepest: ["What if it had not been new?"]\n', ""), (old, new)]
    before = support_call_with_bank if len(swap) == 1 else read_definition(banked(swap[0]))
    *found, last = differences(before, read_definition(banked(*swap)))
    assert [part in sentence for part, sentence in zip(said, found, strict=True)] == [True] * len(said)
    assert last.startswith("No model must be retrained")


def test_a_bank_that_is_added_is_told_by_its_needs(support_call: Definition, support_call_with_bank: Definition) -> None:
    assert differences(support_call, support_call_with_bank)[0] == "The need cause is added, with 5 questions."


def test_the_same_bank_did_not_change(support_call_with_bank: Definition, banked: Callable[..., Path]) -> None:
    assert differences(support_call_with_bank, read_definition(banked())) == ["Nothing changed: both definitions say the same."]
