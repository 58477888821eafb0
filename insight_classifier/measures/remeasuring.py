"""A later measurement beside an earlier one: what changed in how people write, and what in how they are judged. Pure.

Only what the same judge, a definition and a model, says of both can be called a change of habits. Where either has changed since, the later
notes judged by the old judge too tell the two apart: from the old notes to the new ones under the old judge is behaviour, and from the old
judge to the new one on the new notes is the judge.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from insight_classifier.errors import ArgumentError
from insight_classifier.judgement import Origin
from insight_classifier.measures.comparisons import LEVELS, POINTS, Comparison, Pair, compare
from insight_classifier.measures.kept import Kept, side_by_side

BEHAVIOUR, DEFINITION, MODEL, JUDGE = "behaviour", "definition", "model", "definition and model together"


@dataclass(frozen=True)
class Measurement:
    """Figures of some notes by one judge. `name` is the measurement's in sentences; `ids` those of its notes."""

    name: str
    definition: Origin
    model: str  # its fingerprint
    figures: tuple[Kept, ...]
    ids: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Step:
    """What one `cause` changed, by measure and group; `alone`: what is measured on one side only, by name."""

    cause: str
    comparisons: tuple[Comparison, ...]
    alone: tuple[str, ...] = ()


def remeasured(before: Measurement, after: Measurement) -> Step:
    """The change of behaviour between two measurements by one judge. Raises ArgumentError, which says what to judge again."""
    if what := _changed(before, after):
        old = f"definition {before.definition.version} ({before.definition.fingerprint}), model {before.model}"
        new = f"definition {after.definition.version} ({after.definition.fingerprint}), model {after.model}"
        raise ArgumentError(
            f"the {' and the '.join(what)} changed since: {before.name} was judged by {old}, {after.name} by {new}. "
            f"Judge the later notes by the old ones too, and give those judgements with --old-judge"
        )
    return _step(BEHAVIOUR, before, after)


def separated(steps: Sequence[Measurement]) -> list[Step]:
    """From the earlier measurement over the later notes by the old judge to the later notes by the new one; a step between may change the
    definition alone. Raises ArgumentError where the path is another.
    """
    first, *rest = steps
    found = [remeasured(first, rest[0])]
    for one, other in zip(rest, rest[1:], strict=False):
        what = _changed(one, other)
        if not what:
            raise ArgumentError(f"{one.name} and {other.name} were judged by the same definition and model. Leave one of them out")
        if one.ids != other.ids:
            raise ArgumentError(
                f"{one.name} and {other.name} are not of the same notes: {len(one.ids ^ other.ids):,} stand in one of them. "
                f"Judge the same notes by both"
            )
        found.append(_step(JUDGE if len(what) > 1 else what[0], one, other))
    return found


def _changed(one: Measurement, other: Measurement) -> list[str]:
    parts = {DEFINITION: (one.definition.fingerprint, other.definition.fingerprint), MODEL: (one.model, other.model)}
    return [name for name, (old, new) in parts.items() if old != new]


def _step(cause: str, before: Measurement, after: Measurement) -> Step:
    old, new = ({kept.key: kept for kept in one.figures} for one in (before, after))
    names = (before.name, after.name)
    pairs = [
        Pair(new[key].name, *side_by_side(old[key], new[key]), names, LEVELS if new[key].level else POINTS) for key in old if key in new
    ]
    alone = tuple(kept.name for kept in (*before.figures, *after.figures) if kept.key not in old or kept.key not in new)
    return Step(cause, tuple(compare(pairs)), alone)
