"""The next questions to ask: first what a note really lacks, then deeper; chosen for what it says, and in its words where that reads well.

The same note is always asked the same; two notes that lack the same are asked in different words.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence

from insight_classifier.definition import Definition, Dimension
from insight_classifier.judgement import Check, Level, Option, Verdict
from insight_classifier.phrases import phrases
from insight_classifier.questions import STEPS, Need, Steps, filled, slots
from insight_classifier.rule import Rule

MOST = 3
FIRM = 0.97  # so sure of a lack, the weightiest goes first; else the surest
LEAST = 0.6  # less sure of a lack, nobody is told of it
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


def lacks(definition: Definition, verdicts: Mapping[str, Verdict]) -> tuple[Need, ...]:
    """The needs of the bank that the note has, in the order in which they are asked: the first is one that it surely has."""
    met, reached = checks_met(verdicts), levels_reached(verdicts)
    sure = {
        need.name: chance
        for need in definition.questions
        if need.holds(met, reached) and need.fits(met) and (chance := sureness(need, definition, verdicts)) >= LEAST
    }
    found = [need for need in definition.questions if need.name in sure]
    best = next((need for need in found if sure[need.name] >= FIRM), max(found, key=lambda need: sure[need.name], default=None))
    return tuple(sorted(found, key=lambda need: need is not best))


def sureness(need: Need, definition: Definition, verdicts: Mapping[str, Verdict]) -> float:
    """The chance that the note has the lack; 1 where people said so, who give no probabilities."""
    chances = [_chance(need.lacks, definition, verdicts)] if need.lacks else []
    for scale, names in need.levels.items():
        verdict = verdicts[scale]
        if isinstance(verdict, Level) and verdict.probabilities:
            chances.append(
                sum(p for name, p in zip(definition.dimension(scale).names, verdict.probabilities, strict=True) if name in names)
            )
    return min(chances, default=1.0)


def checks_met(verdicts: Mapping[str, Verdict]) -> dict[str, bool]:
    """Every check by its name."""
    return {name: check.met for verdict in verdicts.values() if isinstance(verdict, Mapping) for name, check in verdict.items()}


def levels_reached(verdicts: Mapping[str, Verdict]) -> dict[str, str]:
    """The name of the level on every scale."""
    return {scale: verdict.name for scale, verdict in verdicts.items() if isinstance(verdict, Level)}


def _chance(rule: Rule, definition: Definition, verdicts: Mapping[str, Verdict]) -> float:
    """Of a rule over checks, taken for independent of each other."""
    names, rows = definition.rows_where(rule)
    checks = {name: check for verdict in verdicts.values() if isinstance(verdict, Mapping) for name, check in verdict.items()}
    yes = [_yes(checks[name]) for name in names]
    total = 0.0
    for row in rows:
        product = 1.0
        for met, chance in zip(row, yes, strict=True):
            product *= chance if met else 1 - chance
        total += product
    return total


def _yes(check: Check) -> float:
    return float(check.met) if check.probability is None else check.probability


def _asked(definition: Definition, verdicts: Mapping[str, Verdict], note_id: str, room: int) -> list[str]:
    """One question for each lack, then deeper into the first; where nothing lacks, what a need without a lack asks."""
    needs = lacks(definition, verdicts) or tuple(_beyond(definition, verdicts))[:1]
    words = phrases(definition, verdicts)
    order = [(need, STEPS[0]) for need in needs] + [(need, step) for need in needs for step in STEPS[1:]]
    found: list[str] = []
    for need, step in order:
        question = _picked(need, step, definition, verdicts, words, note_id)
        if question and question not in found:
            found.append(question)
    return found[:room]


def _beyond(definition: Definition, verdicts: Mapping[str, Verdict]) -> Iterator[Need]:
    """The needs that claim no lack."""
    met = checks_met(verdicts)
    return (need for need in definition.questions if not need.names_a_lack and need.fits(met))


def _picked(
    need: Need, step: str, definition: Definition, verdicts: Mapping[str, Verdict], words: Mapping[str, str], note_id: str
) -> str | None:
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
