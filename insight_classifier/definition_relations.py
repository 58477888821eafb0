"""What the parts of a definition say of each other: names, requires, rules, evidence, judges."""

import keyword
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from insight_classifier.definition import Dimension, Field, Label, Member, combinations, required
from insight_classifier.mistakes import Mistakes, shown
from insight_classifier.rule import COUNT, Rule

KINDS = ("checks", "scale", "choice")
LANES = ("safety",)
# Keys of a judgement and of a labelled note that are neither fields nor dimensions.
RESERVED = {
    "id", "label", "probability", "needs_review", "review_reasons", "coaching", "definition", "model", "error",
    "evidence", "field_label", "metadata",
    "type", "status", "detail", "code", "request_id", "retry_after_seconds", "errors", "results",
}  # fmt: skip

_Path = tuple[str, ...]


def check_relations(
    fields: Sequence[Field], label: Label | None, dimensions: Sequence[Dimension], source: Path, mistakes: Mistakes
) -> None:
    """Note every mistake that shows only when the parts are seen together. `source` is the file, beside which cues stand."""
    relations = _Relations(fields, dimensions, source, mistakes)
    relations.names()
    for dimension in dimensions:
        relations.dimension(dimension)
    for path, member in relations.members("checks"):
        relations.check(path, member)
    if label is not None and dimensions:
        relations.label(label)


@dataclass(frozen=True)
class _Relations:
    fields: Sequence[Field]
    dimensions: Sequence[Dimension]
    source: Path
    mistakes: Mistakes

    def members(self, *kinds: str) -> Iterator[tuple[_Path, Member]]:
        for dimension in self.dimensions:
            if dimension.kind in kinds:
                yield from ((("dimensions", dimension.name, "members", member.name), member) for member in dimension.members)

    @property
    def checks(self) -> Mapping[str, Member]:
        """Dimensions of an unknown kind count: that is reported once, and not again by every rule that names a member."""
        return {member.name: member for _, member in self.members("checks", "")}

    def wrong(self, path: _Path, problem: str, mend: str) -> None:
        self.mistakes.at(path, problem, mend)

    def has(self, path: _Path) -> bool:
        return path in self.mistakes.lines

    # Names

    def names(self) -> None:
        if self.fields and sum(field.required for field in self.fields) != 1:
            self.wrong(("fields",), "exactly one field must be required: the note itself", "Set required: true on one field")
        seen: dict[str, int] = {}
        for line, name, path in sorted((self.mistakes.line(path), name, path) for name, path in self._named()):
            if len(path) == 2 and name in RESERVED:
                self.mistakes.add(line, f"{shown(name)} is a key that every judgement or note has", "Choose another name")
            if name in seen:
                mend = "Fields, dimensions, checks and evidence tags need names of their own; rename one"
                self.mistakes.add(line, f"{shown(name)} is used already on line {seen[name]}", mend)
            seen.setdefault(name, line)

    def _named(self) -> Iterator[tuple[str, _Path]]:
        yield from ((field.name, ("fields", field.name)) for field in self.fields)
        yield from ((dimension.name, ("dimensions", dimension.name)) for dimension in self.dimensions)
        yield from ((member.name, path) for path, member in self.members("checks"))
        yield from ((d.evidence_tag, ("dimensions", d.name, "evidence_tag")) for d in self.dimensions if d.evidence_tag)

    # Dimensions

    def dimension(self, dimension: Dimension) -> None:
        path, what = ("dimensions", dimension.name), f"the {dimension.kind} {shown(dimension.name)}"
        if dimension.kind in ("scale", "choice") and len(dimension.members) == 1:
            self.wrong((*path, "members"), f"{what} has one member", "Add another level or option")
        if dimension.kind in ("scale", "choice") and dimension.lane:
            self.wrong((*path, "lane"), f"{what} has a lane", "Delete it: only checks have one")
        if dimension.kind in ("checks", "choice") and dimension.evidence_tag:
            self.wrong((*path, "evidence_tag"), f"{what} has an evidence_tag", "Delete it: only scales have one")
        if dimension.kind == "scale":
            self._evidence(path, what, quoted=any(member.evidence for member in dimension.members))

    def _evidence(self, path: _Path, what: str, *, quoted: bool) -> None:
        tagged = self.has((*path, "evidence_tag"))
        if quoted and not tagged:
            self.wrong(path, f"{what} asks for evidence but has no evidence_tag", "Add evidence_tag: NAME")
        if tagged and not quoted:
            self.wrong((*path, "evidence_tag"), f"no level of {what} asks for evidence", "Add evidence: 1 to one, or delete the tag")

    # Checks

    def check(self, path: _Path, member: Member) -> None:
        if (keyword.iskeyword(member.name) and member.name.islower()) or member.name == COUNT:
            self.wrong(path, f"a rule cannot name the check {shown(member.name)}", "Choose another name")
        self._requires(path, member)
        self._judges(path, member)
        self._coaching(path, member)

    def _requires(self, path: _Path, member: Member) -> None:
        beside = next(dimension for dimension in self.dimensions if dimension.name == path[1])
        others = [other.name for other in beside.learned if other.name != member.name]
        for need in member.requires:
            if need not in others:
                mend = f"Use {', '.join(others)}" if others else "Delete it"
                problem = f"{shown(member.name)} requires {shown(need)}, which is no other check of {beside.name} that the model judges"
                self.wrong((*path, "requires"), problem, mend)
        for other in member.distinct_from:
            if other == member.name or other not in beside.names:
                self.wrong(
                    (*path, "distinct_from"),
                    f"{shown(member.name)} is to be distinct from {shown(other)}, which is no other check of {beside.name}",
                    f"Use {', '.join(others)}",
                )
        if member.name in required(member.name, self.checks) and member.name not in member.requires:
            self.wrong((*path, "requires"), f"{shown(member.name)} requires itself in a circle", "Break the circle")

    def _judges(self, path: _Path, member: Member) -> None:
        name, ruled = shown(member.name), "rules" in member.judged_by
        if ruled and not self.has((*path, "cues")):
            self.wrong((*path, "judged_by"), f"{name} is judged by rules but has no cues", "Add cues: NAME, or take rules out")
        if member.cues and member.judged_by == ("model",):
            self.wrong((*path, "cues"), f"{name} has cues but is not judged by rules", "Add judged_by: [model, rules], or delete them")
        elif member.cues and not cue_file(self.source, member.cues).is_file():
            where = self.source.parent / "cues" / f"{member.cues}.yaml"
            self.wrong((*path, "cues"), f"there is no cue file {shown(member.cues)}", f"Put it at {where}")
        for key in ("requires", "miss_cost", "false_alarm_cost"):
            if member.judged_by == ("rules",) and self.has((*path, key)):
                self.wrong((*path, key), f"{key} of {name} does nothing: rules alone judge it", "Delete it, or add model to judged_by")

    def _coaching(self, path: _Path, member: Member) -> None:
        where, what = (*path, "coach_when"), f"coach_when of {shown(member.name)}"
        if member.coach_when is None or not self._known(member.coach_when, where, what):
            return
        if not self.has((*path, "coaching")):
            self.wrong(where, f"{what} does nothing without questions", "Add coaching, or delete coach_when")
        outcome = member.coach_when.constant(combinations(member.coach_when, self.checks))
        if outcome is not None:
            self.wrong(where, f"{what} is always {str(outcome).lower()}", "Change it, or delete it to ask whenever the check is missing")

    # Rules

    def label(self, label: Label) -> None:
        where = ("label", "rule")
        if not self._known(label.rule, where, "the rule"):
            return
        for name in label.rule.names:
            if self.checks[name].judged_by == ("rules",):
                mend = "Add model to its judged_by, or leave it out of the rule"
                self.wrong(where, f"the rule names {shown(name)}, of which the model gives no probability", mend)
        outcome = label.rule.constant(combinations(label.rule, self.checks))
        if outcome is not None:
            problem = f"the label {shown(label.name(not outcome))} is unreachable: the rule is always {str(outcome).lower()}"
            self.wrong(where, problem, "Change the rule, or what its checks require")

    def _known(self, rule: Rule, where: _Path, what: str) -> bool:
        """Whether all names of a rule are checks. Where some members could not be read, which is reported, nobody can tell."""
        unknown = [name for name in rule.names if name not in self.checks]
        mend = f"Use {', '.join(self.checks)}" if self.checks else "Add a dimension of kind checks"
        if all(dimension.members for dimension in self.dimensions):
            for name in unknown:
                self.wrong(where, f"{what} names {shown(name)}, which is no check", mend)
        return not unknown


def cue_file(definition: Path, name: str) -> Path:
    """Where the rules of a member stand: beside the definition, else in the package."""
    beside = definition.parent / "cues" / f"{name}.yaml"
    return beside if beside.is_file() else Path(str(files("insight_classifier") / "definitions" / "cues" / f"{name}.yaml"))
