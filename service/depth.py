"""How deep JSON is nested. What is deeper than anyone means would end some reader or writer of it, at a depth that nobody chose."""

from collections.abc import Mapping

DEEPEST = 64


def is_too_deep(value: object, most: int = DEEPEST) -> bool:
    """Whether objects and lists are nested in more than so many levels. Takes any depth."""
    level = [value]
    for _ in range(most):
        level = [inner for outer in level if isinstance(outer, Mapping | list) for inner in _inside(outer)]
        if not level:
            return False
    return True


def _inside(outer: Mapping[str, object] | list[object]) -> list[object]:
    """What can hold something itself."""
    return [inner for inner in (outer.values() if isinstance(outer, Mapping) else outer) if isinstance(inner, Mapping | list)]
