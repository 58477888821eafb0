"""Verdicts under the second definition, for the tests of its bank of questions."""

from insight_classifier.definition import Definition, Dimension
from insight_classifier.judgement import Check, Judgement, Level, Option, Origin, Span, Verdict


def banked_verdicts(definition: Definition, level: int = 4, sure: float = 0.99, **met: bool) -> dict[str, Verdict]:
    """What is met or not is so with that probability; the evidence of each check are the same words."""
    quote = (Span("transcript", 0, 24, "the day unit has no lift"),)
    checks = definition.dimension("resolution").names
    return {
        "resolution": {
            name: Check(met.get(name, False), sure if met.get(name) else 1 - sure, quote if met.get(name) else ()) for name in checks
        },
        "patience": Level(level, definition.dimension("patience").names[level], tuple(float(i == level) for i in range(5))),
        "topic": Option("invoice", {"invoice": 0.9, "shipment": 0.1, "defect": 0.0}),
    }


def judged(definition: Definition, note_id: str, level: int = 4, **met: bool) -> Judgement:
    """A judgement of a note with such verdicts."""
    origin = Origin("x", "1", "0")
    verdicts = banked_verdicts(definition, level, **met)
    return Judgement(note_id, definition.label.unmet, 0.5, verdicts, False, (), (), origin, origin)


def nothing(dimension: Dimension) -> Verdict:
    """The lowest level, no check, the first option: as people would say it."""
    if dimension.kind == "scale":
        return Level(0, dimension.names[0], ())
    if dimension.kind == "choice":
        return Option(dimension.names[0], {})
    return {name: Check(False, None) for name in dimension.names}
