"""Labels given under one definition, carried over to the next: what still means the same stays, the rest is to be labelled again."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from insight_classifier.definition import Definition, Dimension, Member
from insight_classifier.definition_pairs import dimensions, members
from insight_classifier.errors import ArgumentError
from insight_classifier.notes import LabelledNote, Quote


@dataclass(frozen=True)
class Carrying:
    """From `old` to `new`. `keep`: new names of members or dimensions that were reworded, but whose labels stand."""

    old: Definition
    new: Definition
    keep: Collection[str] = ()

    def __post_init__(self) -> None:
        known = {name for dimension in self.new.dimensions for name in (dimension.name, *dimension.names)}
        if unknown := sorted(set(self.keep) - known):
            raise ArgumentError(f"{unknown[0]!r} is neither a dimension nor a member of {self.new.name}. Correct the name")

    @cached_property
    def checks(self) -> Mapping[str, str]:
        """The old name of each new check whose labels stand."""
        return {
            now.name: was.name
            for before, after in dimensions(self.old, self.new)
            if before and after and before.kind == after.kind == "checks"
            for was, now in members(before, after)
            if was and now and (now.name in self.keep or _same(was, now))
        }

    @cached_property
    def others(self) -> Mapping[str, Dimension]:
        """The old dimension of each new scale and choice whose labels stand: of whose members none was added, reworded or moved."""
        return {
            after.name: before
            for before, after in dimensions(self.old, self.new)
            if before and after and before.kind == after.kind != "checks" and (after.name in self.keep or _unchanged(before, after))
        }

    @cached_property
    def again(self) -> tuple[str, ...]:
        """What is to be labelled again, in the order of the new definition."""
        return tuple(self._again())

    def _again(self) -> Iterator[str]:
        for dimension in self.new.dimensions:
            if dimension.kind == "checks":
                yield from (member.name for member in dimension.learned if member.name not in self.checks)
            elif dimension.name not in self.others:
                yield dimension.name

    def __call__(self, labelled: LabelledNote) -> LabelledNote:
        """The note under the new definition; labelled in part where something is to be labelled again."""
        carried = replace(
            labelled,
            checks={now: labelled.checks[was] for now, was in self.checks.items() if was in labelled.checks},
            levels={now: labelled.levels[was.name] for now, was in self.others.items() if was.name in labelled.levels},
            options={now: name for now, was in self.others.items() if (name := self._option(labelled, now, was)) is not None},
            quotes=tuple(self._quotes(labelled)),
        )
        return replace(carried, partial=bool(self.again) or self._lacks(carried) or labelled.partial)

    def _option(self, labelled: LabelledNote, now: str, was: Dimension) -> str | None:
        """Options may be renamed, in their places; one that is gone is no label."""
        if was.name not in labelled.options:
            return None
        pairs = {a.name: b.name for a, b in members(was, self.new.dimension(now)) if a and b}
        return pairs.get(labelled.options[was.name])

    def _lacks(self, carried: LabelledNote) -> bool:
        """Where an option was taken away."""
        return any(dimension.name not in carried.options for dimension in self.new.of_kind("choice"))

    def _quotes(self, labelled: LabelledNote) -> Iterator[Quote]:
        tags = {was: now for now, was in self.checks.items()}
        for now, was in self.others.items():
            tag = self.new.dimension(now).evidence_tag
            if was.evidence_tag and tag:
                tags[was.evidence_tag] = tag
        return (replace(quote, tag=tags[quote.tag]) for quote in labelled.quotes if quote.tag in tags)


def _same(was: Member, now: Member) -> bool:
    """Costs, coaching and examples leave a label alone."""
    return (was.wording, was.not_enough, was.judged_by) == (now.wording, now.not_enough, now.judged_by)


def _unchanged(before: Dimension, after: Dimension) -> bool:
    """A level that is gone moves those above it; an option that is gone does not."""
    pairs = members(before, after)
    if before.wording != after.wording or not all(was and (now is None or _same(was, now)) for was, now in pairs):
        return False
    return before.kind == "choice" or all(was and now and before.members.index(was) == after.members.index(now) for was, now in pairs)
