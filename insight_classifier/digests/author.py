"""An author's private digest: what goes well first, then one habit to try, then two of their own notes as they could have been asked. Pure.

It is for the author alone: nothing here compares people.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from insight_classifier.coaching import chain
from insight_classifier.definition import Definition
from insight_classifier.digests.practice import Practice, has, practices
from insight_classifier.judgement import Judgement
from insight_classifier.lacks import lacks
from insight_classifier.questions import STEPS, Need, slots

LEAST_NOTES = 5  # fewer show no habit
LEAST_CHANCES = 3  # so often must a thing have been possible before anything is said of it
MOST_STRENGTHS = 3
GOES_WELL = 0.6
MOST_NOTES = 2


@dataclass(frozen=True)
class Habit:
    """One thing to try, and questions that try it."""

    practice: Practice
    questions: tuple[str, ...]


@dataclass(frozen=True)
class Reasked:
    """One of the author's notes, by its id, and how it could have been asked: questions that deepen."""

    note_id: str
    questions: tuple[str, ...]


@dataclass(frozen=True)
class Digest:
    """`why`: why there are neither strengths nor a habit, in words; None where there are some. `habit` is None where nothing lacks."""

    notes: int
    strengths: tuple[Practice, ...] = ()
    habit: Habit | None = None
    reasked: tuple[Reasked, ...] = ()
    why: str | None = None


def digest(definition: Definition, judgements: Sequence[Judgement]) -> Digest:
    """Of one author's notes, latest first. A definition without a bank of questions has no digest, and says so."""
    if not definition.questions:
        return Digest(len(judgements), why="The definition has no questions. Add a section questions to it.")
    if len(judgements) < LEAST_NOTES:
        return Digest(len(judgements), why=f"A digest needs {LEAST_NOTES} notes; there are {len(judgements)} so far.")
    found = [practice for practice in practices(definition, (one.verdicts for one in judgements)) if practice.notes >= LEAST_CHANCES]
    weakest = max((practice for practice in found if practice.lacking), key=lambda practice: practice.lacking, default=None)
    strengths = sorted((practice for practice in found if practice.share >= GOES_WELL and practice is not weakest), key=lambda p: -p.share)
    if weakest is None:
        return Digest(len(judgements), tuple(strengths[:MOST_STRENGTHS]))
    habit = Habit(weakest, _plain(weakest.need))
    return Digest(len(judgements), tuple(strengths[:MOST_STRENGTHS]), habit, _reasked(weakest.need, definition, judgements))


def _plain(need: Need) -> tuple[str, ...]:
    """A question of each step that goes with any note."""
    steps = ([question for question in need.questions.get(step, ()) if not slots(question)][:1] for step in STEPS)
    return tuple(question for step in steps for question in step)


def _reasked(need: Need, definition: Definition, judgements: Sequence[Judgement]) -> tuple[Reasked, ...]:
    """Of the notes that lack it, those first that surely do, the latest of them first."""
    without = [one for one in judgements if has(need, definition, one.verdicts) is False]
    surest_first = sorted(without, key=lambda one: need not in lacks(definition, one.verdicts))
    return tuple(Reasked(one.id, chain(need, definition, one.verdicts, one.id)) for one in surest_first[:MOST_NOTES])
