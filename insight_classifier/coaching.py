"""The next question to ask: what the note lacks, in the words of the definition."""

from collections.abc import Iterator, Mapping

from insight_classifier.definition import Definition, Dimension
from insight_classifier.judgement import Check, Level, Verdict


def coaching(definition: Definition, verdicts: Mapping[str, Verdict]) -> tuple[str, ...]:
    """The coaching questions that fit the verdicts, in the definition's order."""
    met = {name: check.met for verdict in verdicts.values() if isinstance(verdict, Mapping) for name, check in verdict.items()}
    found: list[str] = []
    for dimension in definition.dimensions:
        verdict = verdicts[dimension.name]
        if isinstance(verdict, Level):
            found += dimension.members[verdict.level].coaching
        elif isinstance(verdict, Mapping):
            found += _of_checks(dimension, verdict, met)
    return tuple(dict.fromkeys(found))


def _of_checks(dimension: Dimension, verdict: Mapping[str, Check], met: Mapping[str, bool]) -> Iterator[str]:
    """A check is asked for where it is missing, but not before those that it requires."""
    for member in dimension.members:
        due = member.coach_when(met) if member.coach_when else not verdict[member.name].met
        if due and all(met[need] for need in member.requires):
            yield from member.coaching
