"""Notes that are one check short of the label. Pure."""

from collections.abc import Mapping

from insight_classifier.definition import Definition


def is_near_miss(definition: Definition, met: Mapping[str, bool]) -> bool:
    """Whether the label's rule does not hold, and would with one of its checks the other way; `met`: every check by name."""
    rule = definition.label.rule
    if rule(definition.held(met)):
        return False
    return any(rule(definition.held({**met, name: not met[name]})) for name in rule.names)
