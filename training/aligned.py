"""Labelled notes and a judge's judgements of them as arrays, a row a note: what every statistic counts on.

Things are named as in the metrics: `label`, `DIMENSION.CHECK`, `DIMENSION` (a scale or a choice) and `evidence`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insight_classifier.definition import Definition, Dimension
from insight_classifier.judgement import Check, Judgement, Level, Option
from insight_classifier.notes import LabelledNote
from insight_classifier.outputs import Floats

LABEL = "label"
EVIDENCE = "evidence"
RULED = ("rule", "both")  # the sources of a check that the cue rules hit

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Binary:
    """The label or a check: what the person says, what the judge says, how probable, and where a cue rule hit."""

    gold: Bools
    met: Bools
    probability: Floats | None
    ruled: Bools

    def rows(self, rows: Ints) -> "Binary":
        probability = None if self.probability is None else self.probability[rows]
        return Binary(self.gold[rows], self.met[rows], probability, self.ruled[rows])


@dataclass(frozen=True)
class Graded:
    """A scale (ordered) or a choice, as indices of its `size` members."""

    gold: Ints
    said: Ints
    size: int
    ordered: bool

    def rows(self, rows: Ints) -> "Graded":
        return Graded(self.gold[rows], self.said[rows], self.size, self.ordered)


@dataclass(frozen=True)
class Characters:
    """How many characters are quoted a note and tag, shape (notes, tags): by both, by the judge, by the person."""

    shared: Floats
    said: Floats
    gold: Floats

    def rows(self, rows: Ints) -> "Characters":
        return Characters(self.shared[rows], self.said[rows], self.gold[rows])


@dataclass(frozen=True)
class Aligned:
    """One judge beside the person, over the same notes."""

    notes: tuple[LabelledNote, ...]
    binary: Mapping[str, Binary]
    graded: Mapping[str, Graded]
    safety: frozenset[str]  # the checks of a safety lane
    tags: tuple[str, ...]  # of `characters`; empty where the judge gives no evidence
    characters: Characters

    def rows(self, rows: Ints) -> "Aligned":
        """The same judge on some of the notes."""
        return Aligned(
            notes=tuple(self.notes[row] for row in rows.tolist()),
            binary={name: binary.rows(rows) for name, binary in self.binary.items()},
            graded={name: graded.rows(rows) for name, graded in self.graded.items()},
            safety=self.safety,
            tags=self.tags,
            characters=self.characters.rows(rows),
        )


def align(
    definition: Definition, labelled: Sequence[LabelledNote], judged: Sequence[Judgement], parts: frozenset[str] | None = None
) -> Aligned:
    """Bring notes and judgements, in the same order, into arrays. `parts` names what the judge judges; None is everything."""
    if [item.note.id for item in labelled] != [item.id for item in judged]:
        raise ValueError("judgements and labelled notes must be of the same notes in the same order")
    checks = dict(_checks(definition, labelled))
    binary = {LABEL: _label(definition, labelled, judged)} | {
        name: _check(name, labelled, [_verdict(item, dimension.name, name) for item in judged]) for name, dimension in checks.items()
    }
    tags = definition.tags if is_part(EVIDENCE, parts) else ()
    named = {name if name == LABEL else f"{checks[name].name}.{name}": value for name, value in binary.items()}
    return Aligned(
        notes=tuple(labelled),
        binary={name: value for name, value in named.items() if is_part(name, parts)},
        graded={d.name: _graded(d, labelled, judged) for d in definition.dimensions if d.kind != "checks" and is_part(d.name, parts)},
        safety=frozenset(f"{dimension.name}.{name}" for name, dimension in checks.items() if dimension.lane == "safety"),
        tags=tags,
        characters=_characters(definition, labelled, judged, tags),
    )


def is_part(name: str, parts: frozenset[str] | None) -> bool:
    """Whether a name, or one that it stands under, is among the parts."""
    return parts is None or any(name == part or name.startswith(f"{part}.") for part in parts)


def rule_parts(definition: Definition) -> dict[str, str]:
    """The checks that the label is derived from, in the rule's order, each with its name in the metrics."""
    dimensions = {name: dimension.name for dimension in definition.of_kind("checks") for name in dimension.names}
    return {name: f"{dimensions[name]}.{name}" for name in definition.label.rule.names}


def _checks(definition: Definition, labelled: Sequence[LabelledNote]) -> Iterator[tuple[str, Dimension]]:
    """The checks that a person has judged in every note; those of rules alone often are not."""
    for dimension in definition.of_kind("checks"):
        for name in dimension.names:
            if all(name in item.checks for item in labelled):
                yield name, dimension


def _verdict(judgement: Judgement, dimension: str, name: str) -> Check:
    verdict = judgement.verdicts[dimension]
    assert isinstance(verdict, Mapping)
    return verdict[name]


def _label(definition: Definition, labelled: Sequence[LabelledNote], judged: Sequence[Judgement]) -> Binary:
    gold = np.array([item.label_met(definition) for item in labelled], dtype=bool)
    met = np.array([item.label == definition.label.met for item in judged], dtype=bool)
    return Binary(gold, met, np.array([item.probability for item in judged], dtype=float), np.zeros(len(gold), dtype=bool))


def _check(name: str, labelled: Sequence[LabelledNote], verdicts: Sequence[Check]) -> Binary:
    chances = [verdict.probability for verdict in verdicts if verdict.probability is not None]
    return Binary(
        gold=np.array([item.checks[name] for item in labelled], dtype=bool),
        met=np.array([verdict.met for verdict in verdicts], dtype=bool),
        probability=np.array(chances, dtype=float) if len(chances) == len(verdicts) else None,
        ruled=np.array([verdict.met and verdict.source in RULED for verdict in verdicts], dtype=bool),
    )


def _graded(dimension: Dimension, labelled: Sequence[LabelledNote], judged: Sequence[Judgement]) -> Graded:
    names = dimension.names
    if dimension.kind == "scale":
        gold = [item.levels[dimension.name] for item in labelled]
    else:
        gold = [names.index(item.options[dimension.name]) for item in labelled]
    said = [_index(item.verdicts[dimension.name], names) for item in judged]
    return Graded(np.array(gold, dtype=np.int64), np.array(said, dtype=np.int64), len(names), dimension.kind == "scale")


def _index(verdict: object, names: tuple[str, ...]) -> int:
    if isinstance(verdict, Level):
        return verdict.level
    assert isinstance(verdict, Option)
    return names.index(verdict.name)


def _characters(definition: Definition, labelled: Sequence[LabelledNote], judged: Sequence[Judgement], tags: tuple[str, ...]) -> Characters:
    sizes = np.zeros((3, len(labelled), len(tags)))
    for row, (item, judgement) in enumerate(zip(labelled, judged, strict=True)):
        gold, said = _quoted(item), _said(definition, judgement)
        for column, tag in enumerate(tags):
            theirs, ours = gold.get(tag, set()), said.get(tag, set())
            sizes[:, row, column] = len(theirs & ours), len(ours), len(theirs)
    return Characters(*sizes)


def _quoted(labelled: LabelledNote) -> dict[str, set[tuple[str, int]]]:
    """The characters of a person's quotes by tag; a quote stands where it first occurs."""
    found: dict[str, set[tuple[str, int]]] = {}
    for quote in labelled.quotes:
        start = labelled.note.fields[quote.field].index(quote.quote)
        found.setdefault(quote.tag, set()).update((quote.field, at) for at in range(start, start + len(quote.quote)))
    return found


def _said(definition: Definition, judgement: Judgement) -> dict[str, set[tuple[str, int]]]:
    """The characters of a judgement's spans by tag."""
    found: dict[str, set[tuple[str, int]]] = {}
    for dimension in definition.dimensions:
        verdict = judgement.verdicts[dimension.name]
        if isinstance(verdict, Level) and dimension.evidence_tag:
            tagged = {dimension.evidence_tag: verdict.evidence}
        elif isinstance(verdict, Mapping):
            tagged = {name: check.evidence for name, check in verdict.items()}
        else:
            continue
        for tag, spans in tagged.items():
            found.setdefault(tag, set()).update((span.field, at) for span in spans for at in range(span.start, span.end))
    return found
