"""Depth is told for any depth."""

from typing import Any

import pytest

from service.depth import is_too_deep


def nested(levels: int) -> Any:
    value: Any = "text"
    for level in range(levels):
        value = [1, value] if level % 2 else {"key": value, "other": 1}
    return value


@pytest.mark.parametrize(("levels", "deep"), [(0, False), (3, False), (4, True), (100_000, True)])
def test_what_is_nested_in_more_levels_is_too_deep(levels: int, deep: bool) -> None:
    assert is_too_deep(nested(levels), 3) is deep


def test_many_things_side_by_side_are_not() -> None:
    assert not is_too_deep([{"a": [1, {"b": 2}]}] * 1000, 4)
