"""The decode stage: output numbers and the rules' findings become judgements."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from insight_classifier.calibration import Calibration, token_probabilities
from insight_classifier.coaching import coaching
from insight_classifier.definition import Definition, Dimension, Member
from insight_classifier.evidence import spans
from insight_classifier.judgement import Check, Judgement, Level, Option, Origin, Span, Verdict
from insight_classifier.outputs import Floats, Outputs, level
from insight_classifier.windows import Windows

DEFAULT_EVIDENCE_THRESHOLD = 0.4


@dataclass(frozen=True)
class Findings:
    """What the rules found in a note, before any model ran: spans by member, and the language if it is not English."""

    spans: Mapping[str, tuple[Span, ...]]
    language: str | None = None


class Decoder:
    """Turns outputs into judgements under one definition and one calibration."""

    def __init__(self, definition: Definition, calibration: Calibration, model: Origin) -> None:
        self.definition, self.calibration, self.model = definition, calibration, model
        self.origin = Origin(definition.name, definition.version, definition.fingerprint)

    def __call__(self, windows: Sequence[Windows], outputs: Outputs, findings: Sequence[Findings]) -> list[Judgement]:
        """One judgement a note, in order."""
        heads = self.calibration.heads(self.definition, outputs.logits)
        labels = self.calibration.label(self.definition, heads)
        return [
            self._judgement(
                note, {name: values[row] for name, values in heads.items()}, float(labels[row]), outputs.tags[row], findings[row]
            )
            for row, note in enumerate(windows)
        ]

    def _judgement(self, windows: Windows, heads: Mapping[str, Floats], probability: float, tags: Floats, found: Findings) -> Judgement:
        chances = dict(zip(self.definition.tags, token_probabilities(tags).T, strict=True))
        verdicts: dict[str, Verdict] = {d.name: self._verdict(d, windows, heads, chances, found) for d in self.definition.dimensions}
        met = {name: check.met for verdict in verdicts.values() if isinstance(verdict, Mapping) for name, check in verdict.items()}
        label = self.definition.label.rule(met)
        reasons = tuple(self._reasons(label, probability, verdicts, found))
        return Judgement(
            id=windows.note.id,
            label=self.definition.label.name(label),
            probability=probability,
            verdicts=verdicts,
            needs_review=bool(reasons),
            review_reasons=reasons,
            coaching=coaching(self.definition, verdicts),
            definition=self.origin,
            model=self.model,
            single_field=len(windows.note.fields) == 1,
        )

    def _verdict(
        self, dimension: Dimension, windows: Windows, heads: Mapping[str, Floats], chances: Mapping[str, Floats], found: Findings
    ) -> Verdict:
        if dimension.kind == "choice":
            distribution = heads[dimension.name]
            return Option(dimension.names[int(distribution.argmax())], dict(zip(dimension.names, distribution.tolist(), strict=True)))
        if dimension.kind == "scale":
            return self._level(dimension, windows, heads[dimension.name], chances)
        met = self.definition.held({member.name: float(heads[member.name]) >= member.threshold for member in dimension.learned})
        return {member.name: self._check(member, met, windows, heads, chances, found) for member in dimension.members}

    def _level(self, dimension: Dimension, windows: Windows, distribution: Floats, chances: Mapping[str, Floats]) -> Level:
        reached = int(level(distribution[None])[0])
        member, tag = dimension.members[reached], dimension.evidence_tag
        quotes = self._spans(windows, chances, tag, member.evidence) if tag and member.evidence else ()
        return Level(reached, member.name, tuple(distribution.tolist()), quotes)

    def _check(
        self,
        member: Member,
        met: Mapping[str, bool],
        windows: Windows,
        heads: Mapping[str, Floats],
        chances: Mapping[str, Floats],
        found: Findings,
    ) -> Check:
        ruled = found.spans.get(member.name, ())
        if "model" not in member.judged_by:
            return Check(bool(ruled), None, ruled, "rule" if ruled else None)
        modelled = met[member.name]
        quotes = self._spans(windows, chances, member.name, member.evidence) if modelled and member.evidence else ()
        source = None
        if "rules" in member.judged_by and (modelled or ruled):
            source = "both" if modelled and ruled else "model" if modelled else "rule"
        elif member.judged_by == ("model",) and self.definition_lane(member) and modelled:
            source = "model"
        return Check(modelled or bool(ruled), float(heads[member.name]), _merged(quotes, ruled), source)

    def definition_lane(self, member: Member) -> bool:
        """Whether a check stands in a dimension with a lane of its own, whose verdicts name their source."""
        return any(d.lane for d in self.definition.dimensions if member.name in d.names)

    def _spans(self, windows: Windows, chances: Mapping[str, Floats], tag: str, least: int) -> tuple[Span, ...]:
        threshold = self.calibration.evidence.get(tag, DEFAULT_EVIDENCE_THRESHOLD)
        return spans(windows, chances[tag], threshold, least)

    def _reasons(self, label: bool, probability: float, verdicts: Mapping[str, Verdict], found: Findings) -> Iterator[str]:
        low, high = self.definition.label.review_band
        if low <= probability <= high:
            yield "label_uncertain"
        elif label != (probability > high):
            yield "label_and_probability_disagree"
        for dimension in self.definition.dimensions:
            verdict = verdicts[dimension.name]
            if isinstance(verdict, Level) and max(verdict.probabilities) < 0.5:
                yield f"{dimension.name}_uncertain"
            elif isinstance(verdict, Mapping) and dimension.lane:
                yield from (name for name, check in verdict.items() if check.met and dimension.member(name).evidence)
        if found.language:
            yield f"language_{found.language}"


def _merged(first: tuple[Span, ...], second: tuple[Span, ...]) -> tuple[Span, ...]:
    """Spans of the model and of the rules; a rule's span that the model's already covers is left out."""
    extra = [s for s in second if not any(f.field == s.field and f.start <= s.start and s.end <= f.end for f in first)]
    return tuple(sorted([*first, *extra], key=lambda span: (span.field, span.start, span.end)))
