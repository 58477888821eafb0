"""How often notes have what a need asks for, counted where it could be there. Pure.

A need counts where what it builds on is there, and on a scale where the note came so far: who asked nothing could not ask deeper.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from insight_classifier.definition import Definition
from insight_classifier.judgement import Verdict
from insight_classifier.lacks import checks_met, levels_reached
from insight_classifier.questions import Need


@dataclass(frozen=True)
class Practice:
    """`notes`: in which the thing could be there; `there`: in which it is."""

    need: Need
    notes: int
    there: int

    @property
    def lacking(self) -> int:
        return self.notes - self.there

    @property
    def share(self) -> float:
        """Of the notes in which it could be there; 0 where there is none."""
        return self.there / self.notes if self.notes else 0.0


def practices(definition: Definition, judged: Iterable[Mapping[str, Verdict]]) -> tuple[Practice, ...]:
    """One for each need that names a lack, in the bank's order. `judged`: the verdicts on each note."""
    kept = list(judged)
    return tuple(_practice(need, definition, kept) for need in definition.questions if need.names_a_lack)


def has(need: Need, definition: Definition, verdicts: Mapping[str, Verdict]) -> bool | None:
    """Whether a note has what the need asks for; None where it could not be there."""
    met, reached = checks_met(verdicts), levels_reached(verdicts)
    if not need.fits(met) or not _came_so_far(need, definition, reached):
        return None
    return not need.holds(met, reached)


def _practice(need: Need, definition: Definition, judged: Iterable[Mapping[str, Verdict]]) -> Practice:
    found = [answer for verdicts in judged if (answer := has(need, definition, verdicts)) is not None]
    return Practice(need, len(found), sum(found))


def _came_so_far(need: Need, definition: Definition, reached: Mapping[str, str]) -> bool:
    for scale, lacking in need.levels.items():
        names = definition.dimension(scale).names
        if names.index(reached[scale]) < min(map(names.index, lacking)):
            return False
    return True
