"""The form of a bulk: what it makes of what was chosen, by the definition alone."""

import pytest

from insight_classifier.definition import Definition
from service.bulks.forms import bulk_of, groups
from service.errors import RequestError


def test_every_member_can_be_chosen_and_nothing_else(definition: Definition) -> None:
    offered = groups(definition, {})
    assert [group.dimension.name for group in offered] == [dimension.name for dimension in definition.dimensions]
    checks, scale = next(definition.of_kind("checks")), next(definition.of_kind("scale"))
    form = {"act": "change", f"change.{checks.name}.{checks.names[0]}": "no", f"change.{scale.name}": scale.names[1], "change.x": "yes"}
    assert bulk_of(form, definition).changes == {checks.name: {checks.names[0]: False}, scale.name: 1}


def test_what_was_chosen_stays_chosen(definition: Definition) -> None:
    choice = next(definition.of_kind("choice"))
    field = f"change.{choice.name}"
    chosen = [one.chosen for group in groups(definition, {field: choice.names[2]}) for one in group.choices if one.field == field]
    assert chosen == [choice.names[2]]


@pytest.mark.parametrize("act", ["", "adjudicate", "change"])
def test_an_act_that_is_missing_or_empty_is_refused(definition: Definition, act: str) -> None:
    with pytest.raises(RequestError, match="Choose"):
        bulk_of({"act": act}, definition)


def test_values_without_the_act_to_change_are_not_dropped_in_silence(definition: Definition) -> None:
    choice = next(definition.of_kind("choice"))
    with pytest.raises(RequestError, match="not to change"):
        bulk_of({"act": "confirm", f"change.{choice.name}": choice.names[0]}, definition)
