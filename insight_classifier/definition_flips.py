"""Which judged notes get another label under a new definition, without judging them again."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from insight_classifier.definition import Definition, required
from insight_classifier.definition_pairs import renamed_checks


@dataclass(frozen=True)
class Flip:
    """A note whose label changes; `before` or `after` is None where the record does not tell."""

    id: str
    before: str | None
    after: str | None
    reason: str


def flips(old: Definition, new: Definition, judged: Iterable[Mapping[str, Any]]) -> Iterator[Flip]:
    """The notes whose label flips, and those of which that cannot be told, in order.

    `judged` are Judgements or labelled notes, judged under the old definition. New costs count where probabilities are stored.
    """
    change = _Change(old, new)
    for number, record in enumerate(judged, 1):
        flip = _Note(change, record).flip(number)
        if flip is not None:
            yield flip


@dataclass(frozen=True)
class _Verdict:
    """What a record says of one check. `probability` is None where a person or only rules judged; `ruled`: rules found it."""

    met: bool
    probability: float | None = None
    ruled: bool = False


@dataclass(frozen=True)
class _Change:
    """From one definition to another, the same for all notes."""

    old: Definition
    new: Definition

    @cached_property
    def needed(self) -> tuple[str, ...]:
        """What the new label depends on: the checks of the rule and those that they require."""
        checks = self.new.checks
        return tuple(dict.fromkeys(name for named in self.new.label.rule.names for name in (named, *sorted(required(named, checks)))))

    @cached_property
    def former(self) -> Mapping[str, str]:
        """The old name of each needed check."""
        renamed = renamed_checks(self.old, self.new)
        return {name: renamed.get(name, name) for name in self.needed}

    def same(self, before: bool, after: bool) -> bool:
        """A label that is merely renamed is the same; two labels that change places are not."""
        old, new = self.old.label, self.new.label
        if {old.met, old.unmet} == {new.met, new.unmet}:
            return old.name(before) == new.name(after)
        return before == after


@dataclass(frozen=True)
class _Note:
    change: _Change
    record: Mapping[str, Any]

    def flip(self, number: int) -> Flip | None:
        identifier, old, new = self.record.get("id"), self.change.old.label, self.change.new.label
        name = str(number if identifier is None else identifier)
        before, lacking = self.before, [check for check in self.change.needed if check not in self.verdicts]
        then = None if before is None else old.name(before)
        if lacking:
            return Flip(name, then, None, self._lack(lacking))
        after = new.rule(self.met)
        if before is None:
            return Flip(name, None, new.name(after), "holds neither the old label nor what the old rule needs")
        return None if self.change.same(before, after) else Flip(name, then, new.name(after), self._reason())

    @cached_property
    def stored(self) -> Mapping[str, _Verdict]:
        """The record's verdicts by the names that it uses."""
        dimensions = {d.name: d for definition in (self.change.new, self.change.old) for d in definition.of_kind("checks")}
        found: dict[str, _Verdict] = {}
        for dimension in dimensions.values():
            said = self.record.get(dimension.name)
            if isinstance(said, list):  # the names of those that are true
                said = {name: name in said for name in dimension.names}
            if isinstance(said, Mapping):
                found |= {name: verdict for name, value in said.items() if (verdict := _verdict(value)) is not None}
        return found

    @cached_property
    def verdicts(self) -> Mapping[str, _Verdict]:
        """The record's verdicts by the new names, as far as they are needed and given."""
        names = {name: name if name in self.stored else former for name, former in self.change.former.items()}
        return {name: self.stored[given] for name, given in names.items() if given in self.stored}

    @cached_property
    def before(self) -> bool | None:
        """The label that the note has: as stored, else by the old rule."""
        label = self.change.old.label
        if self.record.get("label") in (label.met, label.unmet):
            return bool(self.record["label"] == label.met)
        if any(name not in self.stored for name in label.rule.names):
            return None
        return label.rule({name: self.stored[name].met for name in label.rule.names})

    @cached_property
    def met(self) -> Mapping[str, bool]:
        """Every needed check under the new thresholds and requirements."""
        alone = {name: self._alone(name, verdict) for name, verdict in self.verdicts.items()}
        return {
            name: verdict.ruled or all(alone[need] for need in (name, *required(name, self.change.new.checks)))
            for name, verdict in self.verdicts.items()
        }

    def _alone(self, name: str, verdict: _Verdict) -> bool:
        """A check by itself: what was judged stands, unless its threshold moved or it was false only for what it requires."""
        if verdict.probability is None or verdict.ruled:
            return verdict.met
        was, threshold = self.change.old.checks.get(self.change.former[name]), self.change.new.checks[name].threshold
        free = verdict.met or (was is not None and all(need in self.stored and self.stored[need].met for need in was.requires))
        if self._under_old and was is not None and was.threshold == threshold and free:
            return verdict.met
        return verdict.probability >= threshold

    @property
    def _under_old(self) -> bool:
        """Whether the record was judged under the old definition, so far as it says."""
        origin = self.record.get("definition")
        return not isinstance(origin, Mapping) or origin.get("fingerprint") in (None, self.change.old.fingerprint)

    def _lack(self, names: list[str]) -> str:
        error = self.record.get("error")
        if isinstance(error, Mapping):
            return f"was not judged: {error.get('detail') or error.get('code')}"
        return f"lacks {', '.join(names)}, which the new rule needs"

    def _reason(self) -> str:
        changed = [self._changed(name) for name in self.change.needed if self.met[name] != self.verdicts[name].met]
        if changed:
            return "; ".join(changed)
        has, lacks = ([name for name in self.change.new.label.rule.names if self.met[name] is side] for side in (True, False))
        return f"by the new rule; met: {', '.join(has) or 'none'}; not met: {', '.join(lacks) or 'none'}"

    def _changed(self, name: str) -> str:
        said, member = f"{name} is {'now' if self.met[name] else 'no longer'} met", self.change.new.checks[name]
        lacks = [need for need in member.requires if not self.met[need]]
        if lacks:
            return f"{said}: it requires {' and '.join(lacks)}"
        probability = self.verdicts[name].probability
        return said if probability is None else f"{said}: {probability:.2f} against {member.threshold:.2f}"


def _verdict(value: object) -> _Verdict | None:
    """A check of a Judgement or of a labelled note; None where it is neither."""
    if isinstance(value, bool):
        return _Verdict(value)
    if not isinstance(value, Mapping) or not isinstance(value.get("met"), bool):
        return None
    return _Verdict(value["met"], _probability(value.get("probability")), value.get("source") in ("rule", "both"))


def _probability(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= 1 else None
