"""The next questions to ask: first what a note really lacks, then deeper; chosen for what it says, and in its words where that reads well.

The same note is always asked the same; two notes that lack the same are asked in different words.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence

from insight_classifier.definition import Definition, Dimension
from insight_classifier.judgement import Check, Level, Option, Verdict
from insight_classifier.lacks import checks_met, lacks
from insight_classifier.phrases import phrases
from insight_classifier.questions import STEPS, Need, Steps, filled, slots

MOST = 3
ON_TOPIC = 0.5  # less sure of what a note is about, it is asked without it


def coaching(definition: Definition, verdicts: Mapping[str, Verdict], note_id: str = "") -> tuple[str, ...]:
    """The questions that fit the verdicts: at most three from the bank, of which reminders of a lane may take the last.

    A definition without a bank asks what its members ask, in its order.
    """
    if not definition.questions:
        return tuple(dict.fromkeys(_of_members(definition.dimensions, verdicts)))
    reminders = tuple(dict.fromkeys(_of_members([d for d in definition.dimensions if d.lane], verdicts)))
    room = max(MOST - len(reminders), 1)
    return (*_asked(definition, verdicts, note_id, room), *reminders)


def chain(need: Need, definition: Definition, verdicts: Mapping[str, Verdict], note_id: str = "") -> tuple[str, ...]:
    """The questions of one need for a note, each deeper than the one before."""
    words = phrases(definition, verdicts)
    found = (_picked(need, step, verdicts, words, note_id) for step in STEPS)
    return tuple(dict.fromkeys(question for question in found if question))


def _asked(definition: Definition, verdicts: Mapping[str, Verdict], note_id: str, room: int) -> list[str]:
    """One question for each lack, then deeper into the first; where nothing lacks, what a need without a lack asks."""
    needs = lacks(definition, verdicts) or tuple(_beyond(definition, verdicts))[:1]
    words = phrases(definition, verdicts)
    order = [(need, STEPS[0]) for need in needs] + [(need, step) for need in needs for step in STEPS[1:]]
    found: list[str] = []
    for need, step in order:
        question = _picked(need, step, verdicts, words, note_id)
        if question and question not in found:
            found.append(question)
    return found[:room]


def _beyond(definition: Definition, verdicts: Mapping[str, Verdict]) -> Iterator[Need]:
    """The needs that claim no lack."""
    met = checks_met(verdicts)
    return (need for need in definition.questions if not need.names_a_lack and need.fits(met))


def _picked(need: Need, step: str, verdicts: Mapping[str, Verdict], words: Mapping[str, str], note_id: str) -> str | None:
    """One of a step's questions by the note's id: one that says something of this note where there is any, else a plain one."""
    plain = need.questions.get(step, ())
    close = [text for question in plain if slots(question) and (text := filled(question, words))]
    for steps in _on_topic(need, verdicts):
        close += [text for question in steps.get(step, ()) if (text := filled(question, words))]
    pool = close or [question for question in plain if not slots(question)]
    return pool[_lot(note_id, need.name, step) % len(pool)] if pool else None


def _on_topic(need: Need, verdicts: Mapping[str, Verdict]) -> Iterator[Steps]:
    for choice, options in need.topics.items():
        verdict = verdicts[choice]
        if isinstance(verdict, Option) and verdict.name in options and verdict.probabilities.get(verdict.name, 1.0) >= ON_TOPIC:
            yield options[verdict.name]


def _lot(*parts: str) -> int:
    """The same number for the same words, on every machine."""
    return int.from_bytes(hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).digest()[:8], "big")


def _of_members(dimensions: Sequence[Dimension], verdicts: Mapping[str, Verdict]) -> Iterator[str]:
    met = checks_met(verdicts)
    for dimension in dimensions:
        verdict = verdicts[dimension.name]
        if isinstance(verdict, Level):
            yield from dimension.members[verdict.level].coaching
        elif isinstance(verdict, Mapping):
            yield from _of_checks(dimension, verdict, met)


def _of_checks(dimension: Dimension, verdict: Mapping[str, Check], met: Mapping[str, bool]) -> Iterator[str]:
    """A check is asked for where it is missing, but not before those that it requires."""
    for member in dimension.members:
        due = member.coach_when(met) if member.coach_when else not verdict[member.name].met
        if due and all(met[need] for need in member.requires):
            yield from member.coaching
