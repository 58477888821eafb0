"""The decode stage: output numbers and the rules' findings become judgements."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insight_classifier.calibration import Calibration, token_probabilities
from insight_classifier.coaching import coaching
from insight_classifier.definition import Definition, Dimension, Member
from insight_classifier.evidence import spans
from insight_classifier.judgement import Check, Judgement, Level, Option, Origin, Span, Verdict
from insight_classifier.notes import Note
from insight_classifier.outputs import Floats, Outputs, level
from insight_classifier.windows import Windows

DEFAULT_EVIDENCE_THRESHOLD = 0.4


@dataclass(frozen=True)
class Findings:
    """What was found in a note before any model ran: spans by member, the language if it is not English, whether there are words."""

    spans: Mapping[str, tuple[Span, ...]]
    language: str | None = None
    words: bool = True


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
                note,
                {name: values[row] for name, values in heads.items()},
                float(labels[row]),
                outputs.tags[row],
                findings[row],
                None if outputs.vectors is None else outputs.vectors[row],
            )
            for row, note in enumerate(windows)
        ]

    def _judgement(
        self,
        windows: Windows,
        heads: Mapping[str, Floats],
        probability: float,
        tags: Floats,
        found: Findings,
        vector: NDArray[np.float16] | None,
    ) -> Judgement:
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
            coaching=coaching(self.definition, verdicts, windows.note.id),
            definition=self.origin,
            model=self.model,
            single_field=len(windows.note.fields) == 1,
            vector=vector,
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
        return {
            member.name: Check(
                met=met.get(member.name, False) or bool(found.spans.get(member.name)),
                probability=float(heads[member.name]) if member.name in met else None,
                evidence=self._evidence(member, met.get(member.name, False), windows, chances, found),
                source=_source(member, met.get(member.name, False), bool(found.spans.get(member.name)))
                if dimension.lane or "rules" in member.judged_by
                else None,
            )
            for member in dimension.members
        }

    def _level(self, dimension: Dimension, windows: Windows, distribution: Floats, chances: Mapping[str, Floats]) -> Level:
        reached = int(level(distribution[None])[0])
        member, tag = dimension.members[reached], dimension.evidence_tag
        quotes = self._spans(windows, chances, tag, member.evidence) if tag and member.evidence else ()
        return Level(reached, member.name, tuple(distribution.tolist()), quotes)

    def _evidence(
        self, member: Member, modelled: bool, windows: Windows, chances: Mapping[str, Floats], found: Findings
    ) -> tuple[Span, ...]:
        """What the model points at where it says yes, and what the rules found."""
        quotes = self._spans(windows, chances, member.name, member.evidence) if modelled and member.evidence else ()
        return _merged(windows.note, [*quotes, *found.spans.get(member.name, ())])

    def _spans(self, windows: Windows, chances: Mapping[str, Floats], tag: str, least: int) -> tuple[Span, ...]:
        threshold = self.calibration.evidence.get(tag, DEFAULT_EVIDENCE_THRESHOLD)
        return spans(windows, chances[tag], threshold, least)

    def _reasons(self, label: bool, probability: float, verdicts: Mapping[str, Verdict], found: Findings) -> Iterator[str]:
        low, high = self.definition.label.review_band
        if low <= probability <= high:
            yield "label_uncertain"
        if label != (probability > (0.5 if low <= probability <= high else high)):
            yield "label_and_probability_disagree"
        for dimension in self.definition.dimensions:
            verdict = verdicts[dimension.name]
            if isinstance(verdict, Level) and max(verdict.probabilities) < 0.5:
                yield f"{dimension.name}_uncertain"
            elif isinstance(verdict, Mapping) and dimension.lane:
                yield from (name for name, check in verdict.items() if check.met and dimension.member(name).evidence)
        if not found.words:
            yield "no_words"
        if found.language:
            yield f"language_{found.language}"


def _source(member: Member, modelled: bool, ruled: bool) -> str:
    """Whose word it is: of those who say yes, or, where nobody does, of all who judge the check."""
    model, rules = (modelled, ruled) if modelled or ruled else ("model" in member.judged_by, "rules" in member.judged_by)
    return "both" if model and rules else "model" if model else "rule"


def _merged(note: Note, spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans of the model and of the rules in reading order; those that overlap become one."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.field, span.start, span.end)):
        if merged and merged[-1].field == span.field and span.start < merged[-1].end:
            start, end = merged[-1].start, max(merged[-1].end, span.end)
            merged[-1] = Span(span.field, start, end, note.fields[span.field][start:end])
        else:
            merged.append(span)
    return tuple(merged)
