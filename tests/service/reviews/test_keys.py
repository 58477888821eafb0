"""Keys follow the definition, whichever it is."""

import pytest

from insight_classifier.definition import Definition
from insight_classifier.definition_reader import read_definition
from service.reviews.keys import POOL, TAKEN, member_keys
from tests.service.test_other_definition import OTHER


@pytest.fixture(params=["home_office", "other"])
def any_definition(request: pytest.FixtureRequest, definition: Definition) -> Definition:
    return definition if request.param == "home_office" else read_definition(OTHER)


def test_each_member_has_a_key_of_its_own_in_the_definitions_order(any_definition: Definition) -> None:
    named = [(dimension.name, name) for dimension in any_definition.dimensions for name in dimension.names]
    keys = member_keys(any_definition)
    assert list(keys) == named
    assert list(keys.values()) == POOL[: len(named)]


def test_no_key_does_two_things() -> None:
    assert len(set(POOL)) == len(POOL)
    assert not TAKEN & set(POOL)
