"""What callers were told of the answers stays while models are swapped."""

from dataclasses import replace

from insight_classifier.definition import Definition
from service.models.rules import contract


def test_flags_that_need_a_person_are_told_by_their_quotes_and_belong_to_the_contract(definition: Definition):
    members = [replace(member, evidence=0 if member.evidence else 1) for member in definition.dimensions[0].members]
    other = replace(definition, dimensions=(replace(definition.dimensions[0], members=tuple(members)), *definition.dimensions[1:]))
    assert contract(other) != contract(definition)
