"""What a judgement consists of: dimensions, members, wording, costs and the rule behind the label.

A definition is read from a YAML file (`definition_reader`); nothing else in the project knows a member's name.
"""

import hashlib
import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from insight_classifier.questions import Need
from insight_classifier.rule import Rule


@dataclass(frozen=True)
class Example:
    """A note, or a part of one, and why it does or does not count."""

    text: str
    why: str


@dataclass(frozen=True)
class Field:
    """A text field of the CRM record, in reading order."""

    name: str
    title: str
    required: bool = False


@dataclass(frozen=True)
class Member:
    """One yes/no check, one level of a scale or one option of a choice."""

    name: str
    title: str
    wording: str
    not_enough: str
    acceptable: Example
    unacceptable: Example
    coaching: tuple[str, ...] = ()
    coach_when: Rule | None = None  # None: when the check is missing, or the level is reached
    requires: tuple[str, ...] = ()
    distinct_from: tuple[str, ...] = ()  # checks that no quote of this one may prove as well
    evidence: int = 0  # at least so many quotes where it is true; 0 asks for none
    judged_by: tuple[str, ...] = ("model",)  # "model", "rules" or both
    cues: str | None = None  # the cue file of the rules, by name
    miss_cost: float = 1.0
    false_alarm_cost: float = 1.0

    @property
    def threshold(self) -> float:
        """The calibrated probability from which saying yes costs less than saying no."""
        return self.false_alarm_cost / (self.false_alarm_cost + self.miss_cost)


@dataclass(frozen=True)
class Dimension:
    """One thing that is judged. `kind` decides the head: checks, scale or choice."""

    name: str
    title: str
    kind: str
    wording: str
    members: tuple[Member, ...]
    evidence_tag: str | None = None  # scale only: the tag of its quotes; checks are tagged by their own names
    lane: str | None = None  # "safety": runs first and is reported whatever else fails

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(member.name for member in self.members)

    @property
    def learned(self) -> tuple[Member, ...]:
        """The members that the model judges; the others are for rules alone."""
        return tuple(member for member in self.members if "model" in member.judged_by)

    def member(self, name: str) -> Member:
        return next(member for member in self.members if member.name == name)


@dataclass(frozen=True)
class Label:
    """The derived label: `rule` over the checks, and the names of its two outcomes."""

    met: str
    unmet: str
    met_wording: str
    unmet_wording: str
    rule: Rule
    review_band: tuple[float, float]
    crm_values: Mapping[str, str]

    def name(self, met: bool) -> str:
        return self.met if met else self.unmet


@dataclass(frozen=True)
class Definition:
    """The home office's definition, one version of it."""

    name: str
    version: str
    title: str
    fields: tuple[Field, ...]
    label: Label
    dimensions: tuple[Dimension, ...]
    source: Path
    questions: tuple[Need, ...] = ()  # the bank, weightiest need first; without one, members' own questions are asked

    @cached_property
    def fingerprint(self) -> str:
        """Sixteen hex digits of what judges; comments and layout do not count.

        Nor does the bank of questions: labels given under one wording of it stand under any other.
        """
        content = asdict(self, dict_factory=_plain)
        content.pop("source")
        content.pop("questions")
        return _digest(content)

    @cached_property
    def questions_fingerprint(self) -> str:
        """Sixteen hex digits of the bank of questions."""
        return _digest([asdict(need, dict_factory=_plain) for need in self.questions])

    @property
    def main_field(self) -> str:
        return next(field.name for field in self.fields if field.required)

    def dimension(self, name: str) -> Dimension:
        return next(dimension for dimension in self.dimensions if dimension.name == name)

    def of_kind(self, kind: str) -> Iterator[Dimension]:
        return (dimension for dimension in self.dimensions if dimension.kind == kind)

    @cached_property
    def checks(self) -> Mapping[str, Member]:
        """Every check of every dimension by its name; the names are unique."""
        return {member.name: member for dimension in self.of_kind("checks") for member in dimension.members}

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """The evidence tags that the model learns, in the definition's order."""
        return tuple(tag for dimension in self.dimensions for tag in dimension_tags(dimension))

    def held(self, met: Mapping[str, bool]) -> dict[str, bool]:
        """The checks as they count: one that requires another is met only with it, directly or through others."""
        return {name: value and all(met.get(need, True) for need in required(name, self.checks)) for name, value in met.items()}

    @cached_property
    def label_rows(self) -> tuple[tuple[str, ...], NDArray[np.bool_]]:
        """The checks that the label hangs on, and those of their combinations, (rows, checks), under which it is the positive one."""
        return self.rows_where(self.label.rule)

    def rows_where(self, rule: Rule) -> tuple[tuple[str, ...], NDArray[np.bool_]]:
        """The checks that a rule hangs on, and those of their combinations, (rows, checks), under which it holds."""
        names = tuple(dict.fromkeys([*rule.names, *sorted(need for name in rule.names for need in required(name, self.checks))]))
        rows = [row for row in itertools.product((False, True), repeat=len(names)) if rule(self.held(dict(zip(names, row, strict=True))))]
        return names, np.array(rows, dtype=bool).reshape(len(rows), len(names))

    def combinations(self) -> Iterator[dict[str, bool]]:
        """Every combination of the label rule's checks that `requires` allows."""
        return combinations(self.label.rule, self.checks)

    def shape(self) -> dict[str, object]:
        """What a model depends on: kinds and names, in order, and the titles of fields, which it reads as markers.

        A new rule or wording leaves it alone.
        """
        return {
            "fields": [f"{field.name} ({field.title})" for field in self.fields],
            "dimensions": [{"name": d.name, "kind": d.kind, "members": [m.name for m in d.learned]} for d in self.dimensions],
            "tags": list(self.tags),
        }


def required(name: str, checks: Mapping[str, Member]) -> set[str]:
    """The checks that a check requires, directly or through others; itself among them where they run in a circle."""
    found: set[str] = set()
    waiting = list(checks[name].requires)
    while waiting:
        need = waiting.pop()
        if need in checks and need not in found:
            found.add(need)
            waiting += checks[need].requires
    return found


def combinations(rule: Rule, checks: Mapping[str, Member]) -> Iterator[dict[str, bool]]:
    """Every combination of a rule's checks that `requires` allows, through checks that the rule leaves out too."""
    needs = {name: required(name, checks) for name in rule.names}
    for values in itertools.product((False, True), repeat=len(rule.names)):
        row = dict(zip(rule.names, values, strict=True))
        if all(row.get(need, True) for name, met in row.items() if met for need in needs[name]):
            yield row


def dimension_tags(dimension: Dimension) -> tuple[str, ...]:
    """The evidence tags of one dimension."""
    if dimension.kind == "scale":
        return (dimension.evidence_tag,) if dimension.evidence_tag else ()
    return tuple(member.name for member in dimension.learned if member.evidence)


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()[:16]


def _plain(items: list[tuple[str, object]]) -> dict[str, object]:
    """A rule counts by its source; its syntax tree is derived."""
    return {key: value for key, value in items if key != "tree"}
