"""A thing is counted where it could be there, and only there."""

import pytest

from insight_classifier.definition import Definition
from insight_classifier.digests.practice import has, practices
from tests.insight_classifier.verdicts import banked_verdicts, nothing


def test_each_need_with_a_lack_is_counted(support_call_with_bank: Definition) -> None:
    found = practices(support_call_with_bank, [banked_verdicts(support_call_with_bank, cause_named=met) for met in (True, True, False)])
    assert [(one.need.name, one.notes, one.there) for one in found] == [("cause", 3, 2), ("promise", 2, 0), ("patience", 3, 3)]


@pytest.mark.parametrize(("cause", "answer"), [(False, None), (True, False)])
def test_what_builds_on_something_counts_where_that_is_there(cause: bool, answer: bool | None, support_call_with_bank: Definition) -> None:
    promise = support_call_with_bank.questions[1]
    assert has(promise, support_call_with_bank, banked_verdicts(support_call_with_bank, cause_named=cause)) is answer


def test_a_level_counts_where_the_note_came_so_far(definition: Definition) -> None:
    """Who asked no question cannot have failed to build on an answer."""
    lowest = {dimension.name: nothing(dimension) for dimension in definition.dimensions}
    ladder = [need for need in definition.questions if need.levels]
    assert [has(need, definition, lowest) for need in ladder] == [False, *[None] * (len(ladder) - 1)]


def test_no_note_has_no_share(support_call_with_bank: Definition) -> None:
    assert {one.share for one in practices(support_call_with_bank, [])} == {0.0}
