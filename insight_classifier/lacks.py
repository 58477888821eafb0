"""What a note lacks, by the needs of the bank: the weightiest of which one may be certain first, else the surest."""

from collections.abc import Mapping

from insight_classifier.definition import Definition
from insight_classifier.judgement import Check, Level, Verdict
from insight_classifier.questions import Need
from insight_classifier.rule import Rule

FIRM = 0.97  # so sure of a lack, the weightiest goes first; else the surest
LEAST = 0.6  # less sure of a lack, nobody is told of it


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
