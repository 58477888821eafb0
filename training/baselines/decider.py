"""A baseline's probabilities become judgements: the definition's thresholds and rule decide, the majority fills the rest."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from insight_classifier.definition import Definition, Dimension
from insight_classifier.judgement import Check, Judgement, Level, Option, Origin, Verdict
from insight_classifier.notes import LabelledNote, Note
from insight_classifier.outputs import Floats, label_probability, level
from training.aligned import LABEL, rule_parts
from training.baselines.targets import heads, targets


def origin(name: str, version: str, **settings: object) -> Origin:
    """Which baseline, and under which settings; a change of either makes another fingerprint."""
    plain = f"{name} {version} {sorted(settings.items())}"
    return Origin(name, version, hashlib.sha256(plain.encode()).hexdigest()[:16])


@dataclass(frozen=True)
class Decider:
    """Decides under a definition. `shares` are the classes' shares in the training notes, by head."""

    definition: Definition
    origin: Origin
    shares: Mapping[str, Floats]

    def __call__(self, notes: Sequence[Note], answers: Mapping[str, Floats]) -> list[Judgement]:
        """One judgement a note. An answer is a probability a note (notes,), or one a class (notes, classes), by head."""
        return [self._judgement(note, {name: values[row] for name, values in answers.items()}) for row, note in enumerate(notes)]

    def _judgement(self, note: Note, answers: Mapping[str, Floats]) -> Judgement:
        verdicts = {dimension.name: self._verdict(dimension, answers) for dimension in self.definition.dimensions}
        met, probability = self._label(answers, verdicts)
        definition = self.definition
        return Judgement(
            id=note.id,
            label=definition.label.name(met),
            probability=probability,
            verdicts=verdicts,
            needs_review=False,
            review_reasons=(),
            coaching=(),
            definition=Origin(definition.name, definition.version, definition.fingerprint),
            model=self.origin,
            single_field=len(note.fields) == 1,
        )

    def _label(self, answers: Mapping[str, Floats], verdicts: Mapping[str, Verdict]) -> tuple[bool, float]:
        """The baseline's own label where it has one; else derived from the rule's checks; else the majority's."""
        if LABEL in answers:
            return bool(answers[LABEL] >= 0.5), float(answers[LABEL])
        behind = rule_parts(self.definition)
        if not all(part in answers for part in behind.values()):
            return bool(self.shares[LABEL][1] >= 0.5), float(self.shares[LABEL][1])
        rule = self.definition.label.rule
        met = {name: check.met for verdict in verdicts.values() if isinstance(verdict, Mapping) for name, check in verdict.items()}
        chances = {name: np.asarray(answers[part]) for name, part in behind.items()}
        return rule(met), float(label_probability(self.definition, chances))

    def _verdict(self, dimension: Dimension, answers: Mapping[str, Floats]) -> Verdict:
        if dimension.kind == "checks":
            return self._checks(dimension, answers)
        answered = dimension.name in answers
        chances = answers[dimension.name] if answered else self.shares[dimension.name]
        if dimension.kind == "choice":
            return Option(dimension.names[int(chances.argmax())], dict(zip(dimension.names, chances.tolist(), strict=True)))
        reached = int(level(chances[None])[0]) if answered else int(chances.argmax())
        return Level(reached, dimension.names[reached], tuple(chances.tolist()))

    def _checks(self, dimension: Dimension, answers: Mapping[str, Floats]) -> dict[str, Check]:
        """A check that is judged weighs the costs of its errors; one that is not takes the majority's verdict."""
        chances: dict[str, float] = {}
        met: dict[str, bool] = {}
        for member in dimension.learned:
            name = f"{dimension.name}.{member.name}"
            chances[member.name] = float(answers[name] if name in answers else self.shares[name][1])
            met[member.name] = chances[member.name] >= (member.threshold if name in answers else 0.5)
        return {
            member.name: Check(all(met.get(n, False) for n in (member.name, *member.requires)), chances.get(member.name))
            for member in dimension.members
        }


def decider(train: Sequence[LabelledNote], definition: Definition, origin: Origin) -> Decider:
    """A decider with the shares of the training notes."""
    gold = targets(train, definition)
    shares = {head.name: np.bincount(gold[head.name], minlength=head.size) / len(train) for head in heads(definition)}
    return Decider(definition, origin, shares)
