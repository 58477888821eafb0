"""What commands that measure have in common: filters, measures by name, whom they refuse to single out, and what they warn of."""

from collections.abc import Sequence

from insight_classifier.command import tell
from insight_classifier.definition import Definition
from insight_classifier.errors import ArgumentError
from insight_classifier.measures.drawn import unlike
from insight_classifier.measures.facts import AUTHOR, SAME
from insight_classifier.measures.measure import Measure
from insight_classifier.measures.observations import Observations


def read_filters(where: Sequence[str]) -> dict[str, str]:
    """--where as a mapping. Raises ArgumentError."""
    found: dict[str, str] = {}
    for item in where:
        key, equals, value = item.partition("=")
        if not equals or not key or not value:
            raise ArgumentError(f"--where {item[:60]}: write NAME=VALUE, as country=DE")
        if key in found:
            raise ArgumentError(f"--where names {key} twice: give one value, or group by it with --by {key}")
        found[key] = value
    return found


def refuse_people(names: Sequence[str]) -> None:
    """Nobody compares people here, and a file tells nobody who looks. Raises ArgumentError."""
    for name in names:
        if name in SAME[AUTHOR]:
            raise ArgumentError(
                f"{name}: figures of one author are for that person alone, on their own page. Use team, country or tenure_band"
            )


def chosen_measures(known: Sequence[Measure], names: Sequence[str], definition: Definition, *, grouped: bool) -> list[Measure]:
    """Those that are named; else all, or of groups the label, the declared ones, its checks and the means. Raises ArgumentError."""
    by_name = {measure.name: measure for measure in known}
    for name in names:
        if name not in by_name:
            raise ArgumentError(f"--measure {name[:60]}: there is none. Use {', '.join(by_name)}")
    if names:
        return [by_name[name] for name in dict.fromkeys(names)]
    if not grouped:
        return list(known)
    return [one for one in known if one.dimension is None or one.mean_of or one.name in definition.label.rule.names]


def warn(observations: Observations) -> None:
    """What a reader must know beside the figures, on standard error."""
    definition = observations.definition
    others = sum(count for (_, print_, _), count in observations.origins.items() if print_ != definition.fingerprint)
    judges = {model for _, _, model in observations.origins}
    unsigned = int((observations.author.codes < 0).sum())
    if observations.failed:
        tell(f"left out as they could not be judged: {observations.failed:,} notes")
    if others:
        tell(f"judged under another version of {definition.name}: {others:,} notes. Judge them again, or give --definition")
    if len(judges) > 1:
        tell(f"judged by {len(judges)} models: a difference in time may be theirs. Judge all with one")
    if observations.audit.elsewhere:
        tell(f"left out as their notes are not measured: {observations.audit.elsewhere:,} labels")
    if names := unlike(observations):
        tell(f"the labelled notes are unlike the others in {', '.join(names)}: were they drawn by chance? If not, no range here holds")
    if not observations.author.names:
        tell(
            "no note names its author (author or msl), so nothing can be told of certainty or of groups. Give --notes FILE, which has them"
        )
    elif unsigned:
        tell(f"counted as of one more author, as they name none: {unsigned:,} notes")
