"""The parts of a definition that a label says something of, each as classes with numbers from 0."""

from dataclasses import dataclass

from insight_classifier.definition import Definition
from insight_classifier.errors import ArgumentError
from insight_classifier.notes import LabelledNote

UNKNOWN = -1


@dataclass(frozen=True)
class Part:
    """A check (classes: not met, met), a scale or a choice. `threshold`: the chance from which a check counts as met."""

    dimension: str
    member: str | None
    classes: tuple[str, ...]
    threshold: float = 0.5

    @property
    def name(self) -> str:
        """As a model's heads are named."""
        return self.member or self.dimension

    def label(self, note: LabelledNote) -> int:
        """What a person said of it; UNKNOWN where nobody did."""
        if self.member is not None:
            met = note.checks.get(self.member)
            return UNKNOWN if met is None else int(met)
        if self.dimension in note.levels:
            return note.levels[self.dimension]
        option = note.options.get(self.dimension)
        return UNKNOWN if option is None else self.classes.index(option)


def parts_of(definition: Definition, dimension: str) -> tuple[Part, ...]:
    """Those of one dimension. Raises ArgumentError where there is none of this name, or none that is learned."""
    known = {item.name: item for item in definition.dimensions}
    if dimension not in known:
        raise ArgumentError(f"there is no dimension {dimension!r}. Use {', '.join(known)}")
    found = known[dimension]
    if found.kind != "checks":
        return (Part(dimension, None, found.names),)
    parts = tuple(Part(dimension, member.name, ("not met", "met"), member.threshold) for member in found.learned)
    if not parts:
        raise ArgumentError(f"{dimension}: nothing of it is learned, rules alone judge it. Use another dimension")
    return parts
