"""The bank of coaching questions in a definition: needs of a note, each with questions that deepen from step to step. Pure.

A need says what a note lacks, by a rule over its checks and by the levels it reached. One without a lack is for notes that have everything.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from insight_classifier.rule import Rule

STEPS = ("first", "deeper", "deepest")
SLOT = re.compile(r"\{([^{}]*)\}")

Steps = Mapping[str, tuple[str, ...]]  # questions by step; a step may be left out


@dataclass(frozen=True)
class Need:
    """One thing that a note may need. `levels`: by scale, the names of the levels that are a lack.

    `topics`: by choice and option, questions that fit what the note is about. `after`: what must be there before it makes sense to ask.
    """

    name: str
    title: str
    questions: Steps
    lacks: Rule | None = None
    levels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    after: Rule | None = None
    topics: Mapping[str, Mapping[str, Steps]] = field(default_factory=dict)

    @property
    def names_a_lack(self) -> bool:
        return self.lacks is not None or bool(self.levels)

    def holds(self, met: Mapping[str, bool], reached: Mapping[str, str]) -> bool:
        """Whether a note with these checks and levels (by name) really lacks it."""
        by_rule = self.lacks is None or self.lacks(met)
        return self.names_a_lack and by_rule and all(reached[scale] in names for scale, names in self.levels.items())

    def fits(self, met: Mapping[str, bool]) -> bool:
        return self.after is None or self.after(met)

    def every_step(self) -> Iterator[Steps]:
        """The plain questions, then those of each topic."""
        yield self.questions
        yield from (steps for options in self.topics.values() for steps in options.values())

    def every_question(self) -> Iterator[str]:
        for steps in self.every_step():
            for step in STEPS:
                yield from steps.get(step, ())


def slots(question: str) -> tuple[str, ...]:
    """The tags whose quotes a question is filled with."""
    return tuple(SLOT.findall(question))


def filled(question: str, phrases: Mapping[str, str]) -> str | None:
    """The question with the note's own words in its slots; None where a slot has none."""
    if not all(name in phrases for name in slots(question)):
        return None
    return SLOT.sub(lambda match: phrases[match.group(1)], question)
